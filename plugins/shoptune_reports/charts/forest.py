"""The figures of the forest plots: each candidate's paired difference to the baseline with its interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shoptune.comparison import MetricInfo, Verdict
from shoptune.formatting import difference, difference_interval
from shoptune.task_results import TaskResults

__all__ = ["Bar", "Forest", "forest", "forests"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One candidate; figures in the unit of its `Forest`."""

    candidate: str
    difference: float
    low: float
    high: float
    verdict: Verdict | None
    words: str


@dataclass(frozen=True, slots=True)
class Forest:
    """One metric of one task: all candidates that have a difference with an interval, or none at all."""

    unit: str
    """``pp``, percentage points, for a share; else empty."""
    higher_is_better: bool
    bars: tuple[Bar, ...]


def forest(task: TaskResults, metric: MetricInfo) -> Forest | None:
    """Return the plot of one metric; None where it has no direction or no candidate has an interval."""
    if metric.higher_is_better is None:
        return None
    scale = 100.0 if metric.format == "share" else 1.0
    bars = []
    for candidate in task.rivals:
        result = task.results.get((metric.name, candidate.name))
        if result is None or result.difference is None:
            continue
        if result.drawn_interval:
            low, high = result.drawn_interval
            words = f"{difference(result.difference, metric.format)} {difference_interval((low, high), metric.format)}"
        elif result.verdict == "same":
            low = high = result.difference
            words = difference(result.difference, metric.format)
        else:
            continue
        bars.append(
            Bar(
                candidate=candidate.name,
                difference=result.difference * scale,
                low=low * scale,
                high=high * scale,
                verdict=result.verdict,
                words=f"{words} {result.verdict or ''}".rstrip(),
            )
        )
    unit = "pp" if metric.format == "share" else ""
    return Forest(unit, metric.higher_is_better, tuple(bars)) if bars else None


def forests(task_results: Iterable[TaskResults]) -> dict[str, dict[str, Forest]]:
    """Return task -> metric -> its plot."""
    return {
        task.name: {metric.name: plot for metric in task.metrics if (plot := forest(task, metric)) is not None}
        for task in task_results
    }
