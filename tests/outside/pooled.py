"""An executor with two processes, made of what Python brings."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from pydantic import Field

from shoptune import hookimpl
from shoptune.components import Execution, Executor, Options, Reporter, Worker
from shoptune.step import Step, StepOutcome

__version__ = "1.0"
HERE = Path(__file__).parent


class PoolOptions(Options):
    at_once: int = Field(2, ge=1)
    """Processes."""


class Silent:
    """Reports nothing."""

    def progress(self, done: float, total: float, unit: str = "", detail: str = "") -> None:
        pass

    def say(self, text: str) -> None:
        pass


def compute(worker: Worker, step: Step, reporter: Reporter) -> StepOutcome:
    (HERE / f"process {os.getpid()}").touch()
    return worker(step, reporter)


def execute(execution: Execution[PoolOptions]) -> None:
    waiting, under_way = list(execution.steps), dict[Future[StepOutcome], Step]()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        execution.options.at_once, mp_context=context, initializer=execution.worker.prepare
    ) as pool:
        while waiting or under_way:
            unfinished = {step.fingerprint for step in (*waiting, *under_way.values())}
            for step in [s for s in waiting if unfinished.isdisjoint(s.rests_on)]:
                waiting.remove(step)
                execution.watch.started(step)
                under_way[pool.submit(compute, execution.worker, step, Silent())] = step
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                step = under_way.pop(future)
                try:
                    outcome = future.result()
                except BaseException as error:
                    execution.watch.failed(step, error)
                    raise
                execution.watch.finished(step, outcome)


@hookimpl
def register_executors() -> Iterable[Executor[Any]]:
    yield Executor(name="pooled", summary="Two processes.", options=PoolOptions, execute=execute)
