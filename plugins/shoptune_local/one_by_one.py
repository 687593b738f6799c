"""The executor ``local``: one step after the other, in this process."""

from __future__ import annotations

from shoptune.components import Execution, Executor, NoOptions

__all__ = ["LOCAL"]


def _execute(execution: Execution[NoOptions]) -> None:
    for step in execution.steps:
        execution.run_here(step)


LOCAL = Executor(name="local", summary="One step after the other, in this process", options=NoOptions, execute=_execute)
