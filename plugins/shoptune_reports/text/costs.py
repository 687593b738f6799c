"""What a candidate costs: once, to be tuned, and each time, to answer; and what tuning bought for its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shoptune.comparison import CandidateInfo, Comparison, MetricInfo, TaskInfo
from shoptune.costs import CostName, answers_to, cost_of, lineage
from shoptune.formatting import duration, listed, money
from shoptune.task_results import MetricResult, TaskResults

__all__ = [
    "Amount",
    "CandidateCost",
    "Gain",
    "Gains",
    "Rate",
    "candidate_costs",
    "cost_sentences",
    "gains",
]


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


@dataclass(frozen=True, slots=True)
class Rate:
    """A difference to the baseline divided by what it cost, and its 95 % interval likewise."""

    value: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What tuning a candidate changed in one metric."""

    cost: CandidateCost
    finding: MetricResult
    for_time: Rate | None
    """None where no difference is certain: there is nothing to divide."""
    for_money: Rate | None
    """Likewise; None too without prices."""


@dataclass(frozen=True, slots=True)
class Gains:
    """The gains of a task, all for the same units: such that none is more than the longest, or dearest, tuning took."""

    time: str
    """``an hour`` or ``a minute``."""
    money: float
    """1 or 0.01 of the currency."""
    rows: tuple[Gain, ...]


def cost_sentences(comparison: Comparison, task: TaskResults, candidate: str | None) -> str:
    """Say what tuning took, and what a thousand answers take beside the baseline; empty where nothing was measured."""
    if candidate is None:
        return ""
    return " ".join([*_tuning(comparison, task, candidate), *_answering(comparison, task, candidate)])


def candidate_costs(comparison: Comparison, task: TaskResults) -> tuple[CandidateCost, ...]:
    """Return what the candidates cost on a task, in their order."""
    return tuple(_cost(comparison, task.info, candidate) for candidate in task.candidates)


def gains(task: TaskResults, costs: Sequence[CandidateCost], metrics: Sequence[MetricInfo]) -> Gains:
    """Return what each tuned candidate gained, or lost, in each of the metrics."""
    tuned = [cost for cost in costs if cost.candidate.kind == "tuned" and cost.candidate.name != task.baseline]
    seconds = 3600 if max((cost.tuning.seconds or 0.0 for cost in tuned), default=0.0) >= 3600 else 60
    unit = 1.0 if max((cost.tuning.money or 0.0 for cost in tuned), default=0.0) >= 1 else 0.01
    return Gains(
        time="an hour" if seconds == 3600 else "a minute",
        money=unit,
        rows=tuple(
            Gain(cost, found, _rate(found, cost.tuning.seconds, seconds), _rate(found, cost.tuning.money, unit))
            for cost in tuned
            for found in task.of(cost.candidate.name)
            if found.metric in metrics
        ),
    )


# --- in sentences ----------------------------------------------------------------------------------------------------


def _tuning(comparison: Comparison, task: TaskResults, candidate: str) -> Iterator[str]:
    if not any(cost.phase == "tune" and cost.candidate == candidate for cost in comparison.cost):
        return
    took = _in_words(comparison, "tune_seconds", "tune_money", task.name, candidate)
    kinds = {info.name: info.kind for info in comparison.candidates}
    first = [name for name in lineage(comparison, candidate) if kinds[name] == "tuned"][1:]
    after = f", and {listed(first)} before it," if first else ""
    yield f"Tuning {candidate}{after} took {took}, once."


def _answering(comparison: Comparison, task: TaskResults, candidate: str) -> Iterator[str]:
    names = [name for name in (candidate, task.baseline) if task.candidate(name).kind != "baseline"]
    parts = [
        f"{name} {took}"
        for name in dict.fromkeys(names)
        if (took := _in_words(comparison, "seconds_per_thousand", "money_per_thousand", task.name, name))
    ]
    if parts:
        yield f"A thousand answers take {listed(parts)}."


def _in_words(comparison: Comparison, time: CostName, price: CostName, task: str, candidate: str) -> str:
    """Return ``7 min 08 s (0.12 EUR)``; empty where the time is not known."""
    seconds, amount = (cost_of(comparison, name, task, candidate) for name in (time, price))
    if seconds is None:
        return ""
    if amount is None or comparison.prices is None:
        return duration(seconds)
    return f"{duration(seconds)} ({money(amount, comparison.prices.currency)})"


# --- in figures ------------------------------------------------------------------------------------------------------


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


def _rate(found: MetricResult, amount: float | None, unit: float) -> Rate | None:
    result = found.result
    if not amount or result.difference is None or result.verdict not in ("better", "worse"):
        return None
    bounds = result.drawn_interval
    return Rate(
        result.difference * unit / amount,
        None if bounds is None else (bounds[0] * unit / amount, bounds[1] * unit / amount),
    )
