"""Quality against cost: who is on the Pareto front, and the figures of its plot.

A candidate is on the front if no other one is at least as good and costs no more, and better or cheaper in one of them.
All else is a bad buy, whatever quality is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import MetricInfo
from shoptune.formatting import NOTHING, Format, duration, money
from shoptune.task_results import TaskResults
from shoptune_reports.text.costs import Amount, CandidateCost

__all__ = ["CostAxis", "Pareto", "QualityAxis", "front", "pareto"]

_UNITS = ((3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


@dataclass(frozen=True, slots=True)
class QualityAxis:
    """A metric, with each candidate's value and its 95 % interval."""

    name: str
    format: Format
    higher_is_better: bool
    values: tuple[float | None, ...]
    intervals: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, slots=True)
class CostAxis:
    """A way to count cost, with each candidate's amount."""

    name: str
    unit: str
    amounts: tuple[float | None, ...]
    words: tuple[str, ...]
    """The amounts, each in the unit that fits it."""


@dataclass(frozen=True, slots=True)
class Pareto:
    """All that a plot of one task may show; the first of `costs` and the metric `chosen` at first."""

    candidates: tuple[str, ...]
    metrics: tuple[QualityAxis, ...]
    costs: tuple[CostAxis, ...]
    fronts: tuple[tuple[tuple[int, ...], ...], ...]
    """For each metric and cost the candidates on the front, by number, cheapest first."""
    chosen: int

    def on_front(self) -> tuple[str, ...]:
        """Return who is on the front that is shown at first."""
        return tuple(self.candidates[number] for number in self.fronts[self.chosen][0])


def pareto(
    task: TaskResults, costs: Sequence[CandidateCost], chosen: MetricInfo | None, currency: str | None
) -> Pareto | None:
    """Return a task's plot: any metric with a direction against any cost; None where fewer than two can be placed."""
    if chosen is None:
        return None
    metrics = tuple(_quality(task, metric) for metric in task.directed)
    axes = tuple(_axes(task, costs, currency))
    fronts = tuple(tuple(front(m.values, c.amounts, higher=m.higher_is_better) for c in axes) for m in metrics)
    first = task.directed.index(chosen)
    placed = zip(metrics[first].values, axes[0].amounts, strict=True)
    if sum(value is not None and amount is not None for value, amount in placed) < 2:
        return None
    return Pareto(tuple(cost.candidate.name for cost in costs), metrics, axes, fronts, first)


def front(values: Sequence[float | None], amounts: Sequence[float | None], *, higher: bool) -> tuple[int, ...]:
    """Return the numbers of those on the front, cheapest first; whoever lacks a value or an amount is not on it."""
    points = [
        (amount, -value if higher else value, number)
        for number, (value, amount) in enumerate(zip(values, amounts, strict=True))
        if value is not None and amount is not None
    ]
    return tuple(
        number
        for amount, badness, number in sorted(points)
        if not any(a <= amount and b <= badness and (a < amount or b < badness) for a, b, _ in points)
    )


def _quality(task: TaskResults, metric: MetricInfo) -> QualityAxis:
    found = [task.results.get((metric.name, candidate.name)) for candidate in task.candidates]
    return QualityAxis(
        name=metric.name,
        format=metric.format,
        higher_is_better=metric.higher_is_better is True,
        values=tuple(result.value if result else None for result in found),
        intervals=tuple(result.interval if result else None for result in found),
    )


def _axes(task: TaskResults, costs: Sequence[CandidateCost], currency: str | None) -> list[CostAxis]:
    called = task.info.answers_called
    kinds = {
        f"tuning and the first thousand {called}": [cost.tuning + cost.thousand for cost in costs],
        f"a thousand {called}, without tuning": [cost.thousand for cost in costs],
    }
    paid = [_money_axis(name, amounts, currency) for name, amounts in kinds.items() if currency]
    return [*(axis for axis in paid if axis), *(_time_axis(name, amounts) for name, amounts in kinds.items())]


def _time_axis(name: str, amounts: Sequence[Amount]) -> CostAxis:
    """Count in the largest unit of which the dearest takes two or more."""
    longest = max((amount.seconds for amount in amounts if amount.seconds is not None), default=0.0)
    size, unit = next((unit for unit in _UNITS if longest >= 2 * unit[0]), _UNITS[-1])
    seconds = [amount.seconds for amount in amounts]
    return CostAxis(
        name=name,
        unit=unit,
        amounts=tuple(None if s is None else s / size for s in seconds),
        words=tuple(NOTHING if s is None else duration(s) for s in seconds),
    )


def _money_axis(name: str, amounts: Sequence[Amount], currency: str | None) -> CostAxis | None:
    if currency is None or all(amount.money is None for amount in amounts):
        return None
    return CostAxis(
        name=name,
        unit=currency,
        amounts=tuple(amount.money for amount in amounts),
        words=tuple(money(amount.money, currency) for amount in amounts),
    )
