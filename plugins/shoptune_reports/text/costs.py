"""What a candidate costs, in a sentence or two: once, to be tuned, and each time, to answer."""

from __future__ import annotations

from collections.abc import Iterator

from shoptune.comparison import CandidateInfo, Comparison
from shoptune.costs import CostName, cost_of, lineage
from shoptune_reports.board import Board
from shoptune_reports.text.numbers import duration, money
from shoptune_reports.text.verdict import listed

__all__ = ["costs"]


def costs(comparison: Comparison, board: Board, candidate: CandidateInfo) -> str:
    """Say what tuning took, and what a thousand answers take beside the baseline; empty where nothing was measured."""
    return " ".join([*_tuning(comparison, board, candidate), *_answering(comparison, board, candidate)])


def _tuning(comparison: Comparison, board: Board, candidate: CandidateInfo) -> Iterator[str]:
    if not any(cost.phase == "tune" and cost.candidate == candidate.name for cost in comparison.cost):
        return
    took = _amount(comparison, "tune", board.task.name, candidate.name)
    kinds = {info.name: info.kind for info in comparison.candidates}
    first = [name for name in lineage(comparison, candidate.name) if kinds[name] == "tuned"][1:]
    after = f", and {listed(first)} before it," if first else ""
    yield f"Tuning {candidate.name}{after} took {took}, once."


def _answering(comparison: Comparison, board: Board, candidate: CandidateInfo) -> Iterator[str]:
    names = [name for name in (candidate.name, board.baseline) if board.candidate(name).kind != "baseline"]
    parts = [
        f"{name} {took}"
        for name in dict.fromkeys(names)
        if (took := _amount(comparison, "per_thousand", board.task.name, name))
    ]
    if parts:
        yield f"A thousand answers take {listed(parts)}."


def _amount(comparison: Comparison, of: str, task: str, candidate: str) -> str:
    """Return ``7 min 08 s (0.12 EUR)``; empty where the time is not known."""
    seconds_of: CostName = "tune_seconds" if of == "tune" else "seconds_per_thousand"
    money_of: CostName = "tune_money" if of == "tune" else "money_per_thousand"
    seconds = cost_of(comparison, seconds_of, task, candidate)
    if seconds is None:
        return ""
    amount = cost_of(comparison, money_of, task, candidate)
    if amount is None or comparison.prices is None:
        return duration(seconds)
    return f"{duration(seconds)} ({money(amount, comparison.prices.currency)})"
