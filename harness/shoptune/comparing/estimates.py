"""Figures of one set of samples: every candidate's, resampled by group, and their paired differences.

Every figure depends on the seed, the task and its own rows alone: not on the other candidates and metrics, nor on their
order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from shoptune.comparing import statistics
from shoptune.comparing.differences import Differences, Judged
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparison import Slice
from shoptune.components import CorpusMetric, FloatArray
from shoptune.errors import PluginError
from shoptune.metrics.additive import Reducer, applies_to, checked_rows, judged_of, reference_of, values_of

__all__ = ["BoolArray", "Estimates", "IndexArray", "Scores", "estimates_on", "scores_of"]

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
    uncovered: Mapping[str, Sequence[str | None]]
    """As `Measured.uncovered`."""


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
    return Scores(measured.metric, component, np.stack(rows, axis=1), np.stack(applies, axis=1), measured.uncovered)


@dataclass(frozen=True)
class Estimates:
    """The figures of all scores and candidates: [metrics, candidates]."""

    scores: Sequence[Scores]
    values: FloatArray
    intervals: FloatArray
    """[metrics, candidates, 2]."""
    references: FloatArray
    """What the references get by the same measure; NaN where a metric does not say."""
    n: IndexArray
    """Samples that the metric applies to."""
    _judged: Judged
    _applies: BoolArray
    """[samples, metrics, candidates]."""
    _member: IndexArray
    """[samples]: the number of each one's group."""
    _sums: Sequence[FloatArray]
    """Metric by metric [groups, candidates, k]."""

    def compare(self, candidate: int, other: int) -> Differences:
        """Return how far a candidate is from another, metric by metric."""
        groups = _groups_in(self._applies[..., candidate] | self._applies[..., other], self._member)
        differing = [np.count_nonzero((sums[:, candidate] != sums[:, other]).any(axis=-1)) for sums in self._sums]
        return self._judged.difference(candidate, other, groups, np.array(differing, dtype=np.intp))


def estimates_on(
    samples: TaskSamples,
    members: IndexArray,
    part: Slice | None,
    scores: Sequence[Scores],
    *,
    seed: int,
    resamples: int,
) -> Estimates:
    """Return the figures of `scores`, which are not none, on the samples `members`, those of the slice `part`."""
    _, member = np.unique(np.array(samples.groups)[members], return_inverse=True)
    columns = np.hstack([s.rows[members].reshape(len(members), -1) for s in scores])
    applies = np.stack([s.applies[members] for s in scores], axis=1)
    n, groups = applies.sum(axis=0), _groups_in(applies, member)
    are_shares = np.array([s.component.format == "share" for s in scores])

    sums = statistics.sum_by_group(columns, member)
    total = statistics.sum_by_group(sums, np.zeros(len(sums), dtype=np.intp))
    drawn = statistics.bootstrap(
        sums, partial(_figures, scores), resamples=resamples, seed=_seed(seed, samples.task, part)
    )
    replicates, judged = np.moveaxis(drawn, 0, -1).copy()
    values, judged_values = np.where(n > 0, _figures(scores, total)[0], np.nan)
    ascending = np.sort(replicates)
    errors = statistics.standard_error(ascending, groups)
    varied = np.where(errors > 0, 1.0, np.nan)  # what never varied gives a resample nothing to tell
    skew = statistics.acceleration(sums, partial(_of, values_of, scores))
    return Estimates(
        scores=scores,
        values=values,
        intervals=np.where(
            are_shares[:, None, None],
            statistics.share_interval(values, errors, groups),
            statistics.interval(ascending, groups, skew=skew) * varied[..., None],
        ),
        references=np.where(n > 0, _of(reference_of, scores, total)[0], np.nan),
        n=n,
        _judged=Judged(judged_values, judged, groups, are_shares),
        _applies=applies,
        _member=member,
        _sums=[
            of_metric.reshape(len(sums), -1, s.rows.shape[2])
            for s, of_metric in zip(scores, _by_metric(scores, sums), strict=True)
        ],
    )


def _by_metric(scores: Sequence[Scores], columns: FloatArray) -> list[FloatArray]:
    """Part the columns [m, of all metrics and candidates] by metric."""
    widths = [s.rows.shape[1] * s.rows.shape[2] for s in scores]
    return np.split(columns, np.cumsum(widths)[:-1], axis=1)


def _of(
    figure: Callable[[Reducer, FloatArray], FloatArray], scores: Sequence[Scores], totals: FloatArray
) -> FloatArray:
    """Return a figure of totals [m, columns of all metrics and candidates]: [m, metrics, candidates]."""
    of_metrics = zip(scores, _by_metric(scores, totals), strict=True)
    return np.stack([figure(s.component, of.reshape(len(of), -1, s.rows.shape[2])) for s, of in of_metrics], axis=1)


def _figures(scores: Sequence[Scores], totals: FloatArray) -> FloatArray:
    """Return the values and what is judged: [m, 2, metrics, candidates]."""
    return np.stack([_of(values_of, scores, totals), _of(judged_of, scores, totals)], axis=1)


def _groups_in(applies: BoolArray, member: IndexArray) -> IndexArray:
    """Count the groups with a sample that a metric applies to: [samples, ...] -> [...]."""
    counts = statistics.sum_by_group(applies.reshape(len(applies), -1).astype(np.float64), member)
    return np.asarray(np.count_nonzero(counts, axis=0).reshape(applies.shape[1:]))


def _seed(seed: int, task: str, part: Slice | None) -> int:
    """Derive a seed that other tasks and slices do not share, the same in every process."""
    name = json.dumps([seed, task, part and part.by, part and part.value])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
