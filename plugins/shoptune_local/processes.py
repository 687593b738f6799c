"""The executor ``processes``: several steps at a time on one machine, each in a process of its own.

Steps that load a model run on a device of their own where there are devices.  A process computes with as many threads
as this one would: the number of threads decides the order of sums, and so the last digits of a result, and results must
not depend on the executor.  Idle threads of one process sleep instead of spinning while the others compute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection as connections

from pydantic import model_validator

from shoptune.components import Execution, Executor, Options
from shoptune.errors import StepError
from shoptune.step import Step
from shoptune_local.child import Child, Died, Failed, Finished, Progressed, Said

__all__ = ["PROCESSES", "ProcessesOptions"]


class ProcessesOptions(Options):
    """How many steps are computed at a time, and where."""

    processes: int | None = None
    """Processes; None: one for each device, or two."""
    devices: tuple[str, ...] = ()
    """CUDA devices by number (``"0"``, ``"1"``): each process sees one of them alone.  Empty: processes share what
    there is."""

    @model_validator(mode="after")
    def _fits(self) -> ProcessesOptions:
        if self.processes is not None and self.processes < 1:
            raise ValueError(f"`processes` is {self.processes}; it takes one at least")
        if self.devices and self.processes not in {None, len(self.devices)}:
            raise ValueError(
                f"`processes` is {self.processes} and there are {len(self.devices)} `devices`; each device gets one "
                "process, so leave `processes` out"
            )
        return self


@dataclass(frozen=True)
class _Work:
    """What is left to do, and what is under way."""

    waiting: list[Step]
    under_way: dict[Child, Step]

    def ready(self) -> Step | None:
        """Take the next step whose inputs are all done."""
        unfinished = {step.fingerprint for step in (*self.waiting, *self.under_way.values())}
        for step in self.waiting:
            if all(each.fingerprint not in unfinished for each in step.inputs):
                self.waiting.remove(step)
                return step
        return None


def _execute(execution: Execution[ProcessesOptions]) -> None:
    options = execution.options
    devices: Sequence[str | None] = options.devices or [None] * min(options.processes or 2, len(execution.steps))
    work, first_error = _Work(list(execution.steps), {}), None
    with _children(execution, devices) as children:
        reporters = {}
        while work.under_way or (work.waiting and first_error is None):
            for child in children:
                if first_error is None and child not in work.under_way and (step := work.ready()):
                    reporters[child] = execution.watch.started(step)
                    work.under_way[child] = step
                    child.send(step)
            for child in _with_news(work.under_way):
                step, news = work.under_way[child], child.receive()
                if isinstance(news, Progressed):
                    reporters[child].progress(news.done, news.total, news.unit, news.detail)
                elif isinstance(news, Said):
                    reporters[child].say(news.text)
                else:
                    del work.under_way[child]
                    if isinstance(news, Finished):
                        execution.watch.finished(step, news.outcome)
                        continue
                    error = _error_of(news, step)
                    execution.watch.failed(step, error)
                    if first_error is None and work.under_way:
                        names = " and ".join(other.name for other in work.under_way.values())
                        reporters[child].say(f"{step.name} failed; waiting for {names} to end")
                    first_error = first_error or error
    if first_error:
        raise first_error


def _error_of(news: Failed | Died, step: Step) -> BaseException:
    if isinstance(news, Failed):
        news.error.__cause__ = news.cause
        return news.error
    return StepError(
        f"{step.name}: the process that computed it died ({news.how}). What was finished is kept: run the same command "
        "again, and it goes on from the step's last checkpoint. If memory ran out, use fewer `processes`."
    )


def _with_news(under_way: dict[Child, Step]) -> list[Child]:
    """Wait until a child has something to say, or is no more."""
    waited_for = {waitable: child for child in under_way for waitable in child.waitables}
    return list(dict.fromkeys(waited_for[ready] for ready in connections.wait(list(waited_for))))


@contextmanager
def _children(execution: Execution[ProcessesOptions], devices: Sequence[str | None]) -> Iterator[list[Child]]:
    """Start the processes; whatever happens, none of them outlives the block."""
    children: list[Child] = []
    try:
        children += [Child.start(execution.worker, device) for device in devices]
        yield children
    finally:
        for child in children:
            child.stop()


PROCESSES = Executor(
    name="processes",
    summary="Several steps at a time, each in a process of its own; devices are shared out",
    options=ProcessesOptions,
    execute=_execute,
)
