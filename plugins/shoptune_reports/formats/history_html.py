"""The page of the history: which runs there were, and each metric from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shoptune.history.run_record import RunRecord
from shoptune_reports.charts.trends import Trend, trends
from shoptune_reports.html.page import CHARTS, render_page

__all__ = ["render_history_html"]

SYMBOLS = "●■▲◆★✚"
"""How candidates are told apart beside their colours; those of ``history.js`` in the same order."""
OUTCOMES = {
    "passed": ("better", "✓ passed"),
    "failed": ("worse", "✗ failed"),
    "inconclusive": ("inconclusive", "? inconclusive"),
    "no gates": ("none", "no gates"),
}


@dataclass(frozen=True, slots=True)
class History:
    """The runs of one experiment."""

    experiment: str
    runs: tuple[RunRecord, ...]
    trends: tuple[Trend, ...]


def render_history_html(runs: Sequence[RunRecord]) -> Mapping[str, str]:
    """Return ``history.html``."""
    by_experiment = sorted(runs, key=lambda run: run.experiment)
    histories = [
        _history(experiment, tuple(of)) for experiment, of in groupby(by_experiment, lambda run: run.experiment)
    ]
    plots = [
        {"candidates": trend.candidates, "unit": trend.unit, "points": trend.points, "breaks": trend.breaks}
        for history in histories
        for trend in history.trends
    ]
    html = render_page(
        "history.html.j2",
        styles=("history.css",),
        scripts=(*CHARTS, "history.js"),
        data={"trends": plots},
        histories=histories,
        count=len(runs),
        outcomes=OUTCOMES,
        symbols=SYMBOLS,
        verdicts=_verdicts,
    )
    return {"history.html": html}


def _history(experiment: str, runs: tuple[RunRecord, ...]) -> History:
    return History(experiment=experiment, runs=runs, trends=tuple(trends(runs)))


def _verdicts(run: RunRecord) -> list[tuple[str, list[tuple[str, int]]]]:
    """Count each candidate's verdicts over all tasks and metrics; candidates that have none are left out."""
    found = []
    for candidate in run.candidates:
        counts = Counter(f.verdict for f in run.figures if f.candidate == candidate.candidate)
        shown = [(verdict, counts[verdict]) for verdict in ("better", "worse", "inconclusive") if counts[verdict]]
        if shown:
            found.append((candidate.candidate, shown))
    return found
