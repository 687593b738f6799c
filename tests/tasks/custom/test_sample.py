"""The sample that ships with the tasks: three tasks in one experiment file, without a line of code."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from contextlib import chdir
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoptune.data import Example, Note, Record
from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune_custom.options import JsonOptions
from shoptune_custom.task import CUSTOM_JSON
from tests.fakes import shoptune
from tests.smollm2 import needs_smollm2

DATA = Path(str(files("shoptune_custom"))) / "data"


def test_the_sample_is_what_its_readme_says() -> None:
    with (DATA / "messages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["topic"] for row in rows) == dict.fromkeys(("delivery", "return", "product", "payment"), 12)
    assert all(row["product"] in row["Message text"] for row in rows)


@needs_smollm2
def test_the_experiment_can_be_planned() -> None:
    plan = make_plan(load_experiment(DATA / "experiment.yaml"))
    assert [candidate.name for candidate in plan.candidates] == ["base", "few_shot", "sft"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample."""
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def experiment_of(folder: Path, task: str, **changes: Any) -> dict[str, Any]:
    """Keep one task of the sample, with changes."""
    experiment: dict[str, Any] = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    experiment["tasks"] = {task: {**experiment["tasks"][task], **changes}}
    return experiment


def run(folder: Path, experiment: dict[str, Any], baselines: tuple[str, ...], command: str = "run") -> tuple[int, str]:
    """Run the experiment with baselines for candidates."""
    experiment["candidates"] = {name: {"baseline": name} for name in baselines}
    experiment["compare"] = {"baseline": baselines[0], "resamples": 200}
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment), "utf-8")
    with chdir(folder):
        outcome = shoptune(command, "experiment.yaml", "--plain")
    return outcome.code, outcome.output


def test_labels(folder: Path) -> None:
    code, output = run(folder, experiment_of(folder, "topic"), ("always_first", "always_fourth"))
    assert code == 0, output
    comparison = json.loads((folder / "reports/messages/comparison.json").read_text("utf-8"))
    (task,) = comparison["tasks"]
    assert task["data"]["examples_dropped"] == {}
    assert sum(part["examples"] for part in task["data"]["parts"].values()) == 48
    assert task["data"]["tables"]["messages"]["personal_data"] == {"masked": {}, "fields": {}}
    values = {(r["metric"], r["candidate"]): r["value"] for r in comparison["results"] if not r["slice"]}
    assert values["lowest_recall", "always_first"] == values["invalid_share", "always_first"] == 0
    assert values["accuracy", "always_first"] + values["accuracy", "always_fourth"] <= 1


def test_texts_in_several_prompts(folder: Path) -> None:
    changes = {"prompts": {"short": {"prompt": "Subject of: {{ record['Message text'] }}"}}}
    code, output = run(folder, experiment_of(folder, "subject", **changes), ("copy",))
    assert code == 0, output
    comparison = json.loads((folder / "reports/messages/comparison.json").read_text("utf-8"))
    assert comparison["tasks"][0]["prompts"] == ["own", "short"]


def test_objects(folder: Path) -> None:
    use = experiment_of(folder, "facts")["tasks"]["facts"]
    options = JsonOptions(**{name: use[name] for name in JsonOptions.model_fields if name in use})
    with (folder / "messages.csv").open(encoding="utf-8", newline="") as file:
        rows = [Record(id=row["id"], group=row["id"], origin="", fields=row) for row in csv.DictReader(file)]
    *examples, note = CUSTOM_JSON.examples({"messages": rows}, options)
    assert note == Note(topic="answers", figures={"examples": 48, "prompts that hold their answer": 0})
    for example, row in zip(examples, rows, strict=True):
        assert isinstance(example, Example)
        wanted = {name: row.fields[name] for name in ("topic", "product")}
        assert CUSTOM_JSON.parse(example.references[0], example) == wanted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": "{{ subject"}, "tasks.topic.prompt: line 1 of the template: unexpected end of template"),
        ({"target": "{{ topik }}"}, "no row has a field 'topik'. Did you mean 'topic'?"),
        ({"target": "{{ topic.name }}"}, "the target can't be filled in (48, first: messages.csv:2: line 1 of the"),
        ({"choises": ["a"]}, "tasks.topic.choises: unknown key. Did you mean 'choices'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder: Path, changes: dict[str, Any], said: str) -> None:
    code, output = run(folder, experiment_of(folder, "topic", **changes), ("always_first",))
    assert code == 2
    assert said in output
