"""Where a candidate got worse: results on slices, the worst first, and in full as a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import CandidateInfo, MetricInfo, Result, Slice
from shoptune.task_results import TaskResults, is_certain

__all__ = ["Grid", "GridRow", "Regression", "grids", "regressions", "slice_keys"]


@dataclass(frozen=True, slots=True)
class Regression:
    """A metric of a candidate on a slice where it is behind the baseline."""

    metric: MetricInfo
    result: Result
    slice: Slice
    harm: float
    """The difference in the bad direction as a share of the metric's scale, so that metrics can be ranked: of 1 for a
    share, of the largest value seen for scores and counts."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One slice with its results, one per metric."""

    value: str
    n: int
    results: tuple[Result | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A candidate's differences: slices of one key down, metrics across."""

    candidate: CandidateInfo
    metrics: tuple[MetricInfo, ...]
    rows: tuple[GridRow, ...]
    left_out: int
    """Slices that were too many to show; the smallest."""


def slice_keys(task: TaskResults) -> tuple[str, ...]:
    """Return what results are broken down by (category, brand, ...), in the order in which it comes."""
    return tuple(dict.fromkeys(result.slice.by for result in task.sliced if result.slice))


def regressions(task: TaskResults, by: str | None = None, limit: int = 10) -> tuple[Regression, ...]:
    """Return the worst regressions of all candidates, on slices of one key or of all: certain ones before others.

    A small slice may show a large difference by chance; it does not push a smaller one that is there off the list.
    """
    metrics = {metric.name: metric for metric in task.directed}
    scale = {name: 1.0 if metric.format == "share" else 0.0 for name, metric in metrics.items()}
    for result in (*task.results.values(), *task.sliced):
        if result.metric in scale and result.value is not None:
            scale[result.metric] = max(scale[result.metric], abs(result.value))
    found = []
    for result in task.sliced:
        metric = metrics.get(result.metric)
        if metric is None or result.slice is None or result.difference is None or (by and result.slice.by != by):
            continue
        loss = -result.difference if metric.higher_is_better else result.difference
        if loss > 0 and scale[metric.name]:
            found.append(Regression(metric, result, result.slice, loss / scale[metric.name]))
    return tuple(sorted(found, key=lambda r: (not is_certain(r.result), -r.harm))[:limit])


def grids(task: TaskResults, by: str, limit: int = 25) -> tuple[Grid, ...]:
    """Return one grid per candidate for the slices of one key, the largest `limit` slices only."""
    cells = {(r.slice.value, r.metric, r.candidate): r for r in task.sliced if r.slice and r.slice.by == by}
    measured = {metric for _, metric, _ in cells}
    metrics = tuple(metric for metric in task.directed if metric.name in measured)
    sizes: dict[str, int] = {}
    for (value, _, _), result in cells.items():
        sizes[value] = max(sizes.get(value, 0), result.n)
    values = sorted(sizes, key=lambda value: (-sizes[value], value))
    return tuple(
        Grid(candidate, metrics, _rows(candidate.name, metrics, values[:limit], cells, sizes), len(values[limit:]))
        for candidate in task.rivals
    )


def _rows(
    candidate: str,
    metrics: Sequence[MetricInfo],
    values: Sequence[str],
    cells: dict[tuple[str, str, str], Result],
    sizes: dict[str, int],
) -> tuple[GridRow, ...]:
    return tuple(
        GridRow(value, sizes[value], tuple(cells.get((value, metric.name, candidate)) for metric in metrics))
        for value in values
    )
