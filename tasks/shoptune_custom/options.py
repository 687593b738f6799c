"""What an experiment file says of a task of its own."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from shoptune.components import Options
from shoptune_custom.schemas import problem_of

__all__ = ["CustomOptions", "JsonOptions", "LabelOptions", "TextOptions"]


def _compiles(source: str) -> str:
    from shoptune_custom.templates import compile_template  # brings jinja2, which a plan without these tasks spares

    compile_template(source)
    return source


def _references_elsewhere(schema: Any) -> Iterator[str]:
    """Yield the references that lead out of a schema, which nobody may follow: they could be addresses."""
    if isinstance(schema, dict):
        for key in ("$ref", "$dynamicRef"):
            if isinstance(reference := schema.get(key), str) and not reference.startswith("#"):
                yield reference
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _references_elsewhere(part)


RESERVED = ("product", "time", "prompt", "language")
"""What an experiment splits by, or breaks results down by, of its own accord."""

Source = Annotated[str, AfterValidator(_compiles)]


class CustomOptions(Options):
    """How records become questions and good answers."""

    table: str | None = None
    """The table whose records are used; default: the only one."""
    instruction: str = ""
    """The system message of every prompt, as it stands; without one there is none."""
    prompt: Source = Field(min_length=1)
    """What is asked of a record, a template: `"{{ name }}: {{ description }}"`."""
    target: Source = Field(min_length=1)
    """The good answer, a template. A record for which it comes out empty is left out."""
    slices: tuple[str, ...] = ()
    """The fields that results are broken down by."""

    @field_validator("slices")
    @classmethod
    def _can_be_told_apart(cls, slices: tuple[str, ...]) -> tuple[str, ...]:
        for name in slices:
            if name in RESERVED:
                raise ValueError(f"{name!r} means something else beside slices; give the field another name")
        return slices


class TextOptions(CustomOptions):
    """Answers are texts."""

    facts: tuple[str, ...] = ()
    """The fields that a text may state, for `attribute_coverage` and `unsupported_claims`; of a mapping such as
    `attributes` all that is in it."""


class LabelOptions(CustomOptions):
    """Answers are labels."""

    choices: tuple[str, ...] = Field(min_length=2)
    """The labels that an answer is chosen among, and of which the target gives one. Write yes, no and numbers in
    quotes."""

    @field_validator("choices")
    @classmethod
    def _differ(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if any(choice != choice.strip() or not choice for choice in choices):
            raise ValueError("a choice is empty or has white space around it")
        if len({choice.casefold() for choice in choices}) < len(choices):
            raise ValueError("a choice stands there twice")
        return choices


class JsonOptions(CustomOptions):
    """Answers are JSON objects."""

    answer_schema: dict[str, Any]
    """The JSON Schema (2020-12) of an answer: an object whose properties are texts, numbers, true or false, or lists of
    these. The target follows it."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        from jsonschema import Draft202012Validator  # as with jinja2
        from jsonschema.exceptions import SchemaError

        try:
            Draft202012Validator.check_schema(self.answer_schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        except SchemaError as error:
            raise ValueError(f"answer_schema is no JSON Schema: {error.json_path}: {error.message}") from None
        except RecursionError:
            raise ValueError("answer_schema has too many brackets within one another") from None
        if self.answer_schema.get("type") != "object" or not self.answer_schema.get("properties"):
            raise ValueError("answer_schema describes an object: it needs `type: object` and `properties`")
        if strange := next(_references_elsewhere(self.answer_schema), None):
            raise ValueError(
                f"answer_schema refers to {strange!r}; only references within it (#/$defs/...) are followed"
            )
        if problem := problem_of(self.answer_schema):
            raise ValueError(f"no answer can be checked against answer_schema: {problem}")
        return self
