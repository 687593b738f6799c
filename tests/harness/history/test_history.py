"""The history: what a run leaves in it, and that nothing that is wrong with it harms a run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune.comparison import SCHEMA_VERSION, Comparison
from shoptune.errors import StoreError
from shoptune.fingerprint import fingerprint
from shoptune.history.runs import add_run, entries, read_runs, runs_folder
from shoptune.kept_run import KeptRun
from shoptune.plugins import Plugins
from shoptune.testing.invented_comparison import sample_comparison
from tests.fakes import Shop, shoptune

GATE = {"task": "echo", "metric": "overlap", "candidate": "drilled"}


def a_comparison(experiment: str = "invented") -> Comparison:
    return sample_comparison().model_copy(update={"experiment": experiment})


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with one run."""
    shop = Shop(tmp_path_factory.mktemp("finished") / "shop").set("compare.gates", [{**GATE, "must": "be_better"}])
    shop.run()
    return shop.folder


@pytest.fixture
def once(shop: Shop, finished: Path) -> Shop:
    """The same shop, to be changed."""
    shutil.copytree(finished, shop.folder, dirs_exist_ok=True)
    return shop.set("compare.gates", [{**GATE, "must": "be_better"}])


def history(shop: Shop) -> list[KeptRun]:
    runs, faults = read_runs(shop.store.root)
    assert faults == []
    return runs


def kept_file(shop: Shop, number: int = 1) -> Path:
    """The kept comparison.json of a run."""
    (entry,) = (entry for entry in entries(shop.store.root) if entry.number == number)
    return entry.folder / "comparison.json"


def report_of(shop: Shop) -> Path:
    return shop.folder / "reports" / "fake" / "comparison.json"


# --- what a run leaves -----------------------------------------------------------------------------------------------


def test_every_finished_run_is_kept_with_what_it_found(shop: Shop) -> None:
    shop.set("compare.gates", [{**GATE, "must": "be_better"}])
    assert "this is run 1 of the history" in shop.run().output
    report_of(shop).unlink()
    assert "this is run 2 of the history" in shop.run().output, "though nothing was computed"
    first, second = history(shop)
    assert (first.number, second.number) == (1, 2)
    assert first.id != second.id
    assert first.reports == "reports/fake"
    found = shop.comparison()
    for run in (first, second):
        kept = run.comparison.model_dump(mode="json", exclude={"samples", "cost"})
        del kept["provenance"]["created"], kept["provenance"]["command"]
        assert kept == found, "the whole comparison.json, but for what the clock says"
    result = first.result("echo", "overlap", "drilled")
    assert result is not None
    assert result.verdict == "better"


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ({"must": "be_better"}, "passed"),
        ({"must": "at_least", "value": 1}, "failed"),
        ({"must": "be_better", "candidate": "few_shot"}, "inconclusive"),
        ({"must": "be_better", "candidate": "few_shot", "on_inconclusive": "pass"}, "passed"),
    ],
)
def test_the_outcome_is_what_the_build_got(shop: Shop, gate: dict[str, object], outcome: str) -> None:
    shop.set("compare.gates", [{**GATE, **gate}]).run()
    assert [run.outcome for run in history(shop)] == [outcome]


def test_no_text_of_the_shop_is_kept(once: Shop) -> None:
    written = b"".join(file.read_bytes() for file in kept_file(once).parent.iterdir())
    texts = [line.split(",")[1] for line in (once.folder / "products.fake").read_text("utf-8").splitlines()[1:]]
    assert texts
    assert not [text for text in texts if " ".join(text.split()[:2]).encode() in written]


def test_a_run_that_is_killed_before_its_end_is_kept_once_it_was_finished(shop: Shop) -> None:
    shop.fail("render", "kill")
    assert shop.spawn().code == -signal.SIGKILL
    assert history(shop) == []
    shop.heal()
    assert shop.run().code == 0
    assert [run.number for run in history(shop)] == [1]


