"""The sample that ships with the task: what its README says, and a run of its baselines through the real plugins."""

import csv
import json
from collections import Counter
from contextlib import chdir
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoptune.data import Example
from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store, StoredStep
from tests.fakes import shoptune
from tests.smollm2 import needs_smollm2
from tests.tasks.sample import run_baselines

DATA = Path(str(files("shoptune_query_relevance"))) / "data"
BASELINES = ["always_exact", "word_overlap"]


def test_the_sample_is_what_its_readme_says() -> None:
    with (DATA / "judgements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(Counter(row["query"] for row in rows).values()) == {6: 30}
    labels = Counter(row["label"] for row in rows)
    readme = (DATA / "README.md").read_text("utf-8")
    assert len(labels) == 4
    assert all(f"| {label} | {count} |" in readme for label, count in labels.items())


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
    table = report["tables"]["judgements"]
    assert table["bad"] == table["dropped"] == report["examples_dropped"] == {}
    assert table["personal_data"] == {"masked": {}, "fields": {}}
    assert sum(part["examples"] for part in report["parts"].values()) == 180


def test_no_query_is_on_both_sides(folder: Path) -> None:
    stored = prepared(folder)
    queries = [
        Counter(example.facts["query"] for example in read_jsonl(stored.path(f"examples.{part}.jsonl"), Example))
        for part in ("train", "validation", "test")
    ]
    assert all(queries)
    assert sum(map(len, queries)) == 30
    assert {count for part in queries for count in part.values()} == {6}


def test_the_run_measures_the_baselines(folder: Path) -> None:
    comparison: dict[str, Any] = json.loads((folder / "reports/relevance/comparison.json").read_text("utf-8"))
    values = {(r["metric"], r["candidate"]): r["value"] for r in comparison["results"] if not r["slice"]}
    assert {value for (metric, _), value in values.items() if metric == "invalid_share"} == {0}
    assert values["recall_exact", "always_exact"] == 1
    assert values["recall_irrelevant", "always_exact"] == 0
    assert values["macro_f1", "always_exact"] < values["macro_f1", "word_overlap"]
    assert 0 < values["ndcg", "always_exact"] < values["ndcg", "word_overlap"] < 1
    counted = {(r["metric"], r["candidate"]): r["n"] for r in comparison["results"] if not r["slice"]}
    assert counted["mrr", "word_overlap"] == counted["accuracy", "word_overlap"] / 6  # queries, not products


def test_several_prompts_rank_each_querys_products_apart(folder: Path) -> None:
    """A baseline reads no prompt: asked in three ways it answers alike, and all its figures are those of one way."""

    def figures() -> dict[tuple[str, str], dict[str, Any]]:
        comparison = json.loads((folder / "reports/relevance/comparison.json").read_text("utf-8"))
        return {(r["metric"], r["candidate"]): r for r in comparison["results"] if not r["slice"]}

    once = figures()
    path = folder / "several.yaml"
    experiment = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    experiment["tasks"]["relevance"]["prompts"] = {
        "terse": {"instruction": "How well does the product fit the search?"},
        "german": {"instruction": "Wie gut passt das Produkt zur Suche?"},
    }
    path.write_text(yaml.safe_dump(experiment), "utf-8")
    with chdir(folder):
        code, output = shoptune("run", path.name, "--plain")
    assert code == 0, output
    several = figures()
    assert several.keys() == once.keys()
    for key, result in several.items():
        spread = {"prompts": 3, "lowest": result["value"], "highest": result["value"], "deviation": 0}
        assert result["spread"] == pytest.approx(spread, abs=1e-12)
        assert result["n"] == 3 * once[key]["n"]
        for figure in ("value", "difference", "p_value", "minimum_detectable_effect"):
            assert result[figure] == pytest.approx(once[key][figure]), (key, figure)
