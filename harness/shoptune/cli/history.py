"""``shoptune history``: what earlier runs found."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.commands import store_option
from shoptune.terminal import say

if TYPE_CHECKING:
    from shoptune.comparison import Result
    from shoptune.kept_run import KeptRun

__all__ = ["history"]


@click.command(short_help="List the runs of a store, and trends.")
@store_option
@click.option("--experiment", metavar="NAME", help="Runs of this experiment alone.")
@click.option("--task", metavar="NAME", help="Figures of this task alone.")
@click.option("--metric", metavar="NAME", help="Figures of this metric alone.")
@click.option("--candidate", metavar="NAME", help="Figures of this candidate alone.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with trend charts.")
def history(
    store: Path,
    *,
    experiment: str | None,
    task: str | None,
    metric: str | None,
    candidate: str | None,
    as_json: bool,
    html: Path | None,
) -> None:
    """List the runs that used this store; with a task, metric or candidate, its figures from run to run.

    `shoptune compare RUN_A RUN_B` sets two of them side by side.
    """
    from shoptune.cli.history_tables import show_figures, show_runs
    from shoptune.errors import StoreError
    from shoptune.history.runs import read_runs, runs_folder

    runs, faults = read_runs(store.absolute())
    if faults and not runs:
        raise StoreError("\n".join(faults))
    for fault in faults:
        say(f"warning: {fault}", err=True)
    if not runs and not as_json:
        say(f"there is no run in {runs_folder(store)} yet; `shoptune run` adds one")
        return
    runs = _narrowed(runs, experiment=experiment, task=task, metric=metric, candidate=candidate) if runs else runs
    if as_json:
        say(json.dumps([run.to_json() for run in runs], indent=1, ensure_ascii=False))
    elif html is None:
        (show_figures if task or metric or candidate else show_runs)(runs)
    if html is not None:
        _write_page(html, runs)
        say(html, err=as_json)


def _narrowed(
    runs: Sequence[KeptRun],
    *,
    experiment: str | None,
    task: str | None,
    metric: str | None,
    candidate: str | None,
) -> list[KeptRun]:
    """Leave out what was not asked for, and runs of which nothing is left."""
    _refuse_unknown("experiment", experiment, {run.comparison.experiment for run in runs})
    _refuse_unknown("task", task, {info.name for run in runs for info in run.comparison.tasks})
    _refuse_unknown("metric", metric, {info.name for run in runs for info in run.comparison.metrics})
    _refuse_unknown("candidate", candidate, {info.name for run in runs for info in run.comparison.candidates})

    def is_asked_for(result: Result) -> bool:
        asked = ((task, result.task), (metric, result.metric), (candidate, result.candidate))
        return all(name in {None, of_result} for name, of_result in asked)

    narrowed = (
        replace(run, comparison=run.comparison.model_copy(update={"results": [*filter(is_asked_for, run.overall)]}))
        for run in runs
        if experiment in {None, run.comparison.experiment}
    )
    return [run for run in narrowed if run.overall or not (task or metric or candidate)]


def _refuse_unknown(kind: str, name: str | None, known: Collection[str]) -> None:
    from shoptune.errors import UsageError, did_you_mean

    if name is not None and name not in known:
        raise UsageError(f"no run has a {kind} {name!r}.{did_you_mean(name, known)}")


def _write_page(path: Path, runs: Sequence[KeptRun]) -> None:
    from shoptune.errors import UsageError
    from shoptune.plugins import load_plugins
    from shoptune.reporting.rendering import render_history

    (page,) = render_history(runs, "html", load_plugins()).values()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error
