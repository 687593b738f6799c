"""The JSON Schema of experiment files, with the options of every installed component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoptune.experiment_file import CandidateUse, DataFile, ExperimentFile, MetricUse, TaskUse, Tune
from shoptune.plugins import Plugins, Registered

__all__ = ["experiment_schema"]


def experiment_schema(plugins: Plugins) -> dict[str, Any]:
    """Return the schema: the file's own shape, and beside each component's name the options of that component."""
    schema = ExperimentFile.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    places: list[tuple[type[Any], str, Mapping[str, Registered[Any]]]] = [
        (DataFile, "adapter", plugins.data_adapters),
        (TaskUse, "task", plugins.tasks),
        (MetricUse, "metric", plugins.metrics),
        (Tune, "method", plugins.tuning_methods),
        (CandidateUse, "backend", plugins.model_backends),
    ]
    for model, key, known in places:
        _complete(definitions[model.__name__], key, known, definitions)
    return {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "shoptune experiment"}


def _complete(
    definition: dict[str, Any], key: str, known: Mapping[str, Registered[Any]], definitions: dict[str, Any]
) -> None:
    """Let `definition` know the names that `key` may have, and the options that go with each."""
    own = definition["properties"]
    definition.pop("additionalProperties", None)
    named = own[key]
    text = next(v for v in named.get("anyOf", [named]) if v.get("type") == "string")
    text["enum"] = sorted(known)
    cases = []
    for name, registered in sorted(known.items()):
        options = registered.component.options.model_json_schema(by_alias=True)
        definitions.update(options.pop("$defs", {}))
        changed = {"properties": options.get("properties", {}), "additionalProperties": False}
        prompts = {"prompts": {"additionalProperties": changed}} if "prompts" in own else {}
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
