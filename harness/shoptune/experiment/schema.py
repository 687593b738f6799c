"""The JSON Schema of experiment files, with the options of every installed component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue

from shoptune.experiment.file import (
    CandidateUse,
    DataFile,
    ExecutorUse,
    ExperimentFile,
    JudgeUse,
    MetricUse,
    TaskUse,
    Tune,
)
from shoptune.plugins import Plugins

__all__ = ["experiment_schema"]


def experiment_schema(plugins: Plugins) -> JsonSchemaValue:
    """Return the schema: the file's own shape, and beside each component's name the options of that component."""
    schema = ExperimentFile.model_json_schema(by_alias=True)
    definitions: JsonSchemaValue = schema["$defs"]
    places: list[tuple[type[BaseModel], str, str]] = [
        (DataFile, "adapter", "data adapter"),
        (TaskUse, "task", "task"),
        (MetricUse, "metric", "metric"),
        (Tune, "method", "tuning method"),
        (CandidateUse, "backend", "model backend"),
        (JudgeUse, "backend", "model backend"),
        (ExecutorUse, "executor", "executor"),
    ]
    for model, key, kind in places:
        _complete(definitions[model.__name__], key, dict(_option_schemas(plugins, kind)), definitions)
    return {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "shoptune experiment"}


def _option_schemas(plugins: Plugins, kind: str) -> Iterator[tuple[str, JsonSchemaValue]]:
    """Yield each component's name and the schema of its options; one that can't have a schema is left out."""
    known = plugins.configurable(kind)
    for name, registered in ((name, known[name]) for name in plugins.usable(kind)):
        try:
            yield name, registered.component.options.model_json_schema(by_alias=True)
        except Exception as error:
            plugins.blame(registered.plugin, plugins.hook_of(kind), error, component=name)


def _complete(
    definition: JsonSchemaValue, key: str, known: Mapping[str, JsonSchemaValue], definitions: JsonSchemaValue
) -> None:
    """Let `definition` know the names that `key` may have, and the options that go with each."""
    own = definition["properties"]
    definition.pop("additionalProperties", None)
    named = own[key]
    text = next(v for v in named.get("anyOf", [named]) if v.get("type") == "string")
    text["enum"] = sorted(known)
    cases = []
    for name, options in known.items():
        definitions.update(options.pop("$defs", {}))
        changed = {"properties": options.get("properties", {}), "additionalProperties": False}
        prompts = (
            {"prompts": {"description": own["prompts"]["description"], "additionalProperties": changed}}
            if "prompts" in own
            else {}
        )
        cases.append(
            {
                "if": {"properties": {key: {"const": name}}, "required": [key]},
                "then": {
                    "properties": {**dict.fromkeys(own, True), **prompts, **options.get("properties", {})},
                    "required": options.get("required", []),
                    "additionalProperties": False,
                },
            }
        )
    definition["allOf"] = cases
