"""What ``shoptune history`` prints, with rich."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from shoptune.cli.figures import SIGNS, day, value
from shoptune.comparison import MetricInfo
from shoptune.console import Console
from shoptune.kept_run import KeptRun

__all__ = ["show_figures", "show_runs"]

OUTCOMES = {
    "passed": ("✓ passed", "green"),
    "failed": ("✗ failed", "red"),
    "inconclusive": ("? inconclusive", "yellow"),
    "no gates": ("none", "dim"),
}
COLOURS = {"better": "green", "worse": "red", "inconclusive": "dim", "same": "dim"}


def show_runs(runs: Sequence[KeptRun]) -> None:
    """Print a line for each run: when, which experiment, its gates, and each candidate's verdicts."""
    table = Table()
    for name in ("run", "id", "when (UTC)", "experiment", "gates", "against the baseline"):
        table.add_column(name, justify="right" if name == "run" else "left")
    for run in runs:
        words, colour = OUTCOMES[run.outcome]
        when, experiment = day(run.comparison.provenance.created), Text(run.comparison.experiment)
        table.add_row(str(run.number), run.id, when, experiment, Text(words, colour), _verdicts(run))
    console = Console()
    console.print(table)
    console.print(_legend())


def show_figures(runs: Sequence[KeptRun]) -> None:
    """Print a table for each task and metric: a line for each run, a column for each candidate."""
    console = Console()
    metrics = {(metric.task, metric.name): metric for run in runs for metric in run.comparison.metrics}
    for (task, name), metric in metrics.items():
        with_metric = [run for run in runs if any((r.task, r.metric) == (task, name) for r in run.overall)]
        if with_metric:
            console.print(_figures(with_metric, metric))
    console.print(_legend())
    console.print("A line between runs: what was asked differs, and so their values can't be compared.", style="dim")


def _figures(runs: Sequence[KeptRun], metric: MetricInfo) -> Table:
    arrow = {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]
    table = Table(title=Text(f"{metric.task}: {metric.name}{arrow}"), title_justify="left")
    table.add_column("run", justify="right")
    table.add_column("when (UTC)")
    candidates = list(dict.fromkeys(result.candidate for run in runs for result in run.overall))
    for candidate in candidates:
        table.add_column(Text(candidate), justify="right")
    asked: tuple[str, str] | None = None
    for run in runs:
        now = run.asked(metric.task)
        if asked is not None and now != asked:
            table.add_section()
        asked = now
        cells = []
        for candidate in candidates:
            result = run.result(metric.task, metric.name, candidate)
            cell = Text(value(result.value, metric.format) if result else "")
            if result and result.verdict:
                cell.append(f" {SIGNS[result.verdict]}", COLOURS[result.verdict])
            cells.append(cell)
        table.add_row(str(run.number), day(run.comparison.provenance.created), *cells)
    return table


def _verdicts(run: KeptRun) -> Text:
    """Count each candidate's verdicts, over all tasks and metrics."""
    words = Text()
    for candidate in run.comparison.candidates:
        counts = Counter(str(r.verdict) for r in run.overall if r.candidate == candidate.name and r.verdict)
        if counts:
            words.append(f"{', ' if words else ''}{candidate.name}")
            for verdict, colour in COLOURS.items():
                if counts[verdict]:
                    words.append(f" {counts[verdict]}{SIGNS[verdict]}", colour)
    return words


def _legend() -> Text:
    words = Text()
    for verdict, colour in COLOURS.items():
        words.append(f"{SIGNS[verdict]} ", colour).append(f"{verdict}  ")
    return words.append("than the same run's baseline (95 %, corrected for one another)")
