"""From measured rows to results: every candidate beside the baseline, paired by sample and resampled by group.

Every figure depends on the seed, the task and its own rows alone: not on the other candidates and metrics, nor on their
order.  Only `Result.p_adjusted`, and the verdict that follows from it, looks at the whole experiment.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from shoptune import statistics
from shoptune.comparison import Result, Slice, Verdict
from shoptune.components import AdditiveMetric, FloatArray, Metric
from shoptune.errors import PluginError

__all__ = ["MAX_SLICES", "Measured", "TaskSamples", "applies_to", "compare", "values_of"]

MAX_SLICES = 30
"""What has more values than this (a brand, a colour) is no breakdown that anyone would read."""

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class TaskSamples:
    """The n scored samples of one task, in the order of the rows."""

    task: str
    groups: Sequence[str]
    """What is resampled: the sample's product."""
    slices: Sequence[Mapping[str, str]]
    invalid: Mapping[str, BoolArray]
    """Candidate -> which of its answers did not parse [n]."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one metric made of every candidate's samples: `rows` if it is additive, else `values`."""

    task: str
    metric: str
    """The metric's name in the experiment, which may differ from the component's."""
    component: Metric
    rows: Mapping[str, FloatArray] = field(default_factory=dict)
    """Candidate -> [n, k]."""
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Score:
    """An additive metric's rows for one candidate."""

    metric: str
    component: AdditiveMetric[Any]
    candidate: str
    rows: FloatArray
    applies: BoolArray

    def reduce(self, totals: FloatArray) -> FloatArray:
        """Totals [m, k] -> values [m]; NaN for those that aren't finite."""
        return values_of(self.component, totals)


def values_of(metric: AdditiveMetric[Any], totals: FloatArray) -> FloatArray:
    """Reduce totals [..., k] to values [...], NaN for those that aren't finite; raises PluginError for a bad reduce."""
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.asarray(metric.reduce(totals), dtype=np.float64)
    except Exception as error:
        raise PluginError(f"Metric {metric.name!r}: reduce raised {type(error).__name__}: {error}") from error
    if values.shape != totals.shape[:-1]:
        raise PluginError(
            f"Metric {metric.name!r}: reduce gave shape {values.shape} for totals of shape {totals.shape}; "
            f"it must give {totals.shape[:-1]}."
        )
    return np.where(np.isfinite(values), values, np.nan)


def applies_to(metric: AdditiveMetric[Any], rows: FloatArray) -> BoolArray:
    """Say which rows [n, k] the metric applies to, [n]; raises PluginError where the metric can't."""
    try:
        applies = np.asarray(metric.applies(rows), dtype=np.bool_)
    except Exception as error:
        raise PluginError(f"Metric {metric.name!r}: applies raised {type(error).__name__}: {error}") from error
    if applies.shape != rows.shape[:-1]:
        raise PluginError(
            f"Metric {metric.name!r}: applies gave shape {applies.shape} for rows of shape {rows.shape}; "
            f"it must give {rows.shape[:-1]}."
        )
    return applies


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

    `slices` names what results are broken down by (None: all that the samples carry).  A key is left out where it has
    one value or more than `MAX_SLICES`, a value where it has fewer than two groups.  A slice's results have intervals
    but no verdicts.

    Verdicts are for all samples: *better* or *worse* where the p-value is at most 0.05 after Holm's correction for all
    verdicts of the experiment, else *inconclusive*.
    """
    results = []
    for samples in tasks:
        metrics = [m for m in measured if m.task == samples.task]
        scores = [s for m in metrics for s in _scores(m, candidates, len(samples.groups))]
        everything = np.arange(len(samples.groups))
        figures = _figures(samples, everything, None, scores, baseline, seed=seed, resamples=resamples)
        results += [
            figures[m.metric, c] if isinstance(m.component, AdditiveMetric) else _corpus_result(m, c, samples)
            for m in metrics
            for c in candidates
        ]
        for part, members in _parts(samples, slices):
            figures = _figures(samples, members, part, scores, baseline, seed=seed, resamples=resamples)
            results += figures.values()
    return _with_verdicts(results, {(m.task, m.metric): m.component for m in measured})


def _scores(measured: Measured, candidates: Sequence[str], n: int) -> Iterator[_Score]:
    """Check an additive metric's rows, which a plugin made, and yield them; nothing for another metric."""
    component = measured.component
    if not isinstance(component, AdditiveMetric):
        return
    width = {measured.rows[c].shape[-1] for c in candidates}
    for candidate in candidates:
        rows = np.asarray(measured.rows[candidate], dtype=np.float64)
        where = f"Metric {measured.metric!r} on task {measured.task!r}, candidate {candidate!r}"
        if rows.ndim != 2 or len(rows) != n or len(width) != 1:
            raise PluginError(
                f"{where}: rows have shape {rows.shape}; needed is one row for each of {n} samples, "
                "equally long for all candidates."
            )
        if not np.isfinite(rows).all():
            first = int(np.argmin(np.isfinite(rows).all(axis=1)))
            raise PluginError(
                f"{where}: row {first} holds {rows[first].tolist()}; rows must be finite. "
                "A sample that the metric does not apply to is a row of zeros."
            )
        yield _Score(measured.metric, component, candidate, rows, applies_to(component, rows))


