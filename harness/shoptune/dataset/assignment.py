"""Gives every example and training row its part: no group is divided, and what leaks is dealt with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from shoptune.data_report import Duplicates, LeakageReport
from shoptune.dataset.example_index import ExampleIndex, Ints, RowIndex
from shoptune.dataset.leakage import TRAIN, Leaks, find_leaks, is_held_out_from
from shoptune.dataset.near_duplicates import Clusters
from shoptune.dataset.splits import SPLITS, Split
from shoptune.errors import DataError
from shoptune.training_rows import ROW_KINDS

__all__ = ["LEFT_OUT", "NO_EXAMPLE", "Assignment", "assign"]

Scalar = TypeVar("Scalar", bound=np.generic)

LEFT_OUT = -1
"""The part of what is left out."""
NO_EXAMPLE = -2
"""The part of a row whose group has no example."""
MOST = 0.5
"""The share of the training examples of which no more may be left out in silence."""
SHOWN = 5
"""Duplicates and leaks that are named."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Where everything goes; parts are numbered as in `shoptune.dataset.leakage`, `LEFT_OUT` beside them."""

    examples: Ints
    """The part of each example."""
    rows: Mapping[str, Ints]
    """Other kind of training rows -> the part of each row; `NO_EXAMPLE` where there is no example of its group."""
    units: Ints
    """For each example a number that it shares with its group and with all groups of nearly the same text."""
    duplicates: Duplicates
    leakage: LeakageReport


def assign(examples: ExampleIndex, others: Sequence[RowIndex], clusters: Clusters, split: Split) -> Assignment:
    """Assign parts; raises DataError for a leak where the split says so.

    `clusters` numbers the texts of the examples first, then those of the `others` in their order.
    """
    n = len(examples)
    parts = _undivided(examples)
    groups = np.concatenate([examples.groups, *(rows.groups for rows in others)])
    of_rows = _parts_of_groups(groups[n:], examples.groups, parts)
    there = of_rows != NO_EXAMPLE
    leaks = find_leaks(np.r_[parts, np.where(there, of_rows, TRAIN)], groups, clusters.texts, clusters.labels)
    leaking = leaks.any[:n]
    leaking_rows = there & (leaks.any[n:] | np.isin(groups[n:], examples.groups[leaking]))
    leaking_by_kind = {kind: int(found.sum()) for kind, found in _by_kind(others, leaking_rows).items()}
    report = _leakage([examples, *others], leaks, parts, leaking_by_kind, split)
    if split.leakage == "fail" and leaks.any.any():
        raise DataError(_refusal(report))
    trained = parts == TRAIN
    if split.leakage == "leave_out" and (leaking & trained).sum() > MOST * trained.sum():
        raise DataError(_most_would_go(report, int((leaking & trained).sum()), int(trained.sum())))
    if split.leakage == "leave_out":
        parts = np.where(leaking, LEFT_OUT, parts)
        of_rows = np.where(leaking_rows, LEFT_OUT, of_rows)
    return Assignment(
        examples=parts,
        rows=_by_kind(others, of_rows),
        units=_units(examples.groups, clusters.labels[:n]),
        duplicates=_duplicates(examples, clusters),
        leakage=report,
    )


def _by_kind(others: Sequence[RowIndex], values: npt.NDArray[Scalar]) -> dict[str, npt.NDArray[Scalar]]:
    """Take apart what was computed for the rows of all kinds in one array."""
    ends = accumulate(map(len, others))
    return {rows.kind.name: values[end - len(rows) : end] for rows, end in zip(others, ends, strict=True)}


def _undivided(examples: ExampleIndex) -> Ints:
    """Return the parts, where a group that would be divided is held out as far as its furthest example."""
    parts, free = examples.parts, ~examples.fixed
    furthest = is_held_out_from(parts[free], examples.groups[free])
    parts[free] = np.where(furthest >= 0, parts[free][furthest], parts[free])
    return parts


def _parts_of_groups(wanted: Ints, groups: Ints, parts: Ints) -> Ints:
    """Return the part of each wanted group, of examples with these `groups` and `parts`."""
    known, first = np.unique(groups, return_index=True)
    at = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return np.where(known[at] == wanted, parts[first[at]], NO_EXAMPLE)


