"""The sample that ships with the task: what its README says, and a run of its baselines through the real plugins."""

import csv
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Example
from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store, StoredStep
from tests.smollm2 import needs_smollm2
from tests.tasks.sample import run_baselines

DATA = Path(str(files("shoptune_product_matching"))) / "data"
BASELINES = ["never_match", "always_match", "same_words"]


def test_the_sample_is_what_its_readme_says() -> None:
    with (DATA / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["label"] for row in rows) == {"1": 24, "0": 96}
    matches = Counter(row["left_id"] for row in rows if row["label"] == "1")
    assert len(matches) == 24
    assert Counter(row["left_id"] for row in rows) == dict.fromkeys(matches, 5)


@needs_smollm2
def test_the_experiment_can_be_planned() -> None:
    plan = make_plan(load_experiment(DATA / "experiment.yaml"))
    assert [candidate.name for candidate in plan.candidates] == [*BASELINES, "base", "sft"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample whose experiment needs no model, after a run."""
    return run_baselines(DATA, tmp_path_factory.mktemp("sample"), BASELINES)


def prepared(folder: Path) -> StoredStep:
    plan = make_plan(load_experiment(folder / "experiment.yaml"))
    return Store(folder / ".shoptune").read(plan.tasks[0].prepare.fingerprint)


def test_every_row_is_used_and_nothing_of_it_is_taken_for_personal_data(folder: Path) -> None:
    report = prepared(folder).json("data.json")
    table = report["tables"]["pairs"]
    assert table["bad"] == table["dropped"] == report["examples_dropped"] == {}
    assert table["personal_data"] == {"masked": {}, "fields": {}}
    assert sum(part["examples"] for part in report["parts"].values()) == 120


def test_no_offer_is_on_both_sides(folder: Path) -> None:
    stored = prepared(folder)
    lefts = [
        {example.facts["left"] for example in read_jsonl(stored.path(f"examples.{part}.jsonl"), Example)}
        for part in ("train", "validation", "test")
    ]
    assert all(lefts)
    assert sum(map(len, lefts)) == len(set.union(*lefts)) == 24


def test_the_run_measures_the_baselines(folder: Path) -> None:
    comparison: dict[str, Any] = json.loads((folder / "reports/matching/comparison.json").read_text("utf-8"))
    values = {(r["metric"], r["candidate"]): r["value"] for r in comparison["results"] if not r["slice"]}
    assert {value for (metric, _), value in values.items() if metric == "invalid_share"} == {0}
    assert (values["f1", "never_match"], values["lowest_recall", "always_match"]) == (0, 0)
    assert values["accuracy", "never_match"] == 0.8  # one match in five, whatever the split
    assert values["recall_no", "never_match"] == values["recall_yes", "always_match"] == 1
