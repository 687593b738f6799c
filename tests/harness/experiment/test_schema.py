"""The JSON Schema says of a file what shoptune says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shoptune.comparison import Comparison
from shoptune.experiment.schema import experiment_schema
from shoptune.experiment.yaml_file import read_yaml
from shoptune.plugins import load_plugins
from tests.fakes import Shop

ROOT = Path(__file__).parents[3]
GATE: dict[str, Any] = {"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"}


@pytest.fixture
def validator(shop: Shop) -> Any:
    schema = experiment_schema(shop.load().plugins)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_good_file_is_accepted(shop: Shop, validator: Any) -> None:
    shop.set("data.shop.products", {"path": "products.fake", "adapter": "fake_csv", "delimiter": ";"})
    shop.set("tasks.echo.metrics", ["overlap", {"metric": "overlap", "name": "folded", "case": False}])
    shop.set("candidates.base.skill", 0.3).set("candidates.base.backend", "fake")
    shop.set("candidates.drilled.tune.rate", 1e-4)
    cost = {"task": "echo", "candidate": "drilled", "must": "at_most", "value": 1, "cost": "tune_seconds"}
    asked = [GATE | {"slice": part} for part in ("worst", {"worst": "category"}, {"category": "tables"})]
    shop.set("compare.gates", [GATE, cost, *asked])
    shop.set("tasks.echo.prompts", {"polite": {"instruction": "Please repeat:"}})
    shop.load()
    validator.validate(shop.experiment)


def test_the_demo_is_accepted() -> None:
    schema = experiment_schema(load_plugins())
    for path in ROOT.glob("tasks/*/data/experiment.yaml"):
        jsonschema.validate(read_yaml(path).content, schema)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sed", 7),
        ("seed", "seven"),
        ("tasks.echo.task", "fake_ecko"),
        ("tasks.echo.instructoin", "x"),
        ("tasks.echo.shortest", "long"),
        ("tasks.echo.split.tset", 0.1),
        ("tasks.echo.prompts", {"polite": {"instructoin": "x"}}),
        ("tasks.echo.prompts", {"polite": {"shortest": "long"}}),
        ("tasks.echo.prompts", {"polite": "Please"}),
        ("tasks.echo.score_on", "train"),
        ("tasks.echo.metrics", [{"metric": "overlap", "csae": True}]),
        ("tasks.echo.metrics", [{"metric": "overlop"}]),
        ("tasks.echo.metrics", [7]),
        ("candidates.drilled.tune.method", "dril"),
        ("candidates.drilled.tune.stops", 3),
        ("candidates.drilled.tune.rate", "fast"),
        ("candidates.drilled.tune", {"steps": 3}),
        ("data.shop.products", {"path": "products.fake", "adapter": "fake_cvs"}),
        ("data.shop.products", {"path": "products.fake", "adapter": "fake_csv", "delimeter": ";"}),
        ("data.shop.products", 7),
        ("compare.gates", [{"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "win"}]),
        ("compare.gates", [GATE | {"slice": "best"}]),
        ("compare.gates", [GATE | {"slice": {"category": "Bags", "brand": "Acme"}}]),
        ("compare.gates", [GATE | {"slice": {}}]),
        ("compare.gates", [GATE | {"cost": "tune_seconds", "value": 1}]),
        ("compare.gates", [{"task": "echo", "candidate": "drilled", "must": "at_most", "value": 1}]),
        ("compare", {}),
    ],
)
def test_a_mistake_is_refused(shop: Shop, validator: Any, key: str, value: Any) -> None:
    validator.validate(shop.experiment)
    assert not validator.is_valid(shop.set(key, value).experiment)


def test_the_schema_of_comparison_json(shop: Shop) -> None:
    shop.run()
    content = shop.comparison()
    schema = Comparison.model_json_schema(mode="serialization")
    content |= {"cost": [], "samples": []}
    content["provenance"] |= {"created": "", "command": ""}
    jsonschema.validate(content, schema)
