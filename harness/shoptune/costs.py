"""What a candidate costs: once, to be tuned, and each time, to answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from shoptune.comparison import Comparison, Cost, TaskInfo

__all__ = ["CostName", "answers_to", "cost_of", "lineage"]

CostName = Literal[
    "tune_seconds",
    "tune_money",
    "tune_peak_memory_gib",
    "seconds_per_thousand",
    "money_per_thousand",
    "peak_memory_gib",
]
"""``tune_...``: of tuning the candidate and those that it was tuned from, on whatever tasks; 0 where nothing was tuned.
The others: of answering one task, per thousand answers where the name says so."""

_GIB = 2**30


def cost_of(comparison: Comparison, name: CostName, task: str, candidate: str) -> float | None:
    """Return a cost in seconds, GiB, or the currency of the experiment's prices; None where it was not measured.

    Seconds are those of the machine that computed the step; a step taken from the store keeps its own.
    """
    if name.startswith("tune_"):
        names = set(lineage(comparison, candidate))
        costs = [cost for cost in comparison.cost if cost.phase == "tune" and cost.candidate in names]
        return _total(costs, name.removeprefix("tune_"))
    costs = [c for c in comparison.cost if (c.phase, c.task, c.candidate) == ("predict", task, candidate)]
    answers = answers_to(next(info for info in comparison.tasks if info.name == task))
    if not costs or not answers:
        return None
    total = _total(costs, name.removesuffix("_per_thousand"))
    return total if total is None or name == "peak_memory_gib" else total * 1000 / answers


def lineage(comparison: Comparison, candidate: str) -> Iterator[str]:
    """Yield the candidate, the one that it came from, and so on."""
    parents = {info.name: info.parent for info in comparison.candidates}
    name: str | None = candidate
    while name is not None:
        yield name
        name = parents[name]


def answers_to(task: TaskInfo) -> int:
    """Return how many answers each candidate gave: one for each example and prompt."""
    return task.examples * max(1, len(task.prompts))


def _total(costs: list[Cost], of: str) -> float | None:
    """Return the sum of seconds or money, the largest peak of memory."""
    if of == "peak_memory_gib":
        peaks = [cost.peak_memory_bytes for cost in costs]
        return None if None in peaks else max((peak / _GIB for peak in peaks if peak is not None), default=0.0)
    amounts = [cost.money if of == "money" else cost.seconds for cost in costs]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)
