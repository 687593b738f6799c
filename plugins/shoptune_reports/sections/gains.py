"""Quality for its price: what tuning changed, for a unit of time and of money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import MetricInfo
from shoptune_reports.board import Board, Finding
from shoptune_reports.sections.costs import CandidateCost

__all__ = ["Gain", "Gains", "Rate", "gains"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A difference to the baseline divided by what it cost, and its 95 % interval likewise."""

    value: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What tuning a candidate changed in one metric."""

    cost: CandidateCost
    finding: Finding
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


def gains(board: Board, costs: Sequence[CandidateCost], metrics: Sequence[MetricInfo]) -> Gains:
    """Return what each tuned candidate gained, or lost, in each of the metrics."""
    tuned = [cost for cost in costs if cost.candidate.kind == "tuned" and cost.candidate.name != board.baseline]
    seconds = 3600 if max((cost.tuning.seconds or 0.0 for cost in tuned), default=0.0) >= 3600 else 60
    money = 1.0 if max((cost.tuning.money or 0.0 for cost in tuned), default=0.0) >= 1 else 0.01
    return Gains(
        time="an hour" if seconds == 3600 else "a minute",
        money=money,
        rows=tuple(
            Gain(cost, finding, _rate(finding, cost.tuning.seconds, seconds), _rate(finding, cost.tuning.money, money))
            for cost in tuned
            for finding in board.findings(cost.candidate.name)
            if finding.metric in metrics
        ),
    )


def _rate(finding: Finding, amount: float | None, unit: float) -> Rate | None:
    result = finding.result
    if not amount or result.difference is None or result.verdict not in ("better", "worse"):
        return None
    bounds = result.difference_interval
    return Rate(
        result.difference * unit / amount,
        None if bounds is None else (bounds[0] * unit / amount, bounds[1] * unit / amount),
    )
