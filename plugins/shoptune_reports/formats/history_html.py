"""The page of the history: which runs there were, and each metric from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shoptune.kept_run import KeptRun
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
    runs: tuple[KeptRun, ...]
    trends: tuple[Trend, ...]


def render_history_html(runs: Sequence[KeptRun]) -> Mapping[str, str]:
    """Return ``history.html``."""
    by_experiment = sorted(runs, key=_experiment)
    histories = [
        History(experiment=experiment, runs=of, trends=tuple(trends(of)))
        for experiment, of in ((name, tuple(group)) for name, group in groupby(by_experiment, _experiment))
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


def _experiment(run: KeptRun) -> str:
    return run.comparison.experiment


def _verdicts(run: KeptRun) -> list[tuple[str, list[tuple[str, int]]]]:
    """Count each candidate's verdicts over all tasks and metrics; candidates that have none are left out."""
    found = []
    for candidate in run.comparison.candidates:
        counts = Counter(result.verdict for result in run.overall if result.candidate == candidate.name)
        shown = [
            (verdict, counts[verdict]) for verdict in ("better", "worse", "inconclusive", "same") if counts[verdict]
        ]
        if shown:
            found.append((candidate.name, shown))
    return found
