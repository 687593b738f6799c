"""What ``shoptune compare`` prints, with rich."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from shoptune.cli.figures import SIGNS, changed, day, span, value
from shoptune.comparison import MetricInfo
from shoptune.console import Console
from shoptune.history.between import Between
from shoptune.history.changes import Change
from shoptune.history.settings import Difference

__all__ = ["places", "show_between"]

COLOURS = {"better": "green", "worse": "red", "inconclusive": "dim", "same": "dim"}
LONGEST = 60
"""Characters of a setting that a table shows."""


def show_between(found: Between) -> None:
    """Print a table of values for each task, then what else differs."""
    console = Console()
    for run in (found.before, found.after):
        console.print(Text(f"{run.name}: {run.comparison.experiment}, {day(run.comparison.provenance.created)} UTC"))
    metrics = {(metric.task, metric.name): metric for metric in found.after.comparison.metrics}
    for task in found.tasks:
        table = Table(title=Text(task), title_justify="left")
        for name in ("metric", "candidate", "before", "after", "change", "interval", ""):
            table.add_column(name, justify="left" if name in {"metric", "candidate", ""} else "right")
        for change in found.changes:
            if change.task == task:
                _add(table, change, metrics[task, change.metric])
        console.print(table)
    console.print("▲ better  ▼ worse  ◆ inconclusive  = same answers (95 %, Holm-corrected, as the intervals are)")
    for remark in dict.fromkeys(change.remark for change in found.changes if change.remark):
        about = ", ".join(f"{c.metric} of {c.candidate}" for c in found.changes if c.remark == remark)
        console.print(Text(f"{about}: {remark}", "yellow"))
    _show_differences(console, found.differences)


def places(difference: Difference) -> str:
    """Say in which steps a setting is, or that it is about the whole run."""
    more = f" and {len(difference.where) - 1} more steps" if len(difference.where) > 1 else ""
    return f"{difference.where[0]}{more}" if difference.where else "the run"


def _add(table: Table, change: Change, metric: MetricInfo) -> None:
    sign = Text(f"{SIGNS[change.verdict]} {change.verdict}", COLOURS[change.verdict]) if change.verdict else Text()
    table.add_row(
        Text(change.metric),
        Text(change.candidate),
        value(change.before, metric.format),
        value(change.after, metric.format),
        changed(change.difference, metric.format),
        Text(span(change.low, change.high, metric.format)),
        sign,
    )


def _show_differences(console: Console, differences: Iterable[Difference]) -> None:
    table = Table(title="what else differs", title_justify="left")
    for name in ("what", "before", "after", "where"):
        table.add_column(name)
    for difference in differences:
        shown = (difference.what, difference.before or "–", difference.after or "–", places(difference))
        table.add_row(*(Text(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") for text in shown))
    console.print(table if table.row_count else "Nothing else differs.")