def test_other_prompts_and_other_samples_are_told_apart(once: Shop) -> None:
    once.set("candidates.base.skill", 0.6).run()
    once.set("tasks.echo.instruction", "Say:").run()
    once.set("tasks.echo.split", {"test": 0.5, "validation": 0.2}).run()
    prompts, samples = zip(*(run.asked("echo") or () for run in history(once)), strict=True)
    assert prompts[0] == prompts[1]
    assert samples[0] == samples[1] == samples[2]
    assert prompts[1] != prompts[2]
    assert samples[2] != samples[3]


# --- where runs are kept ---------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=60)
@given(words, words, st.lists(numbers, min_size=1, max_size=3))
def test_what_is_added_comes_back(name: str, reports: str, values: list[float | None]) -> None:
    comparison = a_comparison(name)
    results = [comparison.results[0].model_copy(update={"value": value}) for value in values]
    with TemporaryDirectory() as folder:
        kept = add_run(Path(folder), comparison.model_copy(update={"results": results}), reports)
        assert read_runs(Path(folder)) == ([kept], [])
    assert kept.reports == reports
    assert kept.comparison == comparison.model_copy(update={"results": results, "samples": []})


def test_two_runs_at_once_both_get_a_number(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda i: add_run(tmp_path, a_comparison(f"run {i}"), ""), range(24)))
    assert sorted(run.number or 0 for run in kept) == list(range(1, 25))
    assert len({run.id for run in kept}) == 24
    assert read_runs(tmp_path)[0] == sorted(kept, key=lambda run: run.number or 0), "the oldest first"


@pytest.mark.parametrize("point", ["os.fsync", "pathlib.Path.rename"])
def test_a_kill_while_it_is_written_leaves_the_runs_before(tmp_path: Path, point: str) -> None:
    first = add_run(tmp_path, a_comparison(), "reports")
    code = f"""
import os, signal
from pathlib import Path
from unittest import mock
from shoptune.history.runs import add_run
from shoptune.testing.invented_comparison import sample_comparison
with mock.patch({point!r}, lambda *_: os.kill(os.getpid(), signal.SIGKILL)):
    add_run(Path({str(tmp_path)!r}), sample_comparison(), "")
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert len(list(runs_folder(tmp_path).iterdir())) == 2, "there is something half done"
    assert read_runs(tmp_path) == ([first], [])
    assert add_run(tmp_path, a_comparison(), "").number == 2
    assert len(list(runs_folder(tmp_path).iterdir())) == 2, "and it is gone"


# --- what is wrong with it harms no run ------------------------------------------------------------------------------


def newer(path: Path) -> None:
    content = path.read_text("utf-8").replace(f'"schema_version":"{SCHEMA_VERSION}"', '"schema_version":"99","new":1')
    path.write_text(content, "utf-8")


def newer_but_alike(path: Path) -> None:
    content = path.read_text("utf-8").replace(f'"schema_version":"{SCHEMA_VERSION}"', '"schema_version":"99"')
    path.write_text(content, "utf-8")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\xfe" * 100)


def of_another_program(path: Path) -> None:
    path.write_text("[]", "utf-8")


def impossible(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace('"verdict":"better"', '"verdict":"splendid"'), "utf-8")


def another_figure(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace('"examples":1', '"examples":2', 1), "utf-8")


def gone(path: Path) -> None:
    path.unlink()


def without_reports(path: Path) -> None:
    path.with_name("run.json").write_text("{}", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, f"has schema version '99', this shoptune reads '{SCHEMA_VERSION}'"),
        (newer_but_alike, f"has schema version '99', this shoptune reads '{SCHEMA_VERSION}'"),
        (truncated, "not JSON"),
        (garbage, "not text in UTF-8"),
        (of_another_program, "has schema version None"),
        (impossible, "verdict: Input should be 'better', 'worse', 'inconclusive' or 'same'"),
        (another_figure, "comparison.json is damaged"),
        (gone, "No such file"),
        (without_reports, "run.json is damaged"),
    ],
)
def test_a_spoilt_run_is_named_and_stops_no_other(once: Shop, spoil: Callable[[Path], None], said: str) -> None:
    path = kept_file(once)
    spoil(path)
    alone = shoptune("history", "--store", str(once.store.root))
    assert alone.code == 3
    outcome = once.run()
    assert outcome.code == 0
    assert "this is run 2 of the history" in outcome.output
    listed = shoptune("history", "--store", str(once.store.root))
    assert listed.code == 0
    assert "drilled 1▲" in listed.output, "run 2"
    compared = shoptune("compare", "1", "2", "--store", str(once.store.root))
    assert compared.code == 3
    for output in (alone.output, listed.output, compared.output):
        assert said in output
        assert f"delete {path.parent}" in output
        assert "Traceback" not in output


def spoil_the_kept_run(shop: Shop) -> None:
    kept_file(shop, entries(shop.store.root)[-1].number).write_text("{}", "utf-8")


def change_a_gate(shop: Shop) -> None:
    shop.set("compare.gates", [])


def delete_a_report(shop: Shop) -> None:
    report_of(shop).unlink()


def edit_a_report(shop: Shop) -> None:
    report_of(shop).write_text("edited", "utf-8")


def test_a_run_that_finds_the_same_is_no_new_one(once: Shop) -> None:
    before = {path: path.stat().st_mtime_ns for path in report_of(once).parent.iterdir()}
    outcome = once.run()
    assert outcome.code == 0
    assert "nothing has changed since run 1 of the history" in outcome.output
    assert "reports/fake/comparison.json" in outcome.output, "and it says where they are"
    assert {path: path.stat().st_mtime_ns for path in report_of(once).parent.iterdir()} == before
    assert [run.number for run in history(once)] == [1]


def change_what_a_step_cost(shop: Shop) -> None:
    """As if the step had been computed again, on another machine."""
    path = next((shop.store.root / "steps").glob("*/manifest.json"))
    manifest = json.loads(path.read_bytes())
    del manifest["checksum"]
    manifest["cost"] = {"seconds": 12345.0}
    path.write_text(json.dumps({**manifest, "checksum": fingerprint(manifest)}), "utf-8")


def without_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wish to be told of a comparison: the fake plugin does."""
    monkeypatch.setattr(Plugins, "implement", lambda plugins, hook: False)
    monkeypatch.setattr(Plugins, "report_sections", lambda plugins, comparison: [])


