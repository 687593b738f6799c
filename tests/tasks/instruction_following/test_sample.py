"""The sample that ships with the task: what its README says, and runs on it through the real plugins."""

import json
import shutil
from collections import Counter
from contextlib import chdir
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoptune.data import Example, PreferencePair, Record
from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store, StoredStep
from shoptune_instructions.adapter import InstructionOptions, instructions
from tests.fakes import shoptune
from tests.smollm2 import needs_smollm2

DATA = Path(str(files("shoptune_instruction_following"))) / "data"


def read(path: Path) -> list[Record]:
    rows = list(instructions.read(path, InstructionOptions()))
    assert all(isinstance(row, Record) for row in rows)
    return [row for row in rows if isinstance(row, Record)]


def test_the_sample_is_what_its_readme_says() -> None:
    chats, preferences = read(DATA / "chats.jsonl"), read(DATA / "preferences.jsonl")
    assert Counter(record.fields["form"] for record in chats) == {"messages": 40}
    assert Counter(record.fields["form"] for record in preferences) == {"preference": 10}
    assert sum(len(record.fields["messages"]) > 2 for record in chats) == 4
    categories = Counter(record.fields["category"] for record in chats + preferences)
    assert categories.keys() == {"delivery", "returns", "care", "sizing", "products"}
    assert len({record.group for record in chats + preferences}) == 50


def test_the_experiment_is_valid() -> None:
    table = load_experiment(DATA / "experiment.yaml").tables["shop"]["instructions"]
    assert [path.name for path in table.paths] == ["chats.jsonl", "preferences.jsonl"]
    assert table.adapter.component.name == "instructions"


@needs_smollm2
def test_the_experiment_can_be_planned() -> None:
    plan = make_plan(load_experiment(DATA / "experiment.yaml"))
    assert [candidate.name for candidate in plan.candidates] == ["echo", "base", "few_shot", "sft", "dpo"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample whose experiment needs no model, after a run and every export."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    shutil.copytree(DATA, folder)
    experiment = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    experiment |= {"candidates": {"echo": {"baseline": "echo"}}, "compare": {"baseline": "echo", "resamples": 200}}
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment), "utf-8")
    with chdir(folder):
        for command in (("run",), *(("data", "--export", name) for name in ("chat", "prompt_completion", "openai"))):
            code, output = shoptune(*command, "experiment.yaml", "--plain")
            assert code == 0, output
    return folder


def prepared(folder: Path) -> StoredStep:
    plan = make_plan(load_experiment(folder / "experiment.yaml"))
    return Store(folder / ".shoptune").read(plan.tasks[0].prepare.fingerprint)


def test_every_row_is_used_and_nothing_of_it_is_taken_for_personal_data(folder: Path) -> None:
    report = prepared(folder).json("data.json")
    table = report["tables"]["instructions"]
    assert (table["adapter"], table["records"], table["groups"]) == ("instructions", 50, 50)
    assert table["bad"] == table["dropped"] == report["examples_dropped"] == report["pairs_refused"] == {}
    assert table["personal_data"] == {"masked": {}, "fields": {}}
    assert sum(part["examples"] for part in report["parts"].values()) == 50
    assert report["pairs_kept"] == {"given preference": 10}
    assert report["duplicates"]["largest"] <= 1


def test_the_run_measures_the_baseline(folder: Path) -> None:
    comparison: dict[str, Any] = json.loads((folder / "reports/answers/comparison.json").read_text("utf-8"))
    values = {r["metric"]: r["value"] for r in comparison["results"] if not r["slice"]}
    assert values["invalid_share"] == 0
    assert 0 < values["rouge_l"] < 0.2
    assert {r["slice"]["by"] for r in comparison["results"] if r["slice"]} == {"category", "turns"}


@pytest.mark.parametrize("name", ["chat", "prompt_completion", "openai"])
def test_what_is_exported_reads_back_the_same(folder: Path, name: str) -> None:
    stored, exported = prepared(folder), folder / "reports/answers/export" / name
    for part in ("train", "validation", "test"):
        examples = list(read_jsonl(stored.path(f"examples.{part}.jsonl"), Example))
        pairs = list(read_jsonl(stored.path(f"pairs.{part}.jsonl"), PreferencePair))
        assert [(r.fields["messages"], r.fields["completion"]) for r in read(exported / f"answers.{part}.jsonl")] == [
            (list(e.messages), e.references[0]) for e in examples
        ]
        read_pairs = [r.fields for r in read(exported / f"answers.pairs.{part}.jsonl")]
        assert [(f["messages"], f["chosen"], f["rejected"]) for f in read_pairs] == [
            (list(p.messages), p.chosen, p.rejected) for p in pairs
        ]
