"""The history: what a run leaves in it, and that nothing that is wrong with it harms a run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune.errors import StoreError
from shoptune.history.database import VERSION, add_run, history_file, read_runs
from shoptune.history.run_record import (
    CandidateRecord,
    CostRecord,
    Figure,
    GateRecord,
    MetricRecord,
    RunRecord,
    TaskRecord,
)
from tests.fakes import Shop, shoptune

GATE = {"task": "echo", "metric": "overlap", "candidate": "drilled"}


def a_record(experiment: str = "invented") -> RunRecord:
    return RunRecord(
        created="2026-01-02T03:04:05+00:00",
        experiment=experiment,
        baseline="base",
        outcome="no gates",
        seed=0,
        command="shoptune run x.yaml",
        reports="reports/x",
        currency=None,
        versions={},
        plugins={},
        fingerprints={},
    )


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


def history(shop: Shop) -> list[RunRecord]:
    return read_runs(history_file(shop.store.root))


# --- what a run leaves -----------------------------------------------------------------------------------------------


def test_every_finished_run_is_kept_with_what_it_found(shop: Shop) -> None:
    shop.set("compare.gates", [{**GATE, "must": "be_better"}])
    assert "this is run 1 of the history" in shop.run().output
    assert "this is run 2 of the history" in shop.run().output, "though nothing was computed"
    first, second = history(shop)
    assert (first.number, second.number) == (1, 2)
    assert first.id != second.id
    assert replace(second, number=1, id=first.id, created=first.created, costs=()) == replace(first, costs=())
    found = shop.comparison()
    figure = first.figure("echo", "overlap", "drilled")
    (result,) = (
        r for r in found["results"] if (r["metric"], r["candidate"], r["slice"]) == ("overlap", "drilled", None)
    )
    assert figure is not None
    assert [figure.low, figure.high] == result["interval"]
    assert [figure.difference_low, figure.difference_high] == result["difference_interval"]
    assert (figure.value, figure.difference, figure.verdict) == (result["value"], result["difference"], "better")
    assert first.fingerprints == found["provenance"]["fingerprints"]
    assert [gate.saw for gate in first.gates] == [gate["saw"] for gate in found["gates"]]
    assert first.reports == "reports/fake"


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
    written = history_file(once.store.root).read_bytes()
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
    tasks = [run.tasks[0] for run in history(once)]
    assert tasks[0] == tasks[1]
    assert tasks[1].samples == tasks[2].samples
    assert tasks[1].prompts != tasks[2].prompts
    assert tasks[2].samples != tasks[3].samples


# --- the database ----------------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
counts = st.integers(0, 2**63 - 1)
numbers = st.floats(allow_nan=False, allow_infinity=False)
pairs = st.dictionaries(words, words, max_size=3)


def many(kind: type, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """Rows of one table that differ in their names."""
    names = [name for name in ("task", "metric", "candidate") if name in fields]
    rows = st.lists(
        st.builds(kind, **fields), max_size=3, unique_by=lambda row: tuple(getattr(row, name) for name in names)
    )
    return rows.map(tuple)


records = st.builds(
    RunRecord,
    number=st.none(),
    id=st.just(""),
    created=words,
    experiment=words,
    baseline=words,
    outcome=st.sampled_from(["passed", "failed", "inconclusive", "no gates"]),
    seed=counts,
    command=words,
    reports=words,
    currency=st.none() | words,
    versions=pairs,
    plugins=pairs,
    fingerprints=pairs,
    tasks=many(TaskRecord, task=words, examples=counts, groups=counts),
    candidates=many(CandidateRecord, candidate=words),
    metrics=many(MetricRecord, task=words, metric=words, higher_is_better=st.none() | st.booleans()),
    figures=many(
        Figure,
        **dict.fromkeys(("task", "metric", "candidate"), words),
        **dict.fromkeys(("value", "low", "high"), st.none() | numbers),
        **dict.fromkeys(("difference", "difference_low", "difference_high"), st.none() | numbers),
        **dict.fromkeys(("n", "invalid"), counts),
    ),
    gates=many(GateRecord, task=words),
    costs=many(
        CostRecord,
        candidate=words,
        task=st.none() | words,
        seconds=numbers,
        money=st.none() | numbers,
        **dict.fromkeys(("tokens_in", "tokens_out"), counts),
        **dict.fromkeys(("peak_memory_bytes", "peak_accelerator_bytes"), st.none() | counts),
    ),
)


@settings(max_examples=60)
@given(st.lists(records, max_size=3))
def test_what_is_added_comes_back(added: list[RunRecord]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        kept = [add_run(path, record) for record in added]
        assert read_runs(path) == kept
        assert [replace(run, number=None, id="") for run in kept] == added
        for run in kept:
            assert read_runs(path, "number = ?", run.number or 0) == [run]


def test_two_runs_at_once_both_get_a_number(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda i: add_run(path, a_record(f"run {i}")), range(24)))
    assert sorted(run.number or 0 for run in kept) == list(range(1, 25))
    assert len({run.id for run in kept}) == 24
    assert {run.experiment: run for run in read_runs(path)} == {run.experiment: run for run in kept}


def test_a_kill_while_it_is_written_leaves_the_runs_before(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    first = add_run(path, a_record())
    code = f"""
