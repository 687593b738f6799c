"""Both JSON Schemas say of each field what it means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, BaseModel, Field

from shoptune.comparison import Comparison
from shoptune.components import Options
from shoptune.experiment.schema import experiment_schema
from shoptune.plugins import load_plugins


def undescribed(schema: Any, path: str = "") -> Iterator[str]:
    """Yield where each property stands that has no description.

    One that is `True`, or says nothing but which values a case takes, is described in another place.
    """
    if isinstance(schema, dict):
        for name, part in schema.items():
            if name == "properties":
                for key, of_key in part.items():
                    if of_key is not True and not of_key.keys() <= {"const"} and not of_key.get("description"):
                        yield f"{path}/{key}"
                    yield from undescribed(of_key, f"{path}/{key}")
            elif name not in {"if", "not", "default"}:  # none of them defines anything
                yield from undescribed(part, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from undescribed(part, f"{path}/{number}")


class Inner(Options):
    share: float = 0.5
    bare: int = 1


class Outer(Options):
    inner: Inner = Inner()
    """Is a ``model``
    of its own."""
    source: str = Field("base", alias="from")
    """Has another name in a file."""
    size: int = Field(1, validation_alias=AliasChoices("size", "width"))
    """Has two."""
    said: str = Field("", description="What is said beside the field.")
    """Counts less."""
    bare: int = 1


class Heir(Outer):
    bare: int = 2
    """Has it from the heir."""


class Plain(BaseModel):
    outer: tuple[Heir, ...] = ()


def descriptions(schema: dict[str, Any]) -> dict[str, str | None]:
    return {name: of_key.get("description") for name, of_key in schema["properties"].items()}


def test_a_docstring_under_a_field_is_its_description() -> None:
    expected = {
        "inner": "Is a `model` of its own.",
        "from": "Has another name in a file.",
        "size": "Has two.",
        "said": "What is said beside the field.",
        "bare": None,
    }
    assert descriptions(Outer.model_json_schema()) == expected
    of_heir = expected | {"bare": "Has it from the heir."}
    assert descriptions(Heir.model_json_schema()) == of_heir
    assert descriptions(Plain.model_json_schema()["$defs"]["Heir"]) == of_heir
    unaliased = Heir.model_json_schema(by_alias=False)
    assert descriptions(unaliased)["source"] == "Has another name in a file."


def test_the_probe_sees_what_is_missing() -> None:
    assert list(undescribed(Outer.model_json_schema())) == ["/$defs/Inner/share", "/$defs/Inner/bare", "/bare"]


def test_a_model_without_source_has_a_schema_all_the_same() -> None:
    made: dict[str, Any] = {"Options": Options, "__name__": "nowhere"}
    exec("class Made(Options):\n    n: int = 1\n    'A number.'", made)
    assert descriptions(made["Made"].model_json_schema()) == {"n": None}


def test_every_field_of_the_comparison_is_described() -> None:
    assert list(undescribed(Comparison.model_json_schema())) == []


def test_every_field_of_an_experiment_and_every_option_of_ours_is_described() -> None:
    ours = load_plugins(only=lambda point: point.dist is not None and point.dist.name == "shoptune")
    assert list(undescribed(experiment_schema(ours))) == []
