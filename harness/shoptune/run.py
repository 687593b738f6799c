"""A run: plan, execute what the store lacks, compare, judge, report."""

from __future__ import annotations

from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.execution.execute import execute, missing_steps
from shoptune.execution.progress import Display
from shoptune.experiment.load import Experiment
from shoptune.history.keep import keep
from shoptune.planning.make_plan import make_plan
from shoptune.planning.plan import Plan
from shoptune.reporting.assemble import assemble
from shoptune.reporting.rendering import refuse_unwritable, render
from shoptune.step import Step
from shoptune.storage.store import Store

__all__ = ["plan_experiment", "run"]


def run(
    experiment: Experiment, store: Store, reports: Path, display: Display, *, command: str
) -> tuple[Comparison, list[Path]]:
    """Run an experiment, write its reports and add it to the history; returns the comparison and the files written."""
    folder = reports / experiment.file.name
    refuse_unwritable(folder)
    store.prepare()
    plan, plugins = make_plan(experiment), experiment.plugins
    plugins.notify("before_run", experiment=plan.experiment, steps=plan.steps)
    try:
        execute(plan.steps, plan.executor, store, plugins, display)
        comparison = assemble(plan, store, plugins, command=command)
        written = render(comparison, plan.reports, plugins, folder)
        keep(comparison, store, folder, display.say)
    except BaseException as error:
        plugins.notify("on_run_error", experiment=plan.experiment, error=error)
        raise
    else:
        plugins.notify("after_run", comparison=comparison, folder=folder)
    finally:
        for warning in plugins.warnings:
            display.say(f"warning: {warning}")
    return comparison, written


def plan_experiment(experiment: Experiment, store: Store) -> tuple[Plan, list[Step]]:
    """Return the plan and the steps that the store lacks."""
    store.check_format()
    plan = make_plan(experiment)
    return plan, missing_steps(plan.steps, store)