import os, signal, sqlite3
connection = sqlite3.connect({str(path)!r}, isolation_level=None)
connection.execute("PRAGMA cache_spill = 1")
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
for number in range(2, 400):
    connection.execute("INSERT INTO gates VALUES (1, 't', 'm', 'c', 'x', 'passed', 'fail', ?)", ["x" * 2000])
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert path.with_name("history.db-journal").stat().st_size > 0, "there is something to be taken back"
    assert read_runs(path) == [first]
    assert add_run(path, a_record()).number == 2


# --- what is wrong with it harms no run ------------------------------------------------------------------------------


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def of_another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, f"has version {VERSION + 1}, this version of shoptune reads {VERSION}; update shoptune"),
        (truncated, "is damaged"),
        (garbage, "is damaged"),
        (of_another_program, "is no history of shoptune's"),
    ],
)
def test_a_spoilt_history_is_said_and_left_as_it_is(once: Shop, spoil: Callable[[Path], None], said: str) -> None:
    path = history_file(once.store.root)
    spoil(path)
    before = path.read_bytes()
    outcome = once.run()
    assert outcome.code == 0, "the run itself is all right"
    assert "warning: " in outcome.output
    assert said in outcome.output
    assert path.read_bytes() == before
    listed = shoptune("history", "--store", str(once.store.root))
    assert listed.code == 3
    assert said in listed.output
    assert "Traceback" not in listed.output


def test_a_locked_history_is_said(once: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoptune.history.database.PATIENCE", 0.01)
    other = sqlite3.connect(history_file(once.store.root), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    outcome = once.run()
    other.close()
    assert outcome.code == 0
    assert "can't be used: database is locked" in outcome.output
    assert [run.number for run in history(once)] == [1]


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()  # as good as a read-only folder, and holds for root as well
    with pytest.raises(StoreError, match="unable to open"):
        add_run(tmp_path / "history.db", a_record())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "store" / "history.db"
    path.parent.mkdir()
    kept = add_run(path, a_record())
    path.parent.chmod(0o555)
    path.chmod(0o444)
    try:
        assert read_runs(path) == [kept]
        with pytest.raises(StoreError, match="can't be used"):
            add_run(path, a_record())
    finally:
        path.parent.chmod(0o755)


def test_an_empty_file_that_a_kill_left_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.touch()
    assert read_runs(path) == []
    assert add_run(path, a_record()).number == 1


def test_figures_that_can_not_be_are_damage(once: Shop) -> None:
    path = history_file(once.store.root)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE figures SET verdict = 'splendid'")
    connection.close()
    with pytest.raises(StoreError, match="is damaged"):
        read_runs(path)


# --- shoptune history ------------------------------------------------------------------------------------------------


class TestCommand:
    def run(self, shop: Shop, *options: str) -> tuple[int, str]:
        return shoptune("history", "--store", str(shop.store.root), *options)

    def test_before_any_run(self, shop: Shop) -> None:
        assert self.run(shop) == (
            0,
            f"there is no run in {history_file(shop.store.root)} yet; `shoptune run` adds one\n",
        )
        assert self.run(shop, "--json") == (0, "[]\n")
        assert not shop.store.root.exists()

    def test_lists_runs(self, once: Shop) -> None:
        code, output = self.run(once)
        assert code == 0
        for said in ("fake", "✓ passed", "drilled 1▲", "silence 1▼", "few_shot 1◆", history(once)[0].id):
            assert said in output

    def test_lists_figures_with_a_line_where_the_samples_change(self, once: Shop) -> None:
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
        assert {figure["metric"] for figure in run["figures"]} == {"overlap"}
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
