"""Figures of one set of samples: every candidate beside the baseline, paired by sample and resampled by group.

Every figure depends on the seed, the task and its own rows alone: not on the other candidates and metrics, nor on their
order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from shoptune.comparing import statistics
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparison import Result, Slice
from shoptune.components import CorpusMetric, FloatArray
from shoptune.errors import PluginError
from shoptune.metrics.additive import Reducer, applies_to, checked_rows, values_of

__all__ = ["IndexArray", "Scores", "estimates_on", "scores_of"]

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Scores:
    """An additive metric's rows for all candidates."""

    metric: str
    component: Reducer
    rows: FloatArray
    """[n, candidates, k]."""
    applies: BoolArray
    """[n, candidates]."""


def scores_of(measured: Sequence[Measured], candidates: Sequence[str], samples: TaskSamples) -> list[Scores]:
    """Check what plugins' additive metrics made, and put it together; raises PluginError."""
    return [_scores(m, m.component, candidates, samples) for m in measured if not isinstance(m.component, CorpusMetric)]


def _scores(measured: Measured, component: Reducer, candidates: Sequence[str], samples: TaskSamples) -> Scores:
    where = f"Metric {measured.metric!r} on task {measured.task!r}"
    rows = [checked_rows(measured.rows[c], samples.groups, f"{where}, candidate {c!r}") for c in candidates]
    widths = {c: found.shape[1] for c, found in zip(candidates, rows, strict=True)}
    if len(set(widths.values())) != 1:
        raise PluginError(f"{where}: rows must be equally long for all candidates, and are {widths}.")
    applies = [applies_to(component, found) for found in rows]
    return Scores(measured.metric, component, np.stack(rows, axis=1), np.stack(applies, axis=1))


def estimates_on(
    samples: TaskSamples,
    members: IndexArray,
    part: Slice | None,
    scores: Sequence[Scores],
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
        smallest = statistics.minimum_detectable_effect(paired, groups)
        p_values = statistics.p_value(differences, paired, groups)
    else:
        simultaneous = statistics.simultaneous_interval(difference_intervals, groups, parts)

    results = {}
    for i, score in enumerate(scores):
        for j, candidate in enumerate(candidates):
            result: dict[str, object] = {
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
                    result["minimum_detectable_effect"] = _known(smallest[i, j])
                    if score.component.higher_is_better is not None:
                        result["p_value"] = _known(p_values[i, j])
                        result |= _gains(score, j, base)
            results[score.metric, candidate] = Result.model_validate(result)
    return results


def _values(scores: Sequence[Scores], totals: FloatArray) -> FloatArray:
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


def _gains(score: Scores, candidate: int, baseline: int) -> dict[str, int]:
    """Count the samples on which the candidate does better, worse and alike, where the metric applies to both."""
    both = score.applies[:, candidate] & score.applies[:, baseline]
    ours, theirs = (values_of(score.component, score.rows[both, place]) for place in (candidate, baseline))
    gain = statistics.paired_difference(ours, theirs)
    if not score.component.higher_is_better:
        gain = -gain
    return {"wins": int((gain > 0).sum()), "losses": int((gain < 0).sum()), "ties": int((gain == 0).sum())}
