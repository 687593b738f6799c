"""The command: exit codes, messages, and what is not imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shoptune.cli.doctor import Check
from shoptune.comparison import SCHEMA_VERSION
from tests.fakes import Shop, shoptune

# --- whole runs ------------------------------------------------------------------------------------------------------


def test_a_run_from_end_to_end(shop: Shop) -> None:
    outcome = shop.run()
    assert outcome.code == 0
    recommended = outcome.output.index("\nShip drilled.\n  drilled is better than base in 1 of 1 metric (overlap ")
    assert recommended < outcome.output.index("echo: 11 test examples, compared with base")
    assert outcome.output.splitlines()[-3:] == [
        f"reports/fake/{name}" for name in ("comparison.json", "samples.jsonl", "lines.txt")
    ]
    assert {p.name for p in (shop.folder / "reports/fake").iterdir()} == {
        "comparison.json",
        "samples.jsonl",
        "lines.txt",
    }


def test_two_runs_from_empty_stores_agree(shop: Shop, tmp_path: Path) -> None:
    shop.run()
    other = Shop(tmp_path / "other")
    other.run()
    assert shop.comparison() == other.comparison()


def test_a_second_run_computes_nothing_and_says_the_same(shop: Shop) -> None:
    shop.run()
    first = shop.comparison()
    shop.journal()
    outcome = shop.run()
    assert outcome.code == 0
    assert "20 of 20 steps are in the store, 0 to compute" in outcome.output
    assert shop.journal() == []
    assert shop.comparison() == first


def test_a_changed_metric_computes_only_that(shop: Shop) -> None:
    shop.run()
    shop.journal()
    shop.set("tasks.echo.metrics", [{"metric": "overlap", "case": False}, "distinct"]).run()
    assert [line for line in shop.journal() if "measure" not in line] == []
    shop.set("compare.gates", [{"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"}])
    assert shop.run().code == 0
    assert shop.journal() == []


def test_a_damaged_step_is_made_again(shop: Shop) -> None:
    shop.run()
    first = shop.comparison()
    shop.journal()
    step = shop.stored("predict", task="echo", candidate="base")
    (step.folder / "predictions.jsonl").write_text("")
    assert shop.run().code == 0
    assert [line for line in shop.journal() if line.startswith("before")] == ["before predict echo with base"]
    assert shop.comparison() == first


def test_another_executor(shop: Shop) -> None:
    assert shop.set("executor", "noted").run().code == 0
    executed = [line for line in shop.journal() if line.startswith("executing")]
    assert executed == ["executing 3 steps", "executing 17 steps"], "what the data take, then the rest"


def test_other_folders(shop: Shop, tmp_path: Path) -> None:
    outcome = shop.run("run", "--store", str(tmp_path / "st"), "--reports", str(tmp_path / "rep"), "--plain")
    assert outcome.code == 0
    assert (tmp_path / "rep/fake/comparison.json").exists()
    assert (tmp_path / "st/steps").exists()
    assert not shop.store.root.exists()


# --- gates -----------------------------------------------------------------------------------------------------------

GATE = {"task": "echo", "metric": "overlap", "candidate": "drilled"}


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        ({**GATE, "must": "be_better"}, 0),
        ({**GATE, "must": "at_least", "value": 1}, 1),
        ({**GATE, "candidate": "silence", "must": "be_better"}, 1),
        ({**GATE, "candidate": "few_shot", "must": "be_better"}, 4),
        ({**GATE, "candidate": "few_shot", "must": "be_better", "on_inconclusive": "pass"}, 0),
        ({**GATE, "slice": {"worst": "category"}, "must": "at_least", "value": 0}, 0),
        ({**GATE, "slice": {"category": "scarfs"}, "must": "at_least", "value": 0}, 1),
        ({**GATE, "candidate": "few_shot", "slice": {"category": "tables"}, "must": "be_better"}, 4),
        ({**GATE, "slice": {"brand": "Acme"}, "must": "be_better"}, 1),
        ({**GATE, "metric": "invalid", "must": "at_most", "value": 0}, 0),
        ({"task": "echo", "candidate": "drilled", "cost": "tune_seconds", "must": "at_most", "value": 600}, 0),
        ({"task": "echo", "candidate": "drilled", "cost": "tune_money", "must": "at_most", "value": 600}, 2),
        ({"task": "echo", "candidate": "drilled", "must": "be_recommended"}, 0),
        ({"task": "echo", "candidate": "silence", "must": "be_recommended"}, 1),
        ({"task": "echo", "candidate": "base", "must": "be_recommended"}, 2),
    ],
)
def test_exit_codes_of_gates(shop: Shop, gate: dict[str, Any], code: int) -> None:
    shop.set("compare.gates", [gate])
    assert shop.run().code == code
    shop.journal()
    assert shop.run("gate").code == code, "and again from comparison.json alone"
    assert shop.journal() == []


def test_gates_on_slices_that_are_large_enough(tmp_path: Path) -> None:
    shop = Shop(tmp_path, products=160)
    worst = {**GATE, "must": "be_better", "slice": "worst"}
    shop.set("compare.gates", [worst, {**worst, "slice": {"category": "tables"}}])
    outcome = shop.run()
    assert outcome.code == 0
    assert outcome.output.count("✓ passed: overlap of drilled on category '") == 2
    assert "It is the worst of 2 slices." in outcome.output
    shop.set("compare.gates", [{**worst, "candidate": "silence", "must": "not_be_worse"}])
    assert shop.run("gate").code == 1


class TestGate:
    def test_before_any_run(self, shop: Shop) -> None:
        outcome = shop.run("gate")
        assert outcome.code == 2
        assert "there is no reports/fake/comparison.json; `shoptune run` with the report format" in outcome.output

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("{", "not JSON"),
            ("[]", "has schema version None"),
            ('{"schema_version": "0"}', f"has schema version '0', this shoptune reads '{SCHEMA_VERSION}'"),
            (
                f'{{"schema_version": "{SCHEMA_VERSION}"}}',
                "experiment: Field required; render it again with `shoptune report",
            ),
        ],
    )
    def test_on_something_else(self, shop: Shop, content: str, said: str) -> None:
        folder = shop.folder / "reports/fake"
        folder.mkdir(parents=True)
        (folder / "comparison.json").write_text(content)
        outcome = shop.run("gate")
        assert outcome.code == 2
        assert said in outcome.output

    def test_needs_no_plugin(self, shop: Shop) -> None:
        shop.set("compare.gates", [{**GATE, "must": "be_better"}]).run()
        (shop.folder / "fake_plugin.py").unlink()
        assert shop.run("gate").code == 0

    def test_says_where_doubt_is_allowed_and_where_there_is_no_gate(self, shop: Shop) -> None:
        doubtful = {**GATE, "candidate": "few_shot", "must": "be_better", "on_inconclusive": "pass"}
        shop.set("compare.gates", [doubtful]).run()
        assert "? inconclusive, which is allowed: overlap of few_shot is" in shop.run("gate").output
        outcome = shop.set("compare.gates", []).run("gate")
        assert outcome.code == 0
        assert outcome.output.startswith("Ship drilled.\n")
        assert "The experiment has no gates" in outcome.output

    def test_judges_what_is_written_and_resamples_nothing(self, shop: Shop) -> None:
        shop.set("compare.gates", [{**GATE, "must": "be_better"}]).run()
        code = f"""
