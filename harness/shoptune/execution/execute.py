"""Computes the steps that the store lacks, through the executor that the experiment names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shoptune.components import AnyExecutor, Execution, Progress
from shoptune.errors import PluginError, ShoptuneError
from shoptune.execution.progress import Display
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.plugins import Plugins
from shoptune.plugins.faults import RAISED
from shoptune.step import Step, StepOutcome
from shoptune.storage.store import Store

__all__ = ["execute", "missing_steps"]


def missing_steps(steps: Sequence[Step], store: Store) -> list[Step]:
    """Return the steps that the store does not hold whole."""
    return [s for s in steps if store.find(s.fingerprint) is None]


def execute(
    steps: Sequence[Step],
    executor: ConfiguredComponent[AnyExecutor],
    store: Store,
    plugins: Plugins,
    display: Display,
    failed: Callable[[Step], None] = lambda _: None,
) -> None:
    """Compute the steps that the store lacks; of several that do the same work, the first.

    Raises what the first that fails raised; `failed` is told of each that did.
    """
    missing = missing_steps(steps, store)
    if len(missing) < len(steps):
        display.say(f"{len(steps) - len(missing)} of {len(steps)} steps are in the store, {len(missing)} to compute")
    if not missing:
        return
    from shoptune.execution.worker import StepWorker  # noqa: PLC0415 - a run with nothing to compute needs none

    to_compute: dict[str, Step] = {}
    for step in missing:
        if step.fingerprint not in to_compute and store.is_damaged(step.fingerprint):
            display.say(f"{step.name}: its result in the store is damaged, and is computed again")
        to_compute.setdefault(step.fingerprint, step)
    execution = Execution(
        steps=list(to_compute.values()),
        worker=StepWorker.of(store, plugins),
        watch=RunWatch(store, plugins, display, failed),
        options=executor.options,
    )
    try:
        executor.component.execute(execution)
    except ShoptuneError:
        raise
    except RAISED as error:
        raise PluginError(
            f"{executor.registered.plugin.label} failed to execute the steps: {type(error).__name__}: {error}"
        ) from error
    if left := missing_steps(execution.steps, store):
        raise PluginError(
            f"{executor.registered.plugin.label}: the executor {executor.component.name!r} ended without computing "
            f"{len(left)} of {len(execution.steps)} steps, the first of them {left[0].name!r}. Tell its author."
        )


@dataclass(frozen=True)
class StepReporter:
    """A `shoptune.components.Reporter` in the parent process."""

    progress: Progress
    display: Display

    def say(self, text: str) -> None:
        """Say something that should stay on the screen."""
        self.display.say(text)


@dataclass(frozen=True)
class RunWatch:
    """A `shoptune.components.Watch`: shows steps on the display and notifies observers."""

    store: Store
    plugins: Plugins
    display: Display
    told_of_failures: Callable[[Step], None]

    def started(self, step: Step) -> StepReporter:
        """Show that a step begins."""
        resumed = " (resuming)" if self.store.has_begun(step.fingerprint) else ""
        progress = self.display.start(step.name, resumed)
        self.plugins.notify("before_step", step=step)
        return StepReporter(progress, self.display)

    def finished(self, step: Step, outcome: StepOutcome) -> None:
        """Show that a step is done."""
        for warning in outcome.warnings:
            self.display.say(f"warning: {warning}")
        self.plugins.notify("after_step", step=step, outcome=outcome)
        self.display.finish(step.name, outcome.seconds, " (by another run)" if outcome.by_another_run else "")

    def failed(self, step: Step, error: BaseException) -> None:
        """Take the step off the display; observers are told what was raised first."""
        self.display.abandon(step.name)
        self.told_of_failures(step)
        self.plugins.notify("on_step_error", step=step, error=error.__cause__ or error)
