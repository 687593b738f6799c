"""What a component's options are called, take, default to and mean, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import to_jsonable_python

from shoptune.described import key_of

__all__ = ["OptionHelp", "options_of"]

BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}


class OptionHelp(TypedDict):
    """One key that a component takes in the experiment file."""

    name: str
    """As it is written; one within another has a dot: ``sales.keep``."""
    type: str
    required: bool
    default: object
    """As a JSON value; None where it is required."""
    meaning: str


def options_of(model: type[BaseModel]) -> list[OptionHelp]:
    """Return a model's options in their order, and after an option that is a mapping of named keys those keys."""
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    return list(_options(model, _resolved(schema, definitions), definitions, ()))


def _options(
    model: type[BaseModel],
    schema: JsonSchemaValue,
    definitions: JsonSchemaValue,
    around: tuple[tuple[str, type[BaseModel]], ...],
) -> Iterator[OptionHelp]:
    """Yield the options of a model that stands in others: `around` are their keys and models, from the outside."""
    for name, field in model.model_fields.items():
        key = key_of(name, field)
        of_key = schema["properties"].get(key, {})
        yield OptionHelp(
            name=".".join([*(outer for outer, _ in around), key]),
            type=_words(of_key, definitions),
            required=field.is_required(),
            default=None if field.is_required() else _default(model, name, of_key),
            meaning=of_key.get("description", ""),
        )
        here = (*around, (key, model))
        for inner in _models(field.annotation):
            if inner.__name__ in definitions and inner not in (outer for _, outer in here):
                yield from _options(inner, definitions[inner.__name__], definitions, here)


def _resolved(schema: JsonSchemaValue, definitions: JsonSchemaValue) -> JsonSchemaValue:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _default(model: type[BaseModel], name: str, schema: JsonSchemaValue) -> object:
    if "default" in schema:
        return schema["default"]
    value = model.model_fields[name].get_default(call_default_factory=True, validated_data={})
    return to_jsonable_python(value, fallback=str)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def _words(schema: JsonSchemaValue, definitions: JsonSchemaValue) -> str:
    """Say in words what a JSON Schema allows."""
    schema = _resolved(schema, definitions)
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_words(one, definitions) for one in several))
    if constants := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return " or ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in constants)
    kind = schema.get("type", "")
    if kind == "array":
        items = schema.get("items") or {"anyOf": schema.get("prefixItems", [{}])}
        return f"list of {_words(items, definitions)}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"mapping to {_words(values, definitions)}" if isinstance(values, dict) else "mapping"
    bounds = [f"{sign} {schema[bound]:g}" for bound, sign in BOUNDS.items() if bound in schema]
    return f"{TYPES.get(kind, 'any value')} {', '.join(bounds)}".rstrip()
