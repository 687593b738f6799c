"""All checks on all that a plugin brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoptune.errors import PluginError, UsageError
from shoptune.testing import (
    check_plugin,
    only_plugin,
    tiny_model,
)

PLUGIN = """
import numpy as np
from shoptune import hookimpl
from shoptune.components import AdditiveMetric, DataAdapter, NoOptions
from shoptune.data import Record


def rows(evaluation, options):
    found = np.array([["!" in s.text, 1] for s in evaluation.samples], dtype=float).reshape(-1, 2)
    return found


def read(path, options):
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            name = line.partition(",")[0]
            if number > 1 and name:
                yield Record(id=name, group=name, fields={"id": name}, origin=f"{path.name}:{number}")


@hookimpl
def register_metrics():
    yield AdditiveMetric(
        name="shouting", summary="Shouts", options=NoOptions, rows=rows, format="share", higher_is_better=False,
        reduce=lambda totals: totals[..., 0] / totals[..., 1],
    )


@hookimpl
def register_data_adapters():
    yield DataAdapter(name="mine", summary="Mine", options=NoOptions, read=read)


@hookimpl
def select_data_adapter(path):
    return "mine" if path.suffix == ".mine" else None
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin that is a folder, with a sample."""
    folder = tmp_path / "mine"
    (folder / "data").mkdir(parents=True)
    (folder / "plugin.py").write_text(PLUGIN, "utf-8")
    (folder / "data" / "sample.mine").write_text("id,text\n" + "".join(f"p{i},vase\n" for i in range(20)), "utf-8")
    return folder


def test_a_healthy_plugin_passes_all_checks_of_all_that_it_brings(plugin: Path) -> None:
    findings = check_plugin(plugin)
    assert {f.name for f in findings} == {"shouting", "mine", "select_data_adapter"}
    assert {f.name for f in findings if f.outcome != "passed"} == {"select_data_adapter"}, "no check looks at that hook"
    assert {f.outcome for f in findings} == {"passed", "not checked"}


def test_what_is_wrong_with_a_plugin_is_found_beside_what_is_not(plugin: Path) -> None:
    source = PLUGIN.replace("return found", "return found / [max(1, len(found)), 1]").replace(', errors="replace"', "")
    (plugin / "plugin.py").write_text(source, "utf-8")
    failed = {(f.kind, f.check) for f in check_plugin(plugin) if f.outcome == "failed"}
    assert failed == {("data adapter", "it survives broken files"), ("metric", "rows are additive")}


EXPERIMENT = """
name: sample
data: {shop: {rows: {path: sample.mine, adapter: mine}}}
tasks: {list: {task: repeat, data: shop}}
candidates: {base: {baseline: echo}}
compare: {baseline: base}
"""
TASK = """

from shoptune.components import Task
from shoptune.data import Example


def examples(tables, options):
    for record in tables["rows"]:
        message = {"role": "user", "content": "Say yes to " + record.id}
        yield Example(id=record.id, messages=(message,), references=("yes",), group=record.group)


@hookimpl
def register_tasks():
    yield Task(
        name="repeat", summary="Say yes", options=NoOptions, tables=("rows",), answers="text",
        examples=examples, metrics=("rouge_l",),
        parse=lambda text, example: text, baselines={"echo": lambda example: "yes"},
    )
"""


@pytest.mark.parametrize("named", ["", "plugins: [..]\n", "plugins: [../plugin.py]\n"])
def test_a_sample_experiment_knows_the_plugin_that_is_checked(plugin: Path, named: str) -> None:
    (plugin / "__init__.py").touch()
    (plugin / "plugin.py").write_text(PLUGIN + TASK, "utf-8")
    (plugin / "data" / "experiment.yaml").write_text(named + EXPERIMENT, "utf-8")
    for path in (plugin, plugin / "plugin.py"):
        findings = [f for f in check_plugin(path) if f.kind in {"task", "plugin"}]
        assert findings
        assert [str(f) for f in findings if f.outcome != "passed"] == []


def test_a_sample_experiment_that_can_not_be_used_is_a_fault(plugin: Path) -> None:
    (plugin / "data" / "experiment.yaml").write_text(EXPERIMENT.replace("repeat", "repaet"), "utf-8")
    (failed,) = (f for f in check_plugin(plugin) if f.outcome == "failed")
    assert (failed.kind, failed.name, failed.check) == ("plugin", "mine", "its sample experiment is valid")
    assert "there is no task 'repaet'" in failed.message


def test_without_a_sample_an_adapter_is_read_broken_files_alone_and_that_is_said(plugin: Path) -> None:
    (plugin / "data" / "sample.mine").unlink()
    found = {f.check: f.outcome for f in check_plugin(plugin) if f.kind == "data adapter"}
    assert found["it survives broken files"] == "passed"
    assert found["it streams"] == "not checked"


def test_one_plugin_alone_sees_no_other(plugin: Path) -> None:
    assert set(only_plugin(plugin).metrics) == {"shouting"}
    alone = only_plugin("labels")
    assert [p.name for p in alone.loaded] == ["labels"]
    assert alone.data_adapters == {}
    assert check_plugin(alone.loaded[0]) == check_plugin("labels")


def test_a_plugin_that_is_not_there_or_broken_is_an_error(plugin: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'labels'"):
        only_plugin("label")
    (plugin / "plugin.py").write_text("import no_such_module", "utf-8")
    with pytest.raises(PluginError, match="no_such_module"):
        check_plugin(plugin)


def test_a_tiny_model_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    one, again, other = tiny_model(tmp_path / "1"), tiny_model(tmp_path / "2"), tiny_model(tmp_path / "3", seed=1)
    files = sorted(path.name for path in one.folder.iterdir())
    assert all((one.folder / name).read_bytes() == (again.folder / name).read_bytes() for name in files)
    assert (one.folder / files[2]).suffix == ".safetensors"
    assert (one.folder / files[2]).read_bytes() != (other.folder / files[2]).read_bytes()
