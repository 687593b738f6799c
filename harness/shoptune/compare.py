"""From measured rows to results: every candidate beside the baseline, paired by sample and resampled by group.

Every figure depends on the seed, the task and its own rows alone: not on the other candidates and metrics, nor on their
order.  Only `Result.p_adjusted`, and the verdict that follows from it, looks at the whole experiment.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shoptune import statistics
from shoptune.additive import applies_to, checked_rows, values_of
from shoptune.breakdown import breakdown
from shoptune.comparison import Result, Slice, Spread, Verdict
from shoptune.components import AdditiveMetric, FloatArray, Metric
from shoptune.errors import PluginError
from shoptune.prompts import OWN, SLICE

__all__ = ["Measured", "TaskSamples", "compare"]

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class TaskSamples:
    """The n scored samples of one task, in the order of the rows."""

    task: str
    groups: Sequence[str]
    """What is resampled: the sample's product."""
    slices: Sequence[Mapping[str, str]]
    prompts: Sequence[str] = (OWN,)
    """How the task is asked.  Where in several ways, every sample's slice `prompt` says in which."""
    invalid: Mapping[str, BoolArray]
    """Candidate -> which of its answers did not parse [n]."""

    @property
    def have_several_prompts(self) -> bool:
        """Whether each example was asked in several ways."""
        return len(self.prompts) > 1


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one metric made of every candidate's samples: `rows` if it is additive, else `values`."""

    task: str
    metric: str
    """The metric's name in the experiment, which may differ from the component's."""
    component: Metric
    rows: Mapping[str, FloatArray] = field(default_factory=dict)
    """Candidate -> [n, k]."""
    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Candidate -> prompt -> value."""


@dataclass(frozen=True)
class _Scores:
    """An additive metric's rows for all candidates."""

    metric: str
    component: AdditiveMetric[Any]
    rows: FloatArray
    """[n, candidates, k]."""
    applies: BoolArray
    """[n, candidates]."""


def compare(
    tasks: Sequence[TaskSamples],
    measured: Sequence[Measured],
    candidates: Sequence[str],
    baseline: str,
    *,
    seed: int,
    resamples: int = statistics.RESAMPLES,
    slices: Sequence[str] | None = None,
) -> list[Result]:
    """Return one result per metric and candidate of each task, then the same for each slice of the task's samples.

    `slices` names what results are broken down by (None: all that the samples carry); `shoptune.breakdown` says which
    values get a slice.  A slice's results have intervals, one of them for all of a task's slices at once, but no
    verdicts.  Where a task has several prompts, it is always
    broken down by them, and their spread stands beside the results on all samples.

    Verdicts are for all samples: *better* or *worse* where the p-value is at most 0.05 after Holm's correction for all
    verdicts of the experiment, else *inconclusive*.
    """
    results: list[Result] = []
    for samples in tasks:
        metrics = [m for m in measured if m.task == samples.task]
        scores = [
            _scores(m, m.component, candidates, samples) for m in metrics if isinstance(m.component, AdditiveMetric)
        ]
        everything = np.arange(len(samples.groups))
        figures = _figures(samples, everything, None, scores, candidates, baseline, seed=seed, resamples=resamples)
        found = [
            figures[m.metric, c]
            if isinstance(m.component, AdditiveMetric)
            else _corpus_result(m, c, samples, everything, None)
            for m in metrics
            for c in candidates
        ]
        parts = list(_parts(samples, slices))
        for part, members in parts:
            figures = _figures(
                samples, members, part, scores, candidates, baseline, seed=seed, resamples=resamples, parts=len(parts)
            )
            found += figures.values()
            if part.by == SLICE and samples.have_several_prompts:
                found += [_corpus_result(m, c, samples, members, part) for m in metrics if m.values for c in candidates]
        results += _with_spread(found) if samples.have_several_prompts else found
    return _with_verdicts(results, {(m.task, m.metric): m.component for m in measured})


