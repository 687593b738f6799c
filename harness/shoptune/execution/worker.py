"""Computes a step, in this process or in another that it is sent to."""

from __future__ import annotations

import os
import sys
import time
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Self

from shoptune.components import Reporter
from shoptune.errors import PluginError, ShoptuneError, StepError
from shoptune.execution.context import StepContext
from shoptune.plugins import LoadedPlugin, Plugins, load_plugins
from shoptune.plugins.attribution import plugin_of_error
from shoptune.plugins.choice import LEFT_OUT, OWN_ONLY
from shoptune.plugins.faults import RAISED
from shoptune.plugins.guarded import kept_going
from shoptune.plugins.streams import restoring_streams
from shoptune.step import Step, StepOutcome
from shoptune.storage.store import Store

__all__ = ["StepWorker"]


@dataclass(frozen=True, kw_only=True)
class StepWorker:
    """A `shoptune.components.Worker`: what it takes to compute steps of one run, wherever it is unpickled.

    In the process that made it, it uses the store and the plugins that are open there.
    """

    store: Path
    plugin_files: tuple[Path, ...]
    """Plugins that the experiment names by their path."""
    environment: tuple[tuple[str, str], ...]
    """Which installed plugins are left out, as `shoptune.plugins.choice` reads it."""

    @classmethod
    def of(cls, store: Store, plugins: Plugins) -> Self:
        """Return the worker of a run that is open in this process."""
        files = tuple(Path(plugin.distribution).absolute() for plugin in plugins.loaded if plugin.from_file)
        environment = tuple((name, os.environ[name]) for name in (LEFT_OUT, OWN_ONLY) if name in os.environ)
        worker = cls(store=store.root, plugin_files=files, environment=environment)
        worker.__dict__["_opened"] = store, plugins
        return worker

    def __getstate__(self) -> dict[str, object]:
        """What is sent to another process: not what is open in this one."""
        return {name: value for name, value in self.__dict__.items() if name != "_opened"}

    @cached_property
    def _opened(self) -> tuple[Store, Plugins]:
        return _open(self)

    def prepare(self) -> None:
        """Load the plugins."""
        _ = self._opened

    def __call__(self, step: Step, reporter: Reporter) -> StepOutcome:
        """Compute a step and store it, unless another run does so meanwhile."""
        store, plugins = self._opened
        started = time.perf_counter()

        def waiting() -> None:
            reporter.say(f"{step.name}: being computed by another run on this store; waiting for it")

        warnings: list[str] = []
        cost = None
        begun: Path | None = None
        try:
            with store.making(step.fingerprint, waiting) as work:
                if work is not None:
                    begun = work.state if any(work.state.iterdir()) else None
                    context = StepContext(
                        store=store, plugins=plugins, work=work, progress=reporter.progress, say=reporter.say
                    )
                    # Standard output is the command's own, and may be JSON that a program reads.
                    with redirect_stdout(sys.stderr), restoring_streams() as replaced, kept_going():
                        cost = step.run(context)
                    if replaced:
                        by = _by(step)
                        warnings.append(f"{step.name}{by} replaced {' and '.join(replaced)}; it was put back")
                    store.finish(work, _manifest(step) | {"cost": asdict(cost) if cost else {}})
        except BaseException as error:
            if (explained := _explained(step, error, plugins, begun)) is error:
                raise
            raise explained from error
        return StepOutcome(
            folder=store.folder(step.fingerprint),
            seconds=time.perf_counter() - started,
            cost=cost,
            warnings=tuple(warnings),
            by_another_run=work is None,
        )


@cache  # an executor may send the worker along with every step
def _open(worker: StepWorker) -> tuple[Store, Plugins]:
    os.environ.update(worker.environment)
    return Store(worker.store), load_plugins(worker.plugin_files)


def _manifest(step: Step) -> dict[str, object]:
    return {
        "name": step.name,
        "kind": step.kind,
        "version": step.version,
        "fingerprint": step.fingerprint,
        "inputs": {each.name: each.fingerprint for each in step.inputs},
        "settings": dict(step.settings),
    }


def _explained(step: Step, error: BaseException, plugins: Plugins, begun: Path | None) -> BaseException:
    """Return the error that names step and plugin; one that does, or is no fault of a step, as it is.

    `begun` is what an interrupted run left, where the step went on from it.
    """
    ended = error.__cause__ if isinstance(error, PluginError) else None
    if isinstance(ended, BaseException) and not isinstance(ended, Exception):
        error = ended  # what a plugin wanted to end the process with, and `kept_going` has caught
    elif isinstance(error, PluginError) and "plugin " not in str(error):
        return PluginError(f"{step.name}{_by(step)}: {error}")
    elif isinstance(error, ShoptuneError) or not isinstance(error, RAISED):
        return error
    by = _by(step, plugin_of_error(error, plugins.loaded))
    anew = f"It went on from what an interrupted run left: delete {begun} to begin this step anew. " if begun else ""
    return StepError(
        f"{step.name}{by} failed: {type(error).__name__}: {error}\n"
        f"{anew}What was finished is kept: fix the cause and run the same command again. --debug shows the traceback."
    )


def _by(step: Step, raised: LoadedPlugin | None = None) -> str:
    """Which plugin did it: the one that raised, else the one that brought what does this kind of work."""
    return f" ({raised.label if raised else step.done_by.label})"