import os
os.chdir({str(shop.folder)!r})
from shoptune.cli import cli
try:
    cli.main(["gate", "experiment.yaml"], standalone_mode=False)
except SystemExit as end:
    assert end.code == 0
"""
        computing = {
            "scipy",
            "torch",
            "transformers",
            "shoptune.comparing.compare",
            "shoptune.comparing.statistics",
            "shoptune.plugins",
        }
        assert imported_by(code).isdisjoint(computing)


# --- plan, data, report ----------------------------------------------------------------------------------------------


def test_plan_says_what_there_is_to_do(shop: Shop) -> None:
    assert "fake: 20 steps, 20 to compute" in shop.run("plan").output
    assert not shop.store.root.exists()
    shop.fail("step 2")
    shop.run()
    output = shop.run("plan").output
    assert "fake: 20 steps, 8 to compute" in output, "what does not rest on the tune that failed was made"
    state = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in output.splitlines() if "│" in line}
    assert state["prepare echo"] == "in the store"
    assert state["predict echo with base"] == "in the store"
    assert state["tune drilled"] == "resumable"
    assert state["predict echo with drilled"] == "to compute"


def test_data_reads_and_splits_alone(shop: Shop) -> None:
    outcome = shop.run("data")
    assert outcome.code == 0
    assert "products.fake" in outcome.output
    assert [line for line in shop.journal() if "prepare" not in line and "read" not in line] == []
    report = json.loads(shop.run("data", "--json").output.split("compute\n", 1)[1])
    assert report["echo"]["tables"]["products"]["records"] == 40


def test_report_renders_again_and_computes_nothing(shop: Shop) -> None:
    outcome = shop.run("report")
    assert outcome.code == 2
    assert "20 of 20 steps are not in .shoptune, the first of them 'read products of shop'" in outcome.output
    shop.run()
    shop.journal()
    (shop.folder / "reports/fake/lines.txt").unlink()
    assert shop.run("report").output.splitlines() == [
        "reports/fake/comparison.json",
        "reports/fake/samples.jsonl",
        "reports/fake/lines.txt",
    ]
    assert (shop.folder / "reports/fake/lines.txt").exists()
    assert shop.journal() == []


# --- plugins that raise ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "said", "kept"),
    [
        (
            "execute",
            "plugin 'fake_plugin' 1.2.3 failed to execute the steps: ValueError: execute was asked to raise",
            0,
        ),
        ("read", "plugin 'fake_plugin' 1.2.3 failed to read products.fake: ValueError: read was asked to raise", 0),
        ("examples", "prepare echo (plugin 'fake_plugin' 1.2.3) failed: ValueError: examples was asked to raise", 2),
        (
            "resolve",
            "plugin 'fake_plugin' 1.2.3 failed to find 'fake-model': ValueError: resolve was asked to raise",
            0,
        ),
        ("step 2", "tune drilled (plugin 'fake_plugin' 1.2.3) failed: ValueError: step 2 was asked to raise", 12),
        ("open", "predict echo with base (plugin 'fake_plugin' 1.2.3) failed: ValueError: open was asked to raise", 6),
        ("batch 2", "predict echo with base (plugin 'fake_plugin' 1.2.3) failed: ValueError: batch 2 was asked", 6),
        (
            "rows",
            "measure overlap of echo with silence (plugin 'fake_plugin' 1.2.3) failed: ValueError: rows was asked",
            10,
        ),
        (
            "value",
            "measure distinct of echo with silence (plugin 'fake_plugin' 1.2.3) failed: ValueError: value was asked",
            11,
        ),
        ("render", "plugin 'fake_plugin' 1.2.3 failed to render 'lines': ValueError: render was asked to raise", 20),
    ],
)
def test_a_plugin_that_raises_is_named_and_nothing_is_lost(shop: Shop, point: str, said: str, kept: int) -> None:
    shop.set("executor", "noted").fail(point)
    outcome = shop.run()
    assert outcome.code == 3
    assert said in outcome.output
    assert "Traceback" not in outcome.output
    assert "fault in shoptune" not in outcome.output
    shop.heal()
    assert sum(shop.store.find(s.fingerprint) is not None for s in shop.plan().steps) == kept
    assert shop.run().code == 0


@pytest.mark.parametrize("before", [True, False])
def test_debug_shows_the_traceback_wherever_it_stands(shop: Shop, before: bool) -> None:
    shop.fail("rows")
    path = str(shop.path)
    folders = ["--store", str(shop.folder / "s"), "--reports", str(shop.folder / "r")]
    outcome = shoptune(*(["--debug", "run", path, *folders] if before else ["run", path, *folders, "--debug"]))
    assert outcome.code == 3
    assert "Traceback" in outcome.output
    assert "rows was asked to raise" in outcome.output


def test_a_fault_of_shoptunes_own_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr("shoptune.run.make_plan", broken)
    outcome = shop.run()
    assert outcome.code == 3
    assert "KeyError: 'x'\nThis is a fault in shoptune: run again with --debug and report it." in outcome.output


def test_control_c_says_how_to_go_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shoptune.reporting.assemble.assemble", interrupted)
    outcome = shop.run()
    assert outcome.code == 130
    assert "stopped; what was finished is kept, and the same command goes on from there" in outcome.output


# --- bad places ------------------------------------------------------------------------------------------------------


def test_an_unwritable_reports_folder_is_found_out_before_anything_runs(shop: Shop) -> None:
    (shop.folder / "reports").write_text("a file")
    outcome = shop.run()
    assert outcome.code == 2
    assert "can't write reports to reports/fake" in outcome.output
    assert "Name another folder with --reports" in outcome.output
    assert shop.journal() == []


def test_a_disk_that_is_full_when_the_reports_are_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run()
    folder = shop.folder / "reports/fake"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write = Path.write_text

    def full(path: Path, text: str, *arguments: Any, **more: Any) -> int:
        if "lines.txt" in path.name:
            write(path, text[: len(text) // 2], *arguments, **more)
            raise OSError(28, "No space left on device")
        return write(path, text, *arguments, **more)

    monkeypatch.setattr(Path, "write_text", full)
    gate = {"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"}
    outcome = shop.set("compare.gates", [gate]).run()
    assert outcome.code == 2
    assert "can't write reports to reports/fake: no space left" in outcome.output
    assert (folder / "lines.txt").read_bytes() == before["lines.txt"], "the earlier report is whole"
    assert {path.name for path in folder.iterdir()} == set(before)


def test_a_report_in_a_folder_of_its_own(shop: Shop) -> None:
    shop.plugin_source('"lines.txt"', '"pages/lines.txt"')
    assert shop.run().code == 0
    assert (shop.folder / "reports/fake/pages/lines.txt").exists()


def test_a_report_that_is_none(shop: Shop) -> None:
    shop.plugin_source('return {"lines.txt"', 'return {"lines.txt"} or {"lines.txt"')
    outcome = shop.run()
    assert outcome.code == 3
    assert "plugin 'fake_plugin' 1.2.3 failed to render 'lines': ValueError" in outcome.output


def test_names_are_no_markup(shop: Shop) -> None:
    outcome = shop.set("tasks.echo.metrics", [{"metric": "overlap", "name": "[/red]"}]).run()
    assert outcome.code == 0
    assert "│ [/red] ↑ │" in outcome.output


@pytest.mark.parametrize("command", ["run", "plan", "report", "data"])
def test_a_store_of_another_format(shop: Shop, command: str) -> None:
    shop.run()
    (shop.store.root / "format").write_text("99")
    outcome = shop.run(command)
    assert outcome.code == 3
    assert "has format '99'" in outcome.output
    assert "or update shoptune" in outcome.output


# --- usage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "Commands:"),
        (["-h"], 0, "demo"),
        (["run", "--help"], 0, "--store"),
        (["--version"], 0, "shoptune, version 0.1.0"),
        ([], 2, "Usage: shoptune"),
        (["rnu"], 2, "No such command 'rnu'"),
        (["run"], 2, "Missing argument 'EXPERIMENT'"),
        (["run", "x.yaml", "--stroe", "y"], 2, "No such option '--stroe'"),
        (["run", "nowhere.yaml"], 2, "error: there is no file nowhere.yaml"),
        (["plan", "."], 2, "is a folder"),
        (["schema"], 0, '"title": "shoptune experiment"'),
        (["schema", "--comparison"], 0, '"title": "Comparison"'),
    ],
)
def test_usage(arguments: list[str], code: int, said: str) -> None:
    outcome = shoptune(*arguments)
    assert outcome.code == code
    assert said in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(("status", "code"), [("good", 0), ("note", 0), ("bad", 3)])
def test_the_doctors_exit_code(monkeypatch: pytest.MonkeyPatch, status: Any, code: int) -> None:
    monkeypatch.setattr("shoptune.cli.doctor.examine", lambda: [Check("disk", status, "some")])
    outcome = shoptune("doctor")
    assert outcome.code == code
    assert "disk  some" in outcome.output


def test_the_doctor_looks_at_this_machine() -> None:
    outcome = shoptune("doctor")
    assert outcome.code in {0, 3}
    for word in ("Python", "libraries", "memory", "disk", "network", "plugins"):
        assert word in outcome.output


# --- what is not imported --------------------------------------------------------------------------------------------

HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "numpy", "scipy", "pydantic", "rich", "yaml")


def imported_by(code: str) -> set[str]:
    """Return what is in `sys.modules` after `code` ran in a process of its own."""
    script = f"{code}\nimport sys; print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import shoptune",
        "import shoptune.cli, shoptune.cli.experiment, shoptune.cli.commands, shoptune.commands",
        "from shoptune.cli import cli; cli.main(['--help'], standalone_mode=False)",
        "from shoptune.cli import cli; cli.main(['run', '--help'], standalone_mode=False)",
        "from shoptune.cli import cli; cli.main(['demo', '--help'], standalone_mode=False)",
    ],
)
def test_asking_for_help_imports_nothing_heavy(code: str) -> None:
    assert imported_by(code).isdisjoint(HEAVY)


def test_a_second_run_never_imports_torch(shop: Shop) -> None:
    shop.run()
    code = f"""
import os, sys
os.chdir({str(shop.folder)!r})
from shoptune.cli import cli
try:
    cli.main(["run", "experiment.yaml"], standalone_mode=False)
except SystemExit as end:
    assert end.code == 0
"""
    assert imported_by(code).isdisjoint({"torch", "transformers", "trl", "peft", "datasets", "accelerate"})


def test_listing_plugins_imports_no_torch() -> None:
    code = "from shoptune.cli import cli; cli.main(['plugins', 'list', '--json'], standalone_mode=False)"
    assert imported_by(code).isdisjoint({"torch", "transformers", "trl", "peft", "datasets", "accelerate"})