def _units(groups: Ints, labels: Ints) -> Ints:
    """Number the connected components of examples that share a group or a cluster of texts."""
    # Takes longer to import than a plan to make, which does not divide anything:
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    group, label = (np.unique(keys, return_inverse=True)[1] for keys in (groups, labels))
    size = group.max() + 1
    edges = coo_array((np.ones(len(group), dtype=np.int8), (group, label + size)), shape=(size + label.max() + 1,) * 2)
    return np.asarray(connected_components(edges, directed=False)[1][group], dtype=np.int64)


def _duplicates(examples: ExampleIndex, clusters: Clusters) -> Duplicates:
    n = len(examples)
    texts, labels = clusters.texts[:n], clusters.labels[:n]
    _, text, of_text = np.unique(texts, return_inverse=True, return_counts=True)
    _, first, cluster, of_cluster = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    repeated = of_text[text] > 1
    alike = of_cluster[cluster] > 1
    later = np.flatnonzero(alike & (first[cluster] != np.arange(n)))[:SHOWN]
    return Duplicates(
        exact=int(repeated.sum()),
        near=int((alike & ~repeated).sum()),
        largest=int(of_cluster.max()) if alike.any() else 0,
        first=_named(examples, [(int(first[cluster[i]]), int(i)) for i in later]),
    )


def _named(examples: ExampleIndex, found: list[tuple[int, int]]) -> list[str]:
    origins = examples.spool.origins({i for pair in found for i in pair})
    return [f"{origins[one]} ~ {origins[other]}" for one, other in found]


def _leakage(
    everything: Sequence[ExampleIndex | RowIndex],
    leaks: Leaks,
    parts: Ints,
    leaking_by_kind: dict[str, int],
    split: Split,
) -> LeakageReport:
    n = len(parts)
    leaking = [int(i) for i in np.flatnonzero(leaks.any[:n])[:SHOWN]]
    # Another kind's row can be what is leaked: then its example, which is held out with it, is not named.
    origins = _origins(everything, {*leaking, *(int(leaks.of[i]) for i in leaking)})
    return LeakageReport(
        action=split.leakage,
        similarity=split.similarity,
        by_id=int(leaks.by_id[:n].sum()),
        exact=int(leaks.exact[:n].sum()),
        near=int(leaks.near[:n].sum()),
        rows=leaking_by_kind,
        first=[f"{origins[i]} ({SPLITS[parts[i]]}) ~ {origins[int(leaks.of[i])]} (held out)" for i in leaking],
    )


def _origins(everything: Sequence[ExampleIndex | RowIndex], wanted: set[int]) -> dict[int, str]:
    """Return where the rows with these numbers stand, examples and then the other kinds numbered in one go."""
    origins: dict[int, str] = {}
    start = 0
    for rows in everything:
        own = {i - start for i in wanted if start <= i < start + len(rows)}
        origins |= {start + i: origin for i, origin in rows.spool.origins(own).items()}
        start += len(rows)
    return origins


def _most_would_go(report: LeakageReport, leaking: int, trained: int) -> str:
    return (
        f"{leaking:,} of {trained:,} training examples would be left out, since held-out ones say the same: "
        f"{_reasons(report)}. That is most of them. `split: {{leakage: keep}}` keeps what repeats on purpose, as a "
        "help desk's answers do, and results are then for such repetition; `similarity: 1` leaves out those alone "
        "that are the same word for word; `group`, beside the table's path, keeps together what belongs together"
    )


def _refusal(report: LeakageReport) -> str:
    return (
        f"training data stands in the held-out part as well: {_reasons(report)}. Take it out of one of them, "
        "or say `split: {leakage: leave_out}` to have it left out of training"
    )


def _reasons(report: LeakageReport) -> str:
    """Return how many leak and why, and where the first few stand."""
    counted = [
        f"{count:,} {what}"
        for count, what in (
            (report.by_id, "by id"),
            (report.exact, "word for word"),
            (report.near, f"nearly so (similarity {report.similarity:g} or more)"),
            *((found, f"as {ROW_KINDS[kind].title}") for kind, found in report.rows.items()),
        )
        if count
    ]
    first = f". First: {'; '.join(report.first)}" if report.first else ""
    return f"{', '.join(counted)}{first}"
