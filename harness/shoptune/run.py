"""A run: plan, execute what the store lacks, compare, judge, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from shoptune.comparison import Comparison, FailedCandidate
from shoptune.errors import ShoptuneError, StepError, StoreError
from shoptune.execution.execute import execute, missing_steps
from shoptune.execution.progress import Display
from shoptune.experiment.load import Experiment
from shoptune.experiment.without import fallen_with, without
from shoptune.formatting import listed
from shoptune.planning.impossible import refuse_impossible
from shoptune.planning.make_plan import ON_VALIDATION, make_plan
from shoptune.planning.plan import Plan, with_inputs
from shoptune.planning.rounds import plan_rounds, steps_of_round
from shoptune.planning.too_long import too_long
from shoptune.reporting.rendering import refuse_unwritable
from shoptune.step import Step
from shoptune.storage.store import Store

__all__ = ["plan_experiment", "run"]


def run(
    experiment: Experiment,
    store: Store,
    reports: Path,
    display: Display,
    *,
    command: str,
    on_failure: Callable[[ShoptuneError], None] = lambda _: None,
) -> tuple[Comparison, list[Path]]:
    """Run an experiment, write its reports and add it to the history; returns the comparison and the files written.

    `on_failure` is told of each error that took a candidate and not the run.
    """
    # Of which a plan needs nothing:
    from shoptune.history.keep import last_run, render_and_keep  # noqa: PLC0415
    from shoptune.reporting.basis import basis_of  # noqa: PLC0415

    folder = reports / experiment.file.name
    refuse_unwritable(folder)
    store.prepare()
    plugins, gates = experiment.plugins, experiment.file.compare.gates
    first = make_plan(experiment)
    plugins.notify("before_run", experiment=first.experiment, steps=steps_of_round(first))
    try:
        plan, failed = _computed(experiment, first, store, display, on_failure)
        basis = basis_of(plan, failed, gates, store, plugins)
        if (last := last_run(basis, plugins, store, folder, display.say)) is not None:
            return last
        # With scipy, of which a run that only finds what it found needs nothing:
        from shoptune.reporting.assemble import assemble  # noqa: PLC0415

        comparison = assemble(plan, store, plugins, command=command, gates=gates, failed=failed)
        written = render_and_keep(comparison, basis, plan.reports, plugins, store, folder, display.say)
    except BaseException as error:
        plugins.notify("on_run_error", experiment=first.experiment, error=error)
        raise
    else:
        plugins.notify("after_run", comparison=comparison, folder=folder)
    finally:
        for warning in dict.fromkeys(plugins.warnings):  # an observer may raise at each step
            display.say(f"warning: {warning}")
    return comparison, written


def _computed(
    experiment: Experiment,
    plan: Plan,
    store: Store,
    display: Display,
    on_failure: Callable[[ShoptuneError], None],
) -> tuple[Plan, list[FailedCandidate]]:
    """Compute all that a plan takes, and what it comes to when choices are made.

    A candidate that can't be tuned or asked is left out, with those that rest on it, and the rest is compared without
    it.  Raises what it raised where that is the baseline, or nothing would be left to compare.
    """
    failed: list[FailedCandidate] = []
    fallen: set[str] = set()
    left = experiment
    stopped: list[Step] = []

    def leave_out(candidate: str, step: str, reason: ShoptuneError) -> None:
        nonlocal left
        gone = fallen_with(left, candidate) - fallen
        fallen.update(gone)
        if left.file.compare.baseline in gone or len(fallen) > len(experiment.file.candidates) - 2:
            raise reason
        failed.extend(FailedCandidate(name=name, step=step, reason=str(reason)) for name in sorted(gone))
        on_failure(reason)
        display.say(f"error: {reason}\n{step} failed; the comparison is made without {listed(sorted(gone))}")
        left = without(left, fallen)

    def compute(steps: Sequence[Step]) -> None:
        stopped.clear()
        execute(steps, experiment.executor, store, experiment.plugins, display, stopped.append)

    # What the data show to be impossible shows before a model is tuned.
    compute(with_inputs([task.examples for task in plan.tasks]))
    refuse_impossible(experiment, plan, store)
    for long in too_long(plan, store, experiment.plugins, display):
        if not long.refused:
            display.say(f"warning: {long.message}")
        elif (candidate := _candidate(long.step)) not in fallen:
            leave_out(candidate, long.step.name, StepError(f"{long.step.name}: {long.message}"))
    if fallen:
        plan = make_plan(left)
    while True:
        try:
            plan = plan_rounds(left, plan, store, compute)
            compute(plan.steps)
        except StoreError:
            raise
        except ShoptuneError as error:
            step = next((step for step in stopped if step.kind in {"tune", "predict"}), None)
            if step is None:
                raise
            leave_out(_candidate(step), step.name, error)
            plan = make_plan(left)
        else:
            return plan, failed


def _candidate(step: Step) -> str:
    """Return whose step it is; one whose choice rests on validation data says so behind the name."""
    return (step.candidate or "").removesuffix(ON_VALIDATION)


def plan_experiment(experiment: Experiment, store: Store) -> tuple[Plan, list[Step]]:
    """Return the plan, as far as the store decides it, and the steps of its round that the store lacks."""
    store.check_format()
    plan = plan_rounds(experiment, make_plan(experiment), store, lambda _: None)
    return plan, missing_steps(steps_of_round(plan), store)
