"""What each candidate costs on one task: once, to be tuned, and each time, to answer."""

from __future__ import annotations

from dataclasses import dataclass

from shoptune.comparison import CandidateInfo, Comparison, TaskInfo
from shoptune.costs import CostName, answers_to, cost_of
from shoptune_reports.board import Board

__all__ = ["Amount", "CandidateCost", "answers_called", "candidate_costs"]

_CALLED = {"description": "descriptions", "title": "titles", "extraction": "extractions", "summary": "summaries"}
"""Last word of a task component's name -> what its answers are called."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Time, and money where the experiment gives prices; None where it is not known."""

    seconds: float | None
    money: float | None

    def __add__(self, other: Amount) -> Amount:
        """Return both together, which is not known where one isn't."""
        return Amount(_sum(self.seconds, other.seconds), _sum(self.money, other.money))


@dataclass(frozen=True, slots=True)
class CandidateCost:
    """What one candidate costs on one task."""

    candidate: CandidateInfo
    tuning: Amount
    """Together with what it was tuned from; zero for a candidate that is not tuned."""
    thousand: Amount
    """Of a thousand answers."""
    tokens_in: float | None
    """Of one answer, on average: its prompt's."""
    tokens_out: float | None
    """Of one answer, on average: its own."""


def candidate_costs(comparison: Comparison, board: Board) -> tuple[CandidateCost, ...]:
    """Return what the candidates cost on a task, in their order."""
    return tuple(_cost(comparison, board.task, candidate) for candidate in board.candidates)


def answers_called(task: TaskInfo) -> str:
    """Return what a task's answers are called, in the plural: ``descriptions``, or ``answers`` for want of a word."""
    return _CALLED.get(task.task.rpartition("_")[2], "answers")


def _cost(comparison: Comparison, task: TaskInfo, candidate: CandidateInfo) -> CandidateCost:
    def of(name: CostName) -> float | None:
        return cost_of(comparison, name, task.name, candidate.name)

    answering = [c for c in comparison.cost if (c.phase, c.task, c.candidate) == ("predict", task.name, candidate.name)]
    return CandidateCost(
        candidate=candidate,
        tuning=Amount(of("tune_seconds"), of("tune_money") if comparison.prices else None),
        thousand=Amount(of("seconds_per_thousand"), of("money_per_thousand")),
        tokens_in=_each([cost.tokens_in for cost in answering], task),
        tokens_out=_each([cost.tokens_out for cost in answering], task),
    )


def _each(tokens: list[int], task: TaskInfo) -> float | None:
    answers = answers_to(task)
    return sum(tokens) / answers if tokens and answers else None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
