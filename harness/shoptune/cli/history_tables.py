"""What ``shoptune history`` prints, with rich."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shoptune.cli.figures import SIGNS, day, value
from shoptune.history.run_record import MetricRecord, RunRecord

__all__ = ["show_figures", "show_runs"]

OUTCOMES = {
    "passed": ("✓ passed", "green"),
    "failed": ("✗ failed", "red"),
    "inconclusive": ("? inconclusive", "yellow"),
    "no gates": ("none", "dim"),
}
COLOURS = {"better": "green", "worse": "red", "inconclusive": "dim"}


def show_runs(runs: Sequence[RunRecord]) -> None:
    """Print a line for each run: when, which experiment, its gates, and each candidate's verdicts."""
    table = Table()
    for name in ("run", "id", "when (UTC)", "experiment", "gates", "against the baseline"):
        table.add_column(name, justify="right" if name == "run" else "left")
    for run in runs:
        words, colour = OUTCOMES[run.outcome]
        table.add_row(
            str(run.number), run.id, day(run.created), Text(run.experiment), Text(words, colour), _verdicts(run)
        )
    console = Console()
    console.print(table)
    console.print(_legend())


def show_figures(runs: Sequence[RunRecord]) -> None:
    """Print a table for each task and metric: a line for each run, a column for each candidate."""
    console = Console()
    metrics = {(metric.task, metric.metric): metric for run in runs for metric in run.metrics}
    for metric in metrics.values():
        with_figures = [
            run for run in runs if any((f.task, f.metric) == (metric.task, metric.metric) for f in run.figures)
        ]
        if with_figures:
            console.print(_figures(with_figures, metric))
    console.print(_legend())
    console.print("A line between runs: what was asked differs, and so their values can't be compared.", style="dim")


def _figures(runs: Sequence[RunRecord], metric: MetricRecord) -> Table:
    arrow = {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]
    table = Table(title=Text(f"{metric.task}: {metric.metric}{arrow}"), title_justify="left")
    table.add_column("run", justify="right")
    table.add_column("when (UTC)")
    candidates = list(dict.fromkeys(f.candidate for run in runs for f in run.figures))
    for candidate in candidates:
        table.add_column(Text(candidate), justify="right")
    asked: tuple[str, ...] | None = None
    for run in runs:
        now = run.asked(metric.task)
        if asked is not None and now != asked:
            table.add_section()
        asked = now
        cells = []
        for candidate in candidates:
            figure = run.figure(metric.task, metric.metric, candidate)
            cell = Text(value(figure.value, metric.format) if figure else "")
            if figure and figure.verdict:
                cell.append(f" {SIGNS[figure.verdict]}", COLOURS[figure.verdict])
            cells.append(cell)
        table.add_row(str(run.number), day(run.created), *cells)
    return table


def _verdicts(run: RunRecord) -> Text:
    """Count each candidate's verdicts, over all tasks and metrics."""
    words = Text()
    for candidate in run.candidates:
        counts = Counter(str(f.verdict) for f in run.figures if f.candidate == candidate.candidate and f.verdict)
        if counts:
            words.append(f"{', ' if words else ''}{candidate.candidate}")
            for verdict, colour in COLOURS.items():
                if counts[verdict]:
                    words.append(f" {counts[verdict]}{SIGNS[verdict]}", colour)
    return words


def _legend() -> Text:
    words = Text()
    for verdict, colour in COLOURS.items():
        words.append(f"{SIGNS[verdict]} ", colour).append(f"{verdict}  ")
    return words.append("than the same run's baseline (95 %, Holm-corrected)")
