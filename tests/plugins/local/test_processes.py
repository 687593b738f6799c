"""Several steps at a time: the same results as one after the other, whatever dies meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import cast

import psutil
import pytest
from pydantic import ValidationError

from shoptune_local.child import Child
from shoptune_local.processes import ProcessesOptions, _Work
from tests.fakes import Shop

PROCESSES = {"executor": "processes", "processes": 2}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop").set("executor", PROCESSES)
    sort = {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}
    return shop.set("tasks.sort", sort)


@pytest.fixture
def alone(tmp_path: Path, shop: Shop) -> Shop:
    """The same experiment, one step after the other."""
    other = Shop(tmp_path / "alone")
    other.experiment = {**shop.experiment, "executor": "local"}
    return other


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that compute steps."""
    try:
        found = psutil.Process(process.pid).children(recursive=True)
        return [child for child in found if "spawn_main" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


def test_the_comparison_is_the_same(shop: Shop, alone: Shop) -> None:
    outcome = shop.run()
    assert outcome.code == 0, outcome.output
    assert alone.run().code == 0
    assert shop.comparison() == alone.comparison()
    for step in shop.plan().steps:
        ours, theirs = (s.store.read(step.fingerprint).manifest["files"] for s in (shop, alone))
        assert ours == theirs, f"{step.name}: the same files, byte by byte"


def test_a_step_that_fails_is_named_and_the_others_are_kept(shop: Shop) -> None:
    shop.fail("step 3")
    outcome = shop.run()
    assert outcome.code == 3
    assert "tune drilled (plugin 'fake_plugin' 1.2.3) failed: ValueError: step 3 was asked to raise" in outcome.output
    assert "fix the cause and run the same command again" in outcome.output
    assert shop.journal().count("failed tune drilled: ValueError") == 1
    shop.heal()
    outcome = shop.run()
    assert outcome.code == 0
    assert "tune drilled (resuming)" in outcome.output


def test_a_process_that_dies_is_named_with_its_step(shop: Shop, alone: Shop) -> None:
    shop.fail("step 3", "kill")
    outcome = shop.spawn()
    assert outcome.code == 3
    assert "tune drilled: the process that computed it died (killed by SIGKILL)" in outcome.output
    assert "run the same command again" in outcome.output
    shop.heal()
    shop.journal()
    assert shop.run().code == 0
    trained = [line for line in shop.journal() if line.startswith("trained")]
    assert trained[:2] == ["trained step 3", "trained step 4"], "from its checkpoint"
    alone.run()
    assert shop.comparison() == alone.comparison()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_when_the_run_ends_its_processes_do(shop: Shop, how: signal.Signals) -> None:
    shop.fail("step 2", "pause")
    with shop.start() as run:
        deadline = time.monotonic() + 60
        journal = shop.folder / "journal.txt"
        while not (journal.exists() and "trained step 1" in journal.read_text("utf-8")):
            assert time.monotonic() < deadline, "it never began to train"
            time.sleep(0.02)
        children = children_of(run)
        assert children
        run.send_signal(how)
        run.wait(timeout=30)
    assert run.returncode != 0
    assert gone(children)
    if how == signal.SIGINT:
        assert "failed tune drilled: KeyboardInterrupt" in shop.journal(), "observers are told"


def small(shop: Shop) -> Shop:
    """One task and one tuned candidate."""
    del shop.experiment["tasks"]["sort"]
    shop.experiment["candidates"] = {
        "base": {"model": "fake-model"},
        "drilled": {"from": "base", "tune": {"method": "drill"}},
    }
    return shop


def test_a_process_that_dies_is_found_dead_though_what_it_started_lives(shop: Shop) -> None:
    """What it started holds the pipe, which therefore does not end with the process."""
    small(shop).plugin_source(
        '    checkpoint = job.work / "checkpoint.json"',
        "    if not os.fork():\n"
        "        time.sleep(40)\n"
        "        os._exit(0)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        '    checkpoint = job.work / "checkpoint.json"',
    )
    started = time.monotonic()
    outcome = shop.run()
    assert "tune drilled: the process that computed it died (killed by SIGKILL)" in outcome.output
    assert time.monotonic() - started < 35


def test_a_step_may_start_processes_of_its_own(shop: Shop) -> None:
    small(shop).plugin_source(
        '    checkpoint = job.work / "checkpoint.json"',
        "    import multiprocessing\n"
        '    helper = multiprocessing.get_context("fork").Process(target=note, args=("helped",))\n'
        "    helper.start()\n"
        "    helper.join()\n"
        '    checkpoint = job.work / "checkpoint.json"',
    )
    outcome = shop.run()
    assert outcome.code == 0, outcome.output
    assert "helped" in shop.journal()


def test_an_error_of_a_row_keeps_its_words_and_exit_code(shop: Shop, alone: Shop) -> None:
    for each in (shop, alone):
        each.plugin_source(
            '            reached("read")',
            "            from shoptune.errors import RowError\n"
            '            raise RowError(f"{path.name}:{number}", "no such thing", "buy one")',
        )
    shop.set("executor", {"executor": "processes", "processes": 1})  # of several files, which fails first is chance
    ours, theirs = shop.run(), alone.run()
    assert ours.code == theirs.code == 2
    assert "error: products.fake:2: no such thing: buy one\n" in ours.output
    assert "error: products.fake:2: no such thing: buy one\n" in theirs.output


def test_so_does_one_that_can_not_be_pickled(shop: Shop) -> None:
    shop.plugin_source(
        '            reached("read")',
        "            from shoptune.errors import DataError\n"
        "            class Own(DataError):\n"
        "                pass\n"
        '            raise Own("it is not for sale")',
    )
    outcome = shop.run("run", "--debug")
    assert outcome.code == 2
    assert "error: it is not for sale\n" in outcome.output
    assert "fake_plugin.py" in outcome.output, "where it arose"


def test_so_does_one_that_this_process_does_not_know(shop: Shop) -> None:
    shop.plugin_source(
        '            reached("read")',
        "            import sys, types\n"
        "            from shoptune.errors import DataError\n"
        '            sys.modules["there"] = there = types.ModuleType("there")\n'
        '            there.Own = type("Own", (DataError,), {"__module__": "there"})\n'
        '            raise there.Own("it is not for sale")',
    )
    outcome = shop.run()
    assert outcome.code == 2
    assert "error: it is not for sale\n" in outcome.output


def test_a_step_that_can_not_be_sent_is_refused_before_a_model_is_loaded(shop: Shop) -> None:
    shop.plugin_source(
        'summary="Drill", options=TuneOptions', 'summary="Drill", options=type("Own", (TuneOptions,), {})'
    )
    outcome = shop.run()
    assert outcome.code == 3
    assert "error: tune drilled (plugin 'fake_plugin' 1.2.3) can't be sent to another process" in outcome.output
    assert "`executor: local` sends nothing" in outcome.output
    assert not [line for line in shop.journal() if line.startswith(("before tune", "before predict"))]
    assert shop.set("executor", "local").run().code == 0


def test_a_step_waits_for_all_that_it_rests_on(shop: Shop) -> None:
    """A measurement reads the examples, though the predictions which it measures are in the store."""
    prepare, measure = shop.step("prepare", task="echo"), shop.step("measure", candidate="base", metric="distinct")
    work = _Work([prepare, measure], {})
    assert work.ready() is prepare
    work.under_way[cast(Child, object())] = prepare
    assert work.ready() is None
    work.under_way.clear()
    assert work.ready() is measure


@pytest.mark.slow
def test_killed_at_twenty_random_moments_it_ends_with_the_same_results(shop: Shop, alone: Shop) -> None:
    """Ten times the run itself, ten times one of its processes."""
    assert alone.run().code == 0
    chance, kills, journal = random.Random(11), {"run": 0, "process": 0}, shop.folder / "journal.txt"
    while min(kills.values()) < 10:
        victim = min(kills, key=lambda name: kills[name])
        lines = chance.randint(1, 12)
        with shop.start() as run:
            while run.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= lines):
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.01))
            children = children_of(run)
            targets = [child.pid for child in children] if victim == "process" else [run.pid]
            if run.poll() is None and targets:
                os.kill(chance.choice(targets), signal.SIGKILL)
                kills[victim] += 1
            run.communicate()
        assert gone(children)
        if run.returncode == 0:  # it was done: start anew, until all kills have hit
            shop.start_anew()
        shop.journal()
    assert shop.run().code == 0
    assert shop.comparison() == alone.comparison()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"processes": 0}, "it takes one at least"),
        ({"processes": 3, "devices": ["0", "1"]}, "each device gets one process, so leave `processes` out"),
    ],
)
def test_options_that_can_not_work_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ProcessesOptions.model_validate(options)
