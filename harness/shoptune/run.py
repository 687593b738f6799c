"""A run: plan, execute what the store lacks, compare, judge, report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.execution.execute import execute, missing_steps
from shoptune.execution.progress import Display
from shoptune.experiment.load import Experiment
from shoptune.planning.impossible import refuse_impossible
from shoptune.planning.make_plan import make_plan
from shoptune.planning.plan import Plan, with_inputs
from shoptune.planning.rounds import plan_rounds, steps_of_round
from shoptune.reporting.rendering import refuse_unwritable
from shoptune.step import Step
from shoptune.storage.store import Store

__all__ = ["plan_experiment", "run"]


def run(
    experiment: Experiment, store: Store, reports: Path, display: Display, *, command: str
) -> tuple[Comparison, list[Path]]:
    """Run an experiment, write its reports and add it to the history; returns the comparison and the files written."""
    # With scipy and all kinds of steps, of which a plan needs nothing:
    from shoptune.history.keep import render_and_keep  # noqa: PLC0415
    from shoptune.reporting.assemble import assemble  # noqa: PLC0415

    folder = reports / experiment.file.name
    refuse_unwritable(folder)
    store.prepare()
    plugins = experiment.plugins
    first = make_plan(experiment)
    plugins.notify("before_run", experiment=first.experiment, steps=steps_of_round(first))
    try:

        def compute(steps: Sequence[Step]) -> None:
            execute(steps, experiment.executor, store, plugins, display)

        compute(
            with_inputs([task.examples for task in first.tasks])
        )  # what is impossible shows before a model is tuned
        refuse_impossible(experiment, first, store)
        plan = plan_rounds(experiment, first, store, compute)
        compute(plan.steps)
        comparison = assemble(plan, store, plugins, command=command)
        written = render_and_keep(comparison, plan.reports, plugins, store, folder, display.say)
    except BaseException as error:
        plugins.notify("on_run_error", experiment=first.experiment, error=error)
        raise
    else:
        plugins.notify("after_run", comparison=comparison, folder=folder)
    finally:
        for warning in dict.fromkeys(plugins.warnings):  # an observer may raise at each step
            display.say(f"warning: {warning}")
    return comparison, written


def plan_experiment(experiment: Experiment, store: Store) -> tuple[Plan, list[Step]]:
    """Return the plan, as far as the store decides it, and the steps of its round that the store lacks."""
    store.check_format()
    plan = plan_rounds(experiment, make_plan(experiment), store, lambda _: None)
    return plan, missing_steps(steps_of_round(plan), store)
