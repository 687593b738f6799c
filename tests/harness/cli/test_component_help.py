"""What ``shoptune tasks`` and its like say."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import AliasChoices, Field

from shoptune.cli.component_help import help_of
from shoptune.cli.components import KIND_OF
from shoptune.cli.option_help import OptionHelp, options_of
from shoptune.components import Options
from shoptune.experiment.file import ExperimentFile
from shoptune.plugins import load_plugins
from tests.fakes import shoptune

PLUGINS = load_plugins(only=lambda point: point.dist is not None and point.dist.name == "shoptune")
COMPONENTS = [(kind, name) for kind in KIND_OF.values() for name in sorted(PLUGINS.configurable(kind))]
REST: dict[str, Any] = {
    "name": "rest",
    "data": {"shop": {"products": "products.csv"}},
    "tasks": {"my_task": {"task": "any", "data": "shop"}},
    "candidates": {"base": {"model": "any"}},
    "compare": {"baseline": "base"},
}


class Inner(Options):
    share: float = Field(0.5, gt=0, le=1)
    """How much of it."""


class Outer(Options):
    kind: Literal["one", "two"]
    """Which ``kind``,
    said on two lines."""
    names: tuple[str, ...] = ("a",)
    by_name: dict[str, int] = Field(default_factory=dict, description="Name -> count.")
    inner: Inner = Inner()
    other: Annotated[int, Field(ge=1)] | None = Field(None, alias="from")
    size: int = Field(1, validation_alias=AliasChoices("size", "width"))


class Heir(Outer):
    last: bool = True


def test_options_of_a_model() -> None:
    expected = [
        ("kind", "one or two", True, None, "Which `kind`, said on two lines."),
        ("names", "list of text", False, ["a"], ""),
        ("by_name", "mapping to integer", False, {}, "Name -> count."),
        ("inner", "mapping", False, {"share": 0.5}, ""),
        ("inner.share", "number > 0, <= 1", False, 0.5, "How much of it."),
        ("from", "integer >= 1 or null", False, None, ""),
        ("size", "integer", False, 1, ""),
        ("last", "true or false", False, True, ""),
    ]
    assert options_of(Heir) == [
        OptionHelp(name=name, type=kind, required=required, default=default, meaning=meaning)
        for name, kind, required, default, meaning in expected
    ]


class Chain(Options):
    next: Chain | None = None


def test_options_within_themselves_end() -> None:
    assert [option["name"] for option in options_of(Chain)] == ["next"]


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_everything_that_is_ours_is_explained(kind: str, name: str) -> None:
    found = help_of(PLUGINS.configurable(kind)[name])
    json.dumps(found)
    assert all("any value" not in option["type"] for option in found["options"])
    assert [option["name"] for option in found["options"] if not option["meaning"]] == []
    example = yaml.safe_load(found["example"])
    candidates = {**REST["candidates"], **example.pop("candidates", {})}
    ExperimentFile.model_validate({**REST, "candidates": candidates, **example})
    assert (found["card"] or "").startswith("# ") == (kind == "task")


@pytest.mark.parametrize(("command", "name"), [(c, sorted(PLUGINS.of_kind(k))[0]) for c, k in KIND_OF.items()])
def test_commands(command: str, name: str) -> None:
    assert name in shoptune(command).output
    assert name in {row["name"] for row in json.loads(shoptune(command, "--json").output)}
    shown = shoptune(command, name)
    assert shown.code == 0
    assert "In an experiment file" in shown.output
    found = json.loads(shoptune(command, name, "--json").output)
    for option in found["options"]:
        assert option["name"] in shown.output


def test_a_task_is_shown_with_its_card_and_what_it_needs() -> None:
    said = shoptune("tasks", "product_description").output
    for words in ("needs: products", "baselines: template", "instruction", "Write a product's description"):
        assert words in said
    assert "Task card: product_description" in said


def test_a_name_that_is_not_there() -> None:
    outcome = shoptune("metrics", "rogue_l")
    assert outcome.code == 2
    assert "there is no metric 'rogue_l'. Did you mean 'rouge_l'?" in outcome.output


@pytest.mark.parametrize("arguments", [["methods", "sft"], ["backends", "transformers"]], ids=" ".join)
def test_looking_imports_no_training_library(arguments: list[str]) -> None:
    script = (
        f"import atexit, sys; sys.argv = ['shoptune', *{arguments}]; from shoptune.cli import main; "
        "atexit.register(lambda: print('torch' in sys.modules, file=sys.stderr)); main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.splitlines()[-1] == "False"