def test_a_run_that_nobody_is_told_of_compares_nothing_anew(once: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    without_observers(monkeypatch)
    assert "this is run 2 of the history" in once.run().output
    monkeypatch.setattr("shoptune.reporting.assemble.assemble", None)
    outcome = once.run()
    assert outcome.code == 0
    assert "nothing has changed since run 2 of the history" in outcome.output
    assert "reports/fake/comparison.json" in outcome.output


@pytest.mark.parametrize("observed", [True, False])
@pytest.mark.parametrize(
    "change", [spoil_the_kept_run, change_a_gate, delete_a_report, edit_a_report, change_what_a_step_cost]
)
def test_whatever_is_not_as_it_was_makes_a_new_run(
    once: Shop, change: Callable[[Shop], None], observed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not observed:
        without_observers(monkeypatch)
        assert "this is run 2 of the history" in once.run().output, "without what an observer had to say"
    change(once)
    outcome = once.run()
    assert f"this is run {2 if observed else 3} of the history" in outcome.output
    assert json.loads(report_of(once).read_bytes())["experiment"] == "fake"


def test_another_experiment_in_the_same_store_is_another_matter(once: Shop) -> None:
    once.set("name", "other").run()
    once.set("name", "fake")
    assert "nothing has changed since run 1 of the history" in once.run().output


def test_what_is_no_run_is_passed_over(once: Shop) -> None:
    (runs_folder(once.store.root) / "notes.txt").touch()
    (runs_folder(once.store.root) / "0001-rabc").mkdir()
    assert [run.number for run in history(once)] == [1]


def test_a_locked_history_is_said(once: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoptune.history.runs.PATIENCE", 0.01)
    delete_a_report(once)
    with FileLock(once.store.root / "locks" / "runs.lock"):
        outcome = once.run()
    assert outcome.code == 0, "the run itself is all right"
    assert "warning: " in outcome.output
    assert "is locked by another run" in outcome.output
    assert [run.number for run in history(once)] == [1]


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    runs_folder(tmp_path).touch()  # as good as a read-only folder, and holds for root as well
    with pytest.raises(StoreError, match=r"can't write .*runs: File exists"):
        add_run(tmp_path, a_comparison(), "")
    with pytest.raises(StoreError, match=r"can't read the history .*runs: Not a directory"):
        read_runs(tmp_path)


def test_text_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    assert add_run(tmp_path, a_comparison(), "reports/\udcff").reports == read_runs(tmp_path)[0][0].reports
    with pytest.raises(StoreError, match="can't write the run as JSON"):
        add_run(tmp_path, a_comparison("a name of \udcff"), "reports")
    assert len(read_runs(tmp_path)[0]) == 1


def test_reading_writes_nothing_so_that_a_read_only_folder_can_be_read(tmp_path: Path) -> None:
    kept = add_run(tmp_path, a_comparison(), "")
    before = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]}
    assert read_runs(tmp_path) == ([kept], [])
    assert {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]} == before


