"""Executors that keep their contract, and what is found in those that don't."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoptune.components import Execution, Executor, NoOptions
from shoptune.testing import ContractError, check_executor
from shoptune_local.one_by_one import LOCAL
from shoptune_local.processes import PROCESSES, ProcessesOptions

Run = Execution[NoOptions]


def executor(execute: Callable[[Run], None]) -> Executor[NoOptions]:
    return Executor(name="made", summary="For the test", options=NoOptions, execute=execute)


def test_ours_keep_it(tmp_path: Path) -> None:
    check_executor(LOCAL, tmp_path / "local")
    check_executor(PROCESSES, tmp_path / "processes", ProcessesOptions(processes=3))


def backwards(execution: Run) -> None:
    for step in reversed(execution.steps):
        execution.run_here(step)


def forgetful(execution: Run) -> None:
    for step in execution.steps[:-1]:
        execution.run_here(step)


def silent(execution: Run) -> None:
    for step in execution.steps:
        execution.worker(step, execution.watch.started(step))


def stubborn(execution: Run) -> None:
    for step in execution.steps:
        try:
            execution.run_here(step)
        except Exception:
            continue


def twice(execution: Run) -> None:
    for step in [*execution.steps, execution.steps[0]]:
        execution.run_here(step)


@pytest.mark.parametrize(
    ("execute", "said"),
    [
        (backwards, "every step is computed once and after its inputs: it raised StoreError"),
        (forgetful, "the watch heard 0 times that 'sum f' has started"),
        (silent, "the watch heard 0 times that 'sum a' has finished"),
        (stubborn, "a step failed, and it raised nothing"),
        (twice, "the watch heard 2 times that 'sum a' has started"),
    ],
)
def test_what_breaks_it_is_found(tmp_path: Path, execute: Callable[[Run], None], said: str) -> None:
    with pytest.raises(ContractError, match=said):
        check_executor(executor(execute), tmp_path)
