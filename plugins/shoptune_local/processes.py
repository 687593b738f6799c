"""The executor ``processes``: several steps at a time on one machine, each in a process of its own.

Steps that load a model run on a device of their own where there are devices.  A process computes with as many threads
as this one would: the number of threads decides the order of sums, and so the last digits of a result, and results must
not depend on the executor.  Idle threads of one process sleep instead of spinning while the others compute.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection as connections

from pydantic import model_validator

from shoptune.components import Execution, Executor, Options, Reporter, Watch
from shoptune.errors import ShoptuneError, StepError
from shoptune.step import Step
from shoptune_local.child import Child, Died, Failed, Finished, Progressed, Said

__all__ = ["PROCESSES", "ProcessesOptions"]


PULSE = 1.0
"""Seconds between two looks whether processes that say nothing are alive."""


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
        """Take the next step that rests on nothing unfinished."""
        unfinished = {step.fingerprint for step in (*self.waiting, *self.under_way.values())}
        for step in self.waiting:
            if unfinished.isdisjoint(step.rests_on):
                self.waiting.remove(step)
                return step
        return None


def _execute(execution: Execution[ProcessesOptions]) -> None:
    options = execution.options
    devices: Sequence[str | None] = options.devices or [None] * min(options.processes or 2, len(execution.steps))
    work, packed = _Work(list(execution.steps), {}), {step.fingerprint: _packed(step) for step in execution.steps}
    with _children(execution, devices) as children:
        try:
            _compute_all(work, packed, children, execution.watch)
        except BaseException as error:
            for step in work.under_way.values():
                execution.watch.failed(step, error)
            raise


def _compute_all(work: _Work, packed: Mapping[str, bytes], children: Sequence[Child], watch: Watch) -> None:
    """Compute all steps; after one that fails, only those that are under way; raises the first error."""
    reporters: dict[Child, Reporter] = {}
    first_error: BaseException | None = None
    while work.under_way or (work.waiting and first_error is None):
        for child in children:
            if first_error is None and child not in work.under_way and (step := work.ready()):
                reporters[child] = watch.started(step)
                work.under_way[child] = step
                child.send(packed[step.fingerprint])
        for child in _with_news(work.under_way):
            step, news = work.under_way[child], child.receive()
            if isinstance(news, Progressed):
                reporters[child].progress(news.done, news.total, news.unit, news.detail)
            elif isinstance(news, Said):
                reporters[child].say(news.text)
            else:
                del work.under_way[child]
                if isinstance(news, Finished):
                    watch.finished(step, news.outcome)
                    continue
                error = _error_of(news, step)
                watch.failed(step, error)
                if first_error is None and work.under_way:
                    names = " and ".join(other.name for other in work.under_way.values())
                    reporters[child].say(f"{step.name} failed; waiting for {names} to end")
                first_error = first_error or error
    if first_error:
        raise first_error


def _packed(step: Step) -> bytes:
    """Return the step as it is sent; raises StepError where it can't be, before anything was computed."""
    try:
        return pickle.dumps(step)
    except Exception as error:
        raise StepError(
            f"{step.name} ({step.done_by.label}) can't be sent to another process: {type(error).__name__}: {error}. "
            "A plugin's options must be classes of its module, not made in a function; `executor: local` sends nothing."
        ) from error


def _error_of(news: Failed | Died, step: Step) -> BaseException:
    if isinstance(news, Died):
        return StepError(
            f"{step.name}: the process that computed it died ({news.how}). What was finished is kept: run the same "
            "command again, and it goes on from the step's last checkpoint. If memory ran out, use fewer `processes`."
        )
    error = news.error
    if isinstance(error, ShoptuneError) or not isinstance(error, Exception):
        return error
    failed = StepError(f"{step.name}: the other process could not begin: {type(error).__name__}: {error}")
    failed.__cause__ = error
    return failed


def _with_news(under_way: Mapping[Child, Step]) -> list[Child]:
    """Wait until a child has something to say, or is no more."""
    waited_for = {waitable: child for child in under_way for waitable in child.waitables}
    while True:
        ready = connections.wait(list(waited_for), timeout=PULSE)
        # What a process started may hold its pipes, which then do not end with it.
        found = [waited_for[each] for each in ready] or [child for child in under_way if not child.is_alive()]
        if found:
            return list(dict.fromkeys(found))


@contextmanager
def _children(execution: Execution[ProcessesOptions], devices: Sequence[str | None]) -> Iterator[list[Child]]:
    """Start the processes; whatever happens, none of them outlives the block."""
    children: list[Child] = []
    try:
        children += [Child.start(execution.worker, device) for device in devices]
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.join()


PROCESSES = Executor(
    name="processes",
    summary="Several steps at a time, each in a process of its own; devices are shared out",
    options=ProcessesOptions,
    execute=_execute,
)
