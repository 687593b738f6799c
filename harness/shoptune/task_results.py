"""One task's part of a comparison, laid out so that it can be looked up: metrics down, candidates across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from shoptune.comparison import CandidateInfo, Comparison, MetricInfo, Result, TaskInfo, Verdict, Versus

__all__ = ["MAX_LEFT_OUT", "MetricResult", "TaskResults", "is_certain", "leaves_out_too_many", "task_results"]

MAX_LEFT_OUT = 0.05
"""The share of answers that a metric may leave out and still be relied on: those in languages that it does not cover,
and invalid ones in which there is nothing to measure.  What is left may be the easy ones."""


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
    versus: tuple[Versus, ...] = ()
    """The comparisons of two candidates neither of which is the baseline."""

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
        """Return the metrics in which `candidate` is certainly ahead of `other`, by the paired comparison of both."""
        if self.baseline in (candidate, other):
            rival, better = (candidate, "better") if other == self.baseline else (other, "worse")
            found = {metric.name for metric in self.directed if self._verdict(metric.name, rival) == better}
        else:
            found = {v.metric for v in self.versus if (v.candidate, v.other, v.verdict) == (candidate, other, "better")}
            found |= {v.metric for v in self.versus if (v.candidate, v.other, v.verdict) == (other, candidate, "worse")}
        return tuple(
            MetricResult(metric, self.results[metric.name, candidate], self.results.get((metric.name, other)))
            for metric in self.directed
            if metric.name in found
        )

    def _verdict(self, metric: str, candidate: str) -> Verdict | None:
        result = self.results.get((metric, candidate))
        return result.verdict if result else None


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
            versus=tuple(v for v in comparison.versus if v.task == task.name),
        )
        for task in comparison.tasks
    )


def leaves_out_too_many(result: Result | None) -> bool:
    """Tell whether a metric leaves out more than `MAX_LEFT_OUT` of the answers that it should have measured."""
    return result is not None and result.left_out > MAX_LEFT_OUT * (result.n + result.left_out)


def is_certain(result: Result) -> bool:
    """Tell whether the 95 % interval of the difference leaves out zero; not corrected for the number of results."""
    return result.difference_interval is not None and not (
        result.difference_interval[0] <= 0 <= result.difference_interval[1]
    )
