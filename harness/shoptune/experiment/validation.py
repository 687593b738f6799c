"""From pydantic's findings to messages that name file, line, key and the nearest match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from shoptune.errors import UsageError, did_you_mean
from shoptune.experiment.yaml_file import YamlFile

__all__ = ["dotted", "validate"]

OptionsT = TypeVar("OptionsT", bound=BaseModel)


def validate(
    model: type[OptionsT],
    content: object,
    yaml_file: YamlFile,
    keys: Sequence[str | int],
    around: type[BaseModel] | None = None,
) -> OptionsT:
    """Check `content` against `model`; all that is wrong is said in one UsageError, a line each.

    `around` is the model whose keys stand beside those of `content`, and could be what a misspelt one means.  A
    validator finds the file's folder in its context, as ``folder``, to which paths in the file are relative.
    """
    try:
        return model.model_validate(content, context={"folder": yaml_file.path.parent})
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            place = [*keys, *_keys_in_file(problem["loc"], content)]
            if problem["type"] == "extra_forbidden":
                known = _fields_at(model, problem["loc"][:-1])
                if around and len(problem["loc"]) == 1:
                    known |= _fields_at(around, ())
                message = f"unknown key.{did_you_mean(str(place[-1]), known)}"
            elif problem["type"] == "missing":
                message = "this key is needed and missing"
            else:
                message = problem["msg"].removeprefix("Value error, ")
                if not isinstance(problem["input"], dict | list):
                    message += f"; found {problem['input']!r}"
            lines.append(f"{yaml_file.where(place)}: {dotted(place)}: {message}")
        raise UsageError("\n".join(dict.fromkeys(lines))) from None


def _keys_in_file(location: Sequence[str | int], content: object) -> list[str | int]:
    """Drop what pydantic puts into locations beside keys (names of union members and validators)."""
    keys: list[str | int] = []
    here: Any = content  # mappings and lists, or what stands in their place by mistake
    for position, part in enumerate(location):
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            if position < len(location) - 1:
                continue
        keys.append(part)
    return keys


def _fields_at(model: type[BaseModel], location: Sequence[str | int]) -> dict[str, FieldInfo]:
    """Return the fields of the model that `location` leads to, for the nearest match of an unknown key."""
    here = model
    for part in location:
        if isinstance(part, str) and part in here.model_fields:
            here = next(_models_in(here.model_fields[part].annotation), here)
    return {field.alias or name: field for name, field in here.model_fields.items()}


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def dotted(keys: Sequence[str | int]) -> str:
    """Return the key as people write it: ``tasks.description.metrics``."""
    return ".".join(map(str, keys)) or "the file"