def _scores(
    measured: Measured, component: AdditiveMetric[Any], candidates: Sequence[str], samples: TaskSamples
) -> _Scores:
    """Check what a plugin made, and put it together; raises PluginError."""
    where = f"Metric {measured.metric!r} on task {measured.task!r}"
    rows = [checked_rows(measured.rows[c], samples.groups, f"{where}, candidate {c!r}") for c in candidates]
    widths = {c: found.shape[1] for c, found in zip(candidates, rows, strict=True)}
    if len(set(widths.values())) != 1:
        raise PluginError(f"{where}: rows must be equally long for all candidates, and are {widths}.")
    applies = [applies_to(component, found) for found in rows]
    return _Scores(measured.metric, component, np.stack(rows, axis=1), np.stack(applies, axis=1))


def _parts(samples: TaskSamples, slices: Sequence[str] | None) -> Iterator[tuple[Slice, IndexArray]]:
    """Yield the slices worth a result, and which samples are in each."""
    if samples.have_several_prompts:
        for prompt in samples.prompts:
            asked = [place for place, sample in enumerate(samples.slices) if sample[SLICE] == prompt]
            yield Slice(by=SLICE, value=prompt), np.array(asked)
    for by in slices if slices is not None else sorted({key for sample in samples.slices for key in sample}):
        if by == SLICE and samples.have_several_prompts:
            continue
        for value, members in breakdown([sample.get(by) for sample in samples.slices], samples.groups).items():
            yield Slice(by=by, value=value), members


def _figures(
    samples: TaskSamples,
    members: IndexArray,
    part: Slice | None,
    scores: Sequence[_Scores],
    candidates: Sequence[str],
    baseline: str,
    *,
    seed: int,
    resamples: int,
    parts: int = 1,
) -> dict[tuple[str, str], Result]:
    """Return the results of `scores` on the samples `members`, by metric and candidate; verdicts come later.

    `parts` is the number of slices that the simultaneous intervals of each shall hold for.
    Arrays of figures are [metrics, candidates] throughout, replicates [metrics, candidates, resamples].
    """
    if not scores:
        return {}
    base = list(candidates).index(baseline)
    _, member = np.unique(np.array(samples.groups)[members], return_inverse=True)
    columns = np.hstack([s.rows[members].reshape(len(members), -1) for s in scores])
    applies = np.stack([s.applies[members] for s in scores], axis=1)

    sums = statistics.sum_by_group(columns, member)
    reduce = partial(_values, scores)
    drawn = statistics.bootstrap(sums, reduce, resamples=resamples, seed=_seed(seed, samples.task, part))
    replicates = np.moveaxis(drawn, 0, -1).copy()
    n = applies.sum(axis=0)
    values = np.where(n > 0, _values(scores, _total(sums))[0], np.nan)
    skew = statistics.acceleration(sums, reduce)
    intervals = statistics.interval(np.sort(replicates), _groups_in(applies, member), skew=skew)

    differences = statistics.paired_difference(values, values[:, [base]])
    differences[:, base] = np.nan
    paired = np.sort(statistics.paired_difference(replicates, replicates[:, [base]]))
    groups = _groups_in(applies | applies[..., [base]], member)
    difference_intervals = statistics.interval(paired, groups)
    if part is None:
        smallest = statistics.smallest_detectable(paired, groups)
        p_values = statistics.p_value(differences, paired, groups)
    else:
        simultaneous = statistics.simultaneous_interval(difference_intervals, groups, parts)

    results = {}
    for i, score in enumerate(scores):
        for j, candidate in enumerate(candidates):
            result: dict[str, Any] = {
                "task": samples.task,
                "metric": score.metric,
                "candidate": candidate,
                "slice": part,
                "value": _known(values[i, j]),
                "interval": _known_interval(intervals[i, j]),
                "n": int(n[i, j]),
                "invalid": int(samples.invalid[candidate][members].sum()),
            }
            if not np.isnan(differences[i, j]):
                result |= {
                    "difference": float(differences[i, j]),
                    "difference_interval": _known_interval(difference_intervals[i, j]),
                }
                if part is not None:
                    result["simultaneous_interval"] = _known_interval(simultaneous[i, j])
                else:
                    result["smallest_detectable"] = _known(smallest[i, j])
                    if score.component.higher_is_better is not None:
                        result["p_value"] = _known(p_values[i, j])
                        result |= _gains(score, j, base)
            results[score.metric, candidate] = Result(**result)
    return results


