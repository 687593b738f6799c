"""Commands that take an experiment file: run, plan, report, gate."""

from __future__ import annotations

import shlex
import sys
import traceback
from pathlib import Path

import click

from shoptune.commands import experiment_argument, plain_option, reports_option, store_option
from shoptune.terminal import say

__all__ = ["gate", "plan", "report", "run", "run_experiment"]


@click.command(short_help="Tune, compare and report.")
@experiment_argument
@store_option
@reports_option
@plain_option
def run(experiment: Path, store: Path, reports: Path, plain: bool) -> None:
    """Tune, predict, measure, compare and report; compute only what is not in the store."""
    sys.exit(run_experiment(experiment, store, reports, plain=plain))


def run_experiment(experiment: Path, store: Path, reports: Path, *, plain: bool = False) -> int:
    """Run an experiment file, print the comparison, and return the exit code."""
    from shoptune.cli.summary import show_comparison
    from shoptune.deciding.gates import exit_code
    from shoptune.errors import StepError
    from shoptune.execution.progress import display
    from shoptune.experiment.load import load_experiment
    from shoptune.run import run as run_whole
    from shoptune.storage.store import Store

    loaded = load_experiment(experiment)
    with display(plain=plain) as shown:
        comparison, written = run_whole(
            loaded, Store(store), reports, shown, command=_command(), on_failure=_with_traceback
        )
    show_comparison(comparison, written)
    return StepError.exit_code if comparison.failed else exit_code(comparison.gates)


@click.command(short_help="Show the steps, and which are done.")
@experiment_argument
@store_option
def plan(experiment: Path, store: Path) -> None:
    """Show the steps of an experiment, and which of them are in the store; compute nothing."""
    from shoptune.cli.summary import show_plan
    from shoptune.experiment.load import load_experiment
    from shoptune.planning.impossible import refuse_impossible
    from shoptune.planning.too_long import too_long
    from shoptune.run import plan_experiment
    from shoptune.storage.store import Store

    loaded, opened = load_experiment(experiment), Store(store)
    made, missing = plan_experiment(loaded, opened)
    show_plan(made, missing, opened)
    refuse_impossible(loaded, made, opened)
    for long in too_long(made, opened, loaded.plugins):
        say(f"warning: {long.message}", err=True)


@click.command(short_help="Render the reports again.")
@experiment_argument
@store_option
@reports_option
def report(experiment: Path, store: Path, reports: Path) -> None:
    """Render the reports of a finished run again; compute nothing."""
    from shoptune.errors import UsageError
    from shoptune.experiment.load import load_experiment
    from shoptune.planning.rounds import steps_of_round
    from shoptune.reporting.assemble import assemble
    from shoptune.reporting.rendering import render
    from shoptune.run import plan_experiment
    from shoptune.storage.store import Store

    loaded, opened = load_experiment(experiment), Store(store)
    made, missing = plan_experiment(loaded, opened)
    if missing:
        raise UsageError(
            f"{len(missing)} of {len(steps_of_round(made))} steps are not in {store}, the first of them "
            f"{missing[0].name!r}; "
            f"run `shoptune run {experiment}` first"
        )
    comparison = assemble(made, opened, loaded.plugins, command=_command(), gates=made.gates)
    sections = loaded.plugins.report_sections(comparison)
    for path in render(comparison, sections, made.reports, loaded.plugins, reports / made.experiment):
        say(path)


@click.command(short_help="Judge the last run again.")
@experiment_argument
@reports_option
def gate(experiment: Path, reports: Path) -> None:
    """Hold the experiment's gates against its last comparison.json; exit 1 if one fails, 4 if one stays open."""
    from shoptune.cli.summary import show_gates, show_recommendation
    from shoptune.deciding.decide import decide
    from shoptune.deciding.gates import exit_code
    from shoptune.experiment.file import read_experiment_file
    from shoptune.reporting.comparison_file import read_comparison

    file, _ = read_experiment_file(experiment)
    comparison = read_comparison(reports / file.name / "comparison.json")
    decided = decide(comparison, file.compare.gates, slices=file.compare.slices)
    show_recommendation(decided.recommendation)
    show_gates(decided.gates)
    sys.exit(exit_code(decided.gates))


def _with_traceback(error: BaseException) -> None:
    """Show an error's traceback where the command line asks for it; the error itself is said in any case."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)


def _command() -> str:
    return shlex.join(["shoptune", *sys.argv[1:]])
