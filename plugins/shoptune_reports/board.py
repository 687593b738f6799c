"""One task's part of a comparison, laid out so that it can be looked up: metrics down, candidates across."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shoptune.comparison import CandidateInfo, Comparison, MetricInfo, Result, TaskInfo

__all__ = ["Board", "Finding", "boards"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A metric with what a candidate got, and what it is held against."""

    metric: MetricInfo
    result: Result
    against: Result | None


@dataclass(frozen=True)
class Board:
    """A task with its candidates, metrics and results, all in the order of the experiment file."""

    task: TaskInfo
    baseline: str
    candidates: tuple[CandidateInfo, ...]
    metrics: tuple[MetricInfo, ...]
    results: Mapping[tuple[str, str], Result]
    """(metric, candidate) -> the result on all samples."""
    sliced: tuple[Result, ...]
    """The results on slices."""

    @cached_property
    def rivals(self) -> tuple[CandidateInfo, ...]:
        """All candidates but the baseline."""
        return tuple(candidate for candidate in self.candidates if candidate.name != self.baseline)

    @cached_property
    def directed(self) -> tuple[MetricInfo, ...]:
        """The metrics of which it is known whether more is better."""
        return tuple(metric for metric in self.metrics if metric.higher_is_better is not None)

    def candidate(self, name: str) -> CandidateInfo:
        """Return the candidate of that name; raises KeyError where there is none."""
        for candidate in self.candidates:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def findings(self, candidate: str) -> tuple[Finding, ...]:
        """Return the candidate's results beside the baseline's, by metric; metrics without a result are left out."""
        return tuple(
            Finding(metric, result, self.results.get((metric.name, self.baseline)))
            for metric in self.metrics
            if (result := self.results.get((metric.name, candidate))) is not None
        )

    def ahead(self, candidate: str, other: str) -> tuple[Finding, ...]:
        """Return the metrics in which `candidate` is certainly ahead of `other`.

        Verdicts hold candidates against the baseline only.  Between two others this asks that their 95 % intervals lie
        apart, which is stricter than a paired test: what it finds is there, what it does not find may be.
        """
        found = []
        for metric in self.directed:
            mine, its = self.results.get((metric.name, candidate)), self.results.get((metric.name, other))
            if mine and its and mine.interval and its.interval:
                low, high = (mine, its) if not metric.higher_is_better else (its, mine)
                if low.interval and high.interval and low.interval[1] < high.interval[0]:
                    found.append(Finding(metric, mine, its))
        return tuple(found)


def boards(comparison: Comparison) -> tuple[Board, ...]:
    """Return one board per task."""
    return tuple(
        Board(
            task=task,
            baseline=comparison.baseline,
            candidates=tuple(comparison.candidates),
            metrics=tuple(metric for metric in comparison.metrics if metric.task == task.name),
            results={
                (result.metric, result.candidate): result
                for result in comparison.results
                if result.task == task.name and result.slice is None
            },
            sliced=tuple(r for r in comparison.results if r.task == task.name and r.slice is not None),
        )
        for task in comparison.tasks
    )