def _values(scores: Sequence[_Scores], totals: FloatArray) -> FloatArray:
    """Reduce totals [m, columns of all metrics and candidates] to values [m, metrics, candidates]."""
    m, start, values = len(totals), 0, []
    for score in scores:
        _, c, k = score.rows.shape
        of_metric = totals[:, start : start + c * k].reshape(m * c, k)
        values.append(values_of(score.component, of_metric).reshape(m, c))
        start += c * k
    return np.stack(values, axis=1)


def _total(sums: FloatArray) -> FloatArray:
    """Sum over groups: [1, columns]."""
    return statistics.sum_by_group(sums, np.zeros(len(sums), dtype=np.intp))


def _groups_in(applies: BoolArray, member: IndexArray) -> IndexArray:
    """Count the groups with a sample that a metric applies to: [n, metrics, candidates] -> [metrics, candidates]."""
    counts = statistics.sum_by_group(applies.reshape(len(applies), -1).astype(np.float64), member)
    return np.asarray(np.count_nonzero(counts, axis=0).reshape(applies.shape[1:]))


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _known_interval(bounds: FloatArray) -> tuple[float, float] | None:
    return None if np.isnan(bounds).any() else (float(bounds[0]), float(bounds[1]))


def _seed(seed: int, task: str, part: Slice | None) -> int:
    """Derive a seed that other tasks and slices do not share, the same in every process."""
    name = json.dumps([seed, task, part and part.by, part and part.value])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def _gains(score: _Scores, candidate: int, baseline: int) -> dict[str, int]:
    """Count the samples on which the candidate does better, worse and alike, where the metric applies to both."""
    both = score.applies[:, candidate] & score.applies[:, baseline]
    ours, theirs = (values_of(score.component, score.rows[both, place]) for place in (candidate, baseline))
    gain = statistics.paired_difference(ours, theirs)
    if not score.component.higher_is_better:
        gain = -gain
    return {"gained": int((gain > 0).sum()), "lost": int((gain < 0).sum()), "tied": int((gain == 0).sum())}


def _corpus_result(
    measured: Measured, candidate: str, samples: TaskSamples, members: IndexArray, part: Slice | None
) -> Result:
    """Return a value without interval, difference or verdict: one prompt's, or the mean over all prompts."""
    values = measured.values[candidate]
    value = np.mean([values[prompt] for prompt in (samples.prompts if part is None else [part.value])])
    return Result(
        task=samples.task,
        metric=measured.metric,
        candidate=candidate,
        slice=part,
        value=float(value) if np.isfinite(value) else None,
        n=len(members),
        invalid=int(samples.invalid[candidate][members].sum()),
    )


def _with_spread(results: Sequence[Result]) -> list[Result]:
    """Add to the results on all of a task's samples how far the prompts' values lie apart."""
    values: dict[tuple[str, str], list[float]] = {}
    for result in results:
        if result.slice and result.slice.by == SLICE and result.value is not None:
            values.setdefault((result.metric, result.candidate), []).append(result.value)

    def spread(result: Result) -> Spread | None:
        found = values.get((result.metric, result.candidate), [])
        if result.slice or len(found) < 2:
            return None
        return Spread(prompts=len(found), lowest=min(found), highest=max(found), deviation=float(np.std(found, ddof=1)))

    return [result.model_copy(update={"spread": spread(result)}) for result in results]


def _with_verdicts(results: Sequence[Result], components: Mapping[tuple[str, str], Metric]) -> list[Result]:
    """Correct all p-values of the experiment together, and say what follows."""

    def verdict(result: Result, adjusted: float | None) -> Verdict | None:
        higher_is_better = components[result.task, result.metric].higher_is_better
        if result.slice is not None or result.difference is None or higher_is_better is None:
            return None
        if adjusted is None or adjusted > statistics.ALPHA:
            return "inconclusive"
        return "better" if (result.difference > 0) == higher_is_better else "worse"

    adjusted = statistics.holm([result.p_value for result in results])
    return [
        result.model_copy(update={"p_adjusted": p, "verdict": verdict(result, p)})
        for result, p in zip(results, adjusted, strict=True)
    ]
