"""What the page shows of one task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shoptune.comparison import Comparison, MetricInfo
from shoptune.recommendation import TaskRecommendation
from shoptune.task_results import MetricResult, TaskResults, task_results
from shoptune_reports.charts.pareto import Pareto, pareto
from shoptune_reports.html.key_metrics import key_metrics
from shoptune_reports.text.costs import CandidateCost, Gains, candidate_costs, cost_sentences, gains

__all__ = ["TaskView", "task_views"]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task with what was made of its results."""

    task: TaskResults
    recommendation: TaskRecommendation
    tiles: tuple[MetricResult, ...]
    """What the verdict shows large, of the candidate that it is about."""
    cost: str
    """What that candidate costs, in a sentence or two."""
    quality: tuple[MetricInfo, ...]
    """What stands for quality where it is held against cost: one metric, or two."""
    costs: tuple[CandidateCost, ...]
    gains: Gains
    pareto: Pareto | None


def task_views(comparison: Comparison) -> Iterator[TaskView]:
    """Yield the tasks in their order."""
    currency = comparison.prices.currency if comparison.prices else None
    for task in task_results(comparison):
        recommendation = comparison.recommendation.of(task.name)
        key = key_metrics(task, recommendation, comparison.gates, limit=4)
        quality = key[:2]
        costs = candidate_costs(comparison, task)
        featured = recommendation.candidate
        yield TaskView(
            task=task,
            recommendation=recommendation,
            tiles=task.pick(featured, [metric.name for metric in key]) if featured else (),
            cost=cost_sentences(comparison, task, featured),
            quality=quality,
            costs=costs,
            gains=gains(task, costs, quality),
            pareto=pareto(task, costs, quality[0] if quality else None, currency),
        )
