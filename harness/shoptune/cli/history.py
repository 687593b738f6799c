"""``shoptune history``: what earlier runs found."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.commands import store_option

if TYPE_CHECKING:
    from shoptune.history.run_record import RunRecord

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
    from shoptune.history.database import history_file, read_runs

    path = history_file(store)
    runs = read_runs(path)
    if not runs and not as_json:
        click.echo(f"there is no run in {path} yet; `shoptune run` adds one")
        return
    runs = _narrowed(runs, experiment=experiment, task=task, metric=metric, candidate=candidate) if runs else runs
    if as_json:
        click.echo(json.dumps([asdict(run) for run in runs], indent=1, ensure_ascii=False))
    elif html is None:
        (show_figures if task or metric or candidate else show_runs)(runs)
    if html is not None:
        _write_page(html, runs)
        click.echo(html, err=as_json)


def _narrowed(
    runs: Sequence[RunRecord],
    *,
    experiment: str | None,
    task: str | None,
    metric: str | None,
    candidate: str | None,
) -> list[RunRecord]:
    """Leave out what was not asked for, and runs of which nothing is left."""
    _refuse_unknown("experiment", experiment, {run.experiment for run in runs})
    _refuse_unknown("task", task, {of.task for run in runs for of in run.tasks})
    _refuse_unknown("metric", metric, {of.metric for run in runs for of in run.metrics})
    _refuse_unknown("candidate", candidate, {of.candidate for run in runs for of in run.candidates})
    narrowed = (
        replace(
            run,
            figures=tuple(
                figure
                for figure in run.figures
                if task in {None, figure.task}
                and metric in {None, figure.metric}
                and candidate in {None, figure.candidate}
            ),
        )
        for run in runs
        if experiment in {None, run.experiment}
    )
    return [run for run in narrowed if run.figures or not (task or metric or candidate)]


def _refuse_unknown(kind: str, name: str | None, known: Collection[str]) -> None:
    from shoptune.errors import UsageError, did_you_mean

    if name is not None and name not in known:
        raise UsageError(f"no run has a {kind} {name!r}.{did_you_mean(name, known)}")


def _write_page(path: Path, runs: Sequence[RunRecord]) -> None:
    from shoptune.errors import UsageError
    from shoptune.plugins import load_plugins
    from shoptune.reporting.rendering import render_history

    (page,) = render_history(runs, "html", load_plugins()).values()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error
