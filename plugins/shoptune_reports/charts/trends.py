"""What the page of the history draws: each metric from run to run, one line a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import MetricInfo, Result, Verdict
from shoptune.kept_run import KeptRun

__all__ = ["Point", "Trend", "trends"]


@dataclass(frozen=True, slots=True)
class Point:
    """One candidate's value in one run, in the unit of its `Trend`."""

    run: int
    candidate: str
    value: float
    low: float | None
    high: float | None
    verdict: Verdict | None
    part: int
    """Counts up whenever other samples or prompts are asked: values of different parts can't be compared."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric of one task."""

    metric: MetricInfo
    unit: str
    """``%`` for a share; else empty."""
    candidates: tuple[str, ...]
    runs: tuple[tuple[KeptRun, dict[str, Result]], ...]
    """Those that have the metric, and what each candidate got in them."""
    points: tuple[Point, ...]
    breaks: tuple[float, ...]
    """Between which runs a new part begins, such as 3.5."""

    @property
    def words(self) -> str:
        """What is to be seen, for those who don't see it: each candidate's first and last value."""
        spans = []
        for candidate in self.candidates:
            values = [point.value for point in self.points if point.candidate == candidate]
            if values:
                spans.append(f"{candidate} from {values[0]:.4g} to {values[-1]:.4g}{self.unit}")
        return f"{self.metric.name}, runs {self.points[0].run} to {self.points[-1].run}: {'; '.join(spans)}"


def trends(runs: Sequence[KeptRun]) -> list[Trend]:
    """Return a trend for each metric that the runs have values of; give runs of one experiment, the oldest first."""
    metrics = {(metric.task, metric.name): metric for run in runs for metric in run.comparison.metrics}
    return [trend for metric in metrics.values() if (trend := _trend(runs, metric)).points]


def _trend(runs: Sequence[KeptRun], metric: MetricInfo) -> Trend:
    scale = 100.0 if metric.format == "share" else 1.0
    candidates: dict[str, None] = {}
    measured: list[tuple[KeptRun, dict[str, Result]]] = []
    points: list[Point] = []
    breaks: list[float] = []
    for run in runs:
        results = {r.candidate: r for r in run.overall if (r.task, r.metric) == (metric.task, metric.name)}
        if not results:
            continue
        number = run.number or 0
        if measured and measured[-1][0].asked(metric.task) != run.asked(metric.task):
            breaks.append(((measured[-1][0].number or 0) + number) / 2)
        candidates.update(dict.fromkeys(results))
        measured.append((run, results))
        points += [
            Point(
                run=number,
                candidate=candidate,
                value=result.value * scale,
                low=None if result.interval is None else result.interval[0] * scale,
                high=None if result.interval is None else result.interval[1] * scale,
                verdict=result.verdict,
                part=len(breaks),
            )
            for candidate, result in results.items()
            if result.value is not None
        ]
    return Trend(
        metric=metric,
        unit="%" if metric.format == "share" else "",
        candidates=tuple(candidates),
        runs=tuple(measured),
        points=tuple(points),
        breaks=tuple(breaks),
    )
