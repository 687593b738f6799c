"""One task's part of a comparison, laid out so that it can be looked up: metrics down, candidates across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from shoptune.comparison import CandidateInfo, Comparison, MetricInfo, Result, TaskInfo

__all__ = ["MetricResult", "TaskResults", "is_certain", "task_results"]


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A metric with what a candidate got, and what it is compared with."""

    metric: MetricInfo
    result: Result
    against: Result | None


@dataclass(frozen=True)
class TaskResults:
    """A task with its candidates, metrics and results, all in the order of the experiment file."""

    info: TaskInfo
    baseline: str
    candidates: tuple[CandidateInfo, ...]
    metrics: tuple[MetricInfo, ...]
    results: Mapping[tuple[str, str], Result]
    """(metric, candidate) -> the result on all samples."""
    sliced: tuple[Result, ...]
    """The results on slices."""

    @property
    def name(self) -> str:
        """The task's name."""
        return self.info.name

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

    def of(self, candidate: str) -> tuple[MetricResult, ...]:
        """Return the candidate's results beside the baseline's, by metric; metrics without a result are left out."""
        return tuple(
            MetricResult(metric, result, self.results.get((metric.name, self.baseline)))
            for metric in self.metrics
            if (result := self.results.get((metric.name, candidate))) is not None
        )

    def pick(self, candidate: str, metrics: Iterable[str]) -> tuple[MetricResult, ...]:
        """Return the candidate's results in the metrics of these names, in the order of the names."""
        found = {each.metric.name: each for each in self.of(candidate)}
        return tuple(found[name] for name in metrics)

    def ahead(self, candidate: str, other: str) -> tuple[MetricResult, ...]:
        """Return the metrics in which `candidate` is certainly ahead of `other`.

        Verdicts compare candidates with the baseline only.  Between two others this asks that their 95 % intervals lie
        apart, which is stricter than a paired test: what it finds is there, what it does not find may be.
        """
        found = []
        for metric in self.directed:
            mine, its = self.results.get((metric.name, candidate)), self.results.get((metric.name, other))
            if mine and its and mine.interval and its.interval:
                low, high = (mine, its) if not metric.higher_is_better else (its, mine)
                if low.interval and high.interval and low.interval[1] < high.interval[0]:
                    found.append(MetricResult(metric, mine, its))
        return tuple(found)


def task_results(comparison: Comparison) -> tuple[TaskResults, ...]:
    """Return the results task by task."""
    return tuple(
        TaskResults(
            info=task,
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


def is_certain(result: Result) -> bool:
    """Tell whether the 95 % interval of the difference leaves out zero; not corrected for the number of results."""
    return result.difference_interval is not None and not (
        result.difference_interval[0] <= 0 <= result.difference_interval[1]
    )
