"""The section on cost, task by task: what candidates cost, and what quality they give for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shoptune.comparison import Comparison, MetricInfo
from shoptune_reports.board import Board
from shoptune_reports.charts.pareto import Pareto, pareto
from shoptune_reports.html.headline import headline_metrics
from shoptune_reports.sections.costs import CandidateCost, answers_called, candidate_costs
from shoptune_reports.sections.gains import Gains, gains

__all__ = ["TaskCosts", "cost_section"]


@dataclass(frozen=True, slots=True)
class TaskCosts:
    """What the section says of one task."""

    board: Board
    called: str
    """What the task's answers are called, in the plural."""
    quality: tuple[MetricInfo, ...]
    """The headline metrics."""
    costs: tuple[CandidateCost, ...]
    gains: Gains
    pareto: Pareto | None


def cost_section(comparison: Comparison, boards: Iterable[Board]) -> tuple[TaskCosts, ...]:
    """Put the section together."""
    currency = comparison.prices.currency if comparison.prices else None
    return tuple(_of_task(comparison, board, currency) for board in boards)


def _of_task(comparison: Comparison, board: Board, currency: str | None) -> TaskCosts:
    quality = headline_metrics(board, comparison.gates)
    costs = candidate_costs(comparison, board)
    return TaskCosts(
        board=board,
        called=answers_called(board.task),
        quality=quality,
        costs=costs,
        gains=gains(board, costs, quality),
        pareto=pareto(board, costs, quality[0] if quality else None, currency),
    )