def _parts(samples: TaskSamples, slices: Sequence[str] | None) -> Iterator[tuple[Slice, IndexArray]]:
    """Yield the slices worth a result, and which samples are in each."""
    for by in slices if slices is not None else sorted({key for sample in samples.slices for key in sample}):
        found: dict[str, list[int]] = {}
        for place, sample in enumerate(samples.slices):
            if by in sample:
                found.setdefault(sample[by], []).append(place)
        if not 1 < len(found) <= MAX_SLICES:
            continue
        for value, members in sorted(found.items()):
            if len({samples.groups[place] for place in members}) > 1:
                yield Slice(by=by, value=value), np.array(members)


def _figures(
    samples: TaskSamples,
    members: IndexArray,
    part: Slice | None,
    scores: Sequence[_Score],
    baseline: str,
    *,
    seed: int,
    resamples: int,
) -> dict[tuple[str, str], Result]:
    """Return the results of `scores` on the samples `members`, by metric and candidate; verdicts come later."""
    if not scores:
        return {}
    _, member = np.unique(np.array(samples.groups)[members], return_inverse=True)
    replicates = _replicates(scores, members, member, _seed(seed, samples.task, part), resamples)
    values = [
        float(s.reduce(s.rows[members].sum(axis=0, keepdims=True))[0]) if s.applies[members].any() else np.nan
        for s in scores
    ]
    place = {(s.metric, s.candidate): i for i, s in enumerate(scores)}
    results = {}
    for i, score in enumerate(scores):
        applies = score.applies[members]
        result: dict[str, Any] = {
            "task": samples.task,
            "metric": score.metric,
            "candidate": score.candidate,
            "slice": part,
            "value": None if np.isnan(values[i]) else values[i],
            "interval": statistics.interval(replicates[i], len(np.unique(member[applies]))),
            "n": int(applies.sum()),
            "invalid": int(samples.invalid[score.candidate][members].sum()),
        }
        j = place[score.metric, baseline]
        difference = float(statistics.paired_difference(values[i], values[j]))
        if score.candidate != baseline and not np.isnan(difference):
            differences = statistics.paired_difference(replicates[i], replicates[j])
            groups = len(np.unique(member[applies | scores[j].applies[members]]))
            result |= {"difference": difference, "difference_interval": statistics.interval(differences, groups)}
            if part is None:
                result["smallest_detectable"] = statistics.smallest_detectable(differences, groups)
                if score.component.higher_is_better is not None:
                    result["p_value"] = statistics.p_value(difference, differences, groups)
                    result |= _gains(score, scores[j])
        results[score.metric, score.candidate] = Result(**result)
    return results


def _replicates(
    scores: Sequence[_Score], members: IndexArray, member: IndexArray, seed: int, resamples: int
) -> FloatArray:
    """Return every score's value in every resample, [scores, resamples], from one set of resampling weights."""
    sums = [statistics.sum_by_group(score.rows[members], member) for score in scores]
    ends = np.cumsum([s.shape[1] for s in sums])

    def values(totals: FloatArray) -> FloatArray:
        columns = np.split(totals, ends[:-1], axis=1)
        return np.stack([s.reduce(c) for s, c in zip(scores, columns, strict=True)], axis=1)

    return statistics.bootstrap(np.hstack(sums), values, resamples=resamples, seed=seed).T.copy()


def _seed(seed: int, task: str, part: Slice | None) -> int:
    """Derive a seed that other tasks and slices do not share, the same in every process."""
    name = json.dumps([seed, task, part and part.by, part and part.value])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def _gains(candidate: _Score, baseline: _Score) -> dict[str, int]:
    """Count the samples on which the candidate does better, worse and alike, where the metric applies to both."""
    both = candidate.applies & baseline.applies
    gain = statistics.paired_difference(candidate.reduce(candidate.rows[both]), baseline.reduce(baseline.rows[both]))
    if not candidate.component.higher_is_better:
        gain = -gain
    return {"gained": int((gain > 0).sum()), "lost": int((gain < 0).sum()), "tied": int((gain == 0).sum())}


def _corpus_result(measured: Measured, candidate: str, samples: TaskSamples) -> Result:
    """Return a value without interval, difference or verdict."""
    value = measured.values[candidate]
    return Result(
        task=samples.task,
        metric=measured.metric,
        candidate=candidate,
        value=float(value) if np.isfinite(value) else None,
        n=len(samples.groups),
        invalid=int(samples.invalid[candidate].sum()),
    )


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
