"""The metrics that stand for quality where it is held against cost, and only a figure or two fit."""

from __future__ import annotations

from collections.abc import Sequence

from shoptune.comparison import GateVerdict, MetricInfo
from shoptune_reports.board import Board

__all__ = ["RULE", "headline_metrics"]

RULE = (
    "Quality is the metric that the task's first be_better gate asks about; without one, the task's first metric "
    "that has verdicts. The first about faithfulness to the facts stands beside it."
)


def headline_metrics(board: Board, gates: Sequence[GateVerdict]) -> tuple[MetricInfo, ...]:
    """Return one metric, or two, by `RULE`; none where no metric has verdicts."""
    judged = {metric.name: metric for metric in board.directed if metric.additive}
    asked = (g.metric for g in gates if g.task == board.task.name and g.must == "be_better" and g.metric in judged)
    first = next(asked, None) or next(iter(judged), None)
    if first is None:
        return ()
    faithful = next((metric for metric in judged.values() if metric.theme == "faithfulness"), judged[first])
    return tuple({metric.name: metric for metric in (judged[first], faithful)}.values())