# --- shoptune history ------------------------------------------------------------------------------------------------


class TestCommand:
    def run(self, shop: Shop, *options: str) -> tuple[int, str]:
        return shoptune("history", "--store", str(shop.store.root), *options)

    def test_before_any_run(self, shop: Shop) -> None:
        assert self.run(shop) == (
            0,
            f"there is no run in {runs_folder(shop.store.root)} yet; `shoptune run` adds one\n",
        )
        assert self.run(shop, "--json") == (0, "[]\n")
        assert not shop.store.root.exists()

    def test_lists_runs(self, once: Shop) -> None:
        code, output = self.run(once)
        assert code == 0
        for said in ("fake", "✓ passed", "drilled 1▲", "silence 1▼", "few_shot 1◆", history(once)[0].id):
            assert said in output

    def test_lists_figures_with_a_line_where_the_samples_change(self, once: Shop) -> None:
        delete_a_report(once)
        once.run()
        once.set("tasks.echo.split", {"test": 0.5, "validation": 0.2}).run()
        _, output = self.run(once, "--metric", "overlap", "--candidate", "drilled")
        assert "distinct" not in output
        assert "silence" not in output
        rows = [line for line in output.splitlines() if line.startswith(("│", "├"))]
        assert [row[0] for row in rows] == ["│", "│", "├", "│"]

    def test_json_has_what_was_asked_for(self, once: Shop) -> None:
        _, output = self.run(once, "--json", "--task", "echo", "--metric", "overlap")
        (run,) = json.loads(output)
        assert {result["metric"] for result in run["comparison"]["results"]} == {"overlap"}
        assert run["number"] == 1

    @pytest.mark.parametrize(
        ("option", "name", "said"),
        [
            ("--metric", "overlp", "no run has a metric 'overlp'. Did you mean 'overlap'?"),
            ("--task", "ecko", "Did you mean 'echo'?"),
            ("--candidate", "dril", "Did you mean 'drilled'?"),
            ("--experiment", "faker", "Did you mean 'fake'?"),
        ],
    )
    def test_unknown_names(self, once: Shop, option: str, name: str, said: str) -> None:
        code, output = self.run(once, option, name)
        assert code == 2
        assert said in output

    def test_writes_a_page(self, once: Shop, tmp_path: Path) -> None:
        page = tmp_path / "new" / "history.html"
        assert self.run(once, "--html", str(page)) == (0, f"{page}\n")
        assert "<title>History" in page.read_text("utf-8")

    def test_a_page_that_can_not_be_written(self, once: Shop, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        code, output = self.run(once, "--html", str(tmp_path / "file" / "history.html"))
        assert code == 2
        assert "can't write" in output
