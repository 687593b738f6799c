"""The sample that ships with the task: what its README says, and a run on it through the real plugins."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import chdir
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.storage.store import Store
from tests.fakes import shoptune
from tests.smollm2 import needs_smollm2

DATA = Path(str(files("shoptune_attribute_extraction"))) / "data"


def test_the_sample_is_what_its_readme_says() -> None:
    products = [json.loads(line) for line in (DATA / "products.jsonl").read_text("utf-8").splitlines()]
    assert Counter(product["category"] for product in products) == {
        "Kettles": 25,
        "Rucksacks": 25,
        "Desk lamps": 25,
        "Notebooks": 25,
    }
    for product in products:
        text = f"{product['name']} {product['description']}".casefold()
        assert len(product["attributes"]) >= 2
        assert all(value.casefold() in text for value in product["attributes"].values())


@needs_smollm2
def test_the_experiment_can_be_planned() -> None:
    plan = make_plan(load_experiment(DATA / "experiment.yaml"))
    assert [candidate.name for candidate in plan.candidates] == ["nothing", "base", "few_shot", "sft"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample whose experiment needs no model, after a run."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    shutil.copytree(DATA, folder)
    experiment = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    experiment |= {"candidates": {"nothing": {"baseline": "nothing"}}}
    experiment["compare"] = {"baseline": "nothing", "resamples": 200}
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment), "utf-8")
    with chdir(folder):
        code, output = shoptune("run", "experiment.yaml", "--plain")
        assert code == 0, output
    return folder


def test_every_row_is_used_and_nothing_of_it_is_taken_for_personal_data(folder: Path) -> None:
    plan = make_plan(load_experiment(folder / "experiment.yaml"))
    report = Store(folder / ".shoptune").read(plan.tasks[0].prepare.fingerprint).json("data.json")
    table = report["tables"]["products"]
    assert (table["records"], table["bad"], table["dropped"], report["examples_dropped"]) == (100, {}, {}, {})
    assert table["personal_data"] == {"masked": {}, "fields": {}}
    assert sum(part["examples"] for part in report["parts"].values()) == 100
    assert report["duplicates"]["largest"] <= 1
    figures = report["notes"]["attributes"]
    assert figures["asked for"] == 600
    assert 0.6 < figures["stated"] / 600 < 0.75
    assert figures["stated in other words than the text's"] == 0


def test_the_run_measures_the_baseline(folder: Path) -> None:
    comparison = json.loads((folder / "reports/attributes/comparison.json").read_text("utf-8"))
    values = {result["metric"]: result["value"] for result in comparison["results"] if not result["slice"]}
    assert values["attribute_f1"] == values["attribute_recall"] == values["exact_objects"] == 0
    assert values["invented_attributes"] == values["invalid_share"] == 0
    assert values["attribute_precision"] is None
    assert {result["slice"]["by"] for result in comparison["results"] if result["slice"]} == {"category"}
