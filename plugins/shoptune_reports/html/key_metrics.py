"""The key metrics of a task: the few that a reader must see together, where there isn't room for all."""

from __future__ import annotations

from collections.abc import Sequence

from shoptune.comparison import GateVerdict, MetricInfo
from shoptune.recommendation import TaskRecommendation
from shoptune.task_results import TaskResults

__all__ = ["RULE", "key_metrics"]

RULE = (
    "Quality is the first of the key metrics: the one that the task's first be_better gate asks about, or else one "
    "about right answers or likeness to the reference. One about faithfulness to the facts stands beside it."
)


def key_metrics(
    task: TaskResults, recommendation: TaskRecommendation, gates: Sequence[GateVerdict], limit: int
) -> tuple[MetricInfo, ...]:
    """Return up to `limit` metrics that have verdicts, what matters most first.

    First what the task's first ``be_better`` gate asks about, or without one correctness or overlap; then faithfulness,
    and what is left of these three; of each the metric in which the featured candidate got worse, if any.  Then what
    else got worse, one each of the other themes, and the rest.
    """
    judged = {metric.name: metric for metric in task.directed if metric.additive}
    asked = next((g.metric for g in gates if g.task == task.name and g.must == "be_better" and g.metric in judged), "")
    outcome = recommendation.outcome(recommendation.candidate)
    worse = outcome.worse if outcome else []
    others = [*outcome.better, *outcome.inconclusive, *outcome.same] if outcome else []
    names = [name for name in (*worse, asked, *others, *judged) if name in judged]
    first = {judged[name].theme: name for name in reversed(names)}
    quality, *also = [first[theme] for theme in ("correctness", "overlap") if theme in first] or names[:1] or [""]
    together = [asked or quality, first.get("faithfulness", ""), quality, *also]
    ordered = dict.fromkeys([*together, *worse, *(name for name in names if name in first.values()), *names])
    return tuple(judged[name] for name in ordered if name)[:limit]
