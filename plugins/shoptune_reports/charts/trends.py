"""What the page of the history draws: each metric from run to run, one line a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import Verdict
from shoptune.history.run_record import Figure, MetricRecord, RunRecord

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

    metric: MetricRecord
    unit: str
    """``%`` for a share; else empty."""
    candidates: tuple[str, ...]
    runs: tuple[tuple[RunRecord, dict[str, Figure]], ...]
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
        return f"{self.metric.metric}, runs {self.points[0].run} to {self.points[-1].run}: {'; '.join(spans)}"


def trends(runs: Sequence[RunRecord]) -> list[Trend]:
    """Return a trend for each metric that the runs have figures of; give runs of one experiment, the oldest first."""
    metrics = {(metric.task, metric.metric): metric for run in runs for metric in run.metrics}
    return [trend for metric in metrics.values() if (trend := _trend(runs, metric)).points]


def _trend(runs: Sequence[RunRecord], metric: MetricRecord) -> Trend:
    scale = 100.0 if metric.format == "share" else 1.0
    candidates: dict[str, None] = {}
    measured: list[tuple[RunRecord, dict[str, Figure]]] = []
    points: list[Point] = []
    breaks: list[float] = []
    for run in runs:
        figures = [f for f in run.figures if (f.task, f.metric) == (metric.task, metric.metric)]
        if not figures:
            continue
        number = run.number or 0
        if measured and measured[-1][0].asked(metric.task) != run.asked(metric.task):
            breaks.append(((measured[-1][0].number or 0) + number) / 2)
        candidates.update(dict.fromkeys(figure.candidate for figure in figures))
        measured.append((run, {figure.candidate: figure for figure in figures}))
        points += [
            Point(
                run=number,
                candidate=figure.candidate,
                value=figure.value * scale,
                low=None if figure.low is None else figure.low * scale,
                high=None if figure.high is None else figure.high * scale,
                verdict=figure.verdict,
                part=len(breaks),
            )
            for figure in figures
            if figure.value is not None
        ]
    return Trend(
        metric=metric,
        unit="%" if metric.format == "share" else "",
        candidates=tuple(candidates),
        runs=tuple(measured),
        points=tuple(points),
        breaks=tuple(breaks),
    )
