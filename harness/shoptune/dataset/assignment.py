"""Gives every example and pair its part: no group is divided, and what leaks is dealt with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoptune.data_report import Duplicates, LeakageReport
from shoptune.dataset.example_index import ExampleIndex, Ints, PairPool
from shoptune.dataset.leakage import TRAIN, Leaks, find_leaks, is_held_out_from
from shoptune.dataset.near_duplicates import Clusters
from shoptune.dataset.splits import SPLITS, Split
from shoptune.errors import DataError

__all__ = ["LEFT_OUT", "Assignment", "assign"]

LEFT_OUT = -1
"""The part of what is left out."""
SHOWN = 5
"""Duplicates and leaks that are named."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Where everything goes; parts are numbered as in `shoptune.dataset.leakage`, `LEFT_OUT` beside them."""

    examples: Ints
    """The part of each example."""
    pairs: Ints
    """The part of each pair; `NO_EXAMPLE` where there is no example of its group."""
    units: Ints
    """For each example a number that it shares with its group and with all groups of nearly the same text."""
    duplicates: Duplicates
    leakage: LeakageReport


NO_EXAMPLE = -2


def assign(examples: ExampleIndex, pairs: PairPool, clusters: Clusters, split: Split) -> Assignment:
    """Assign parts; raises DataError for a leak where the split says so.

    `clusters` numbers the texts of the examples first, then those of the pairs.
    """
    n = len(examples)
    parts = _undivided(examples)
    of_pairs = _parts_of_pairs(pairs, examples, parts)
    there = of_pairs != NO_EXAMPLE
    groups = np.r_[examples.groups, pairs.groups]
    leaks = find_leaks(np.r_[parts, np.where(there, of_pairs, TRAIN)], groups, clusters.texts, clusters.labels)
    leaking = leaks.any[:n]
    leaking_pairs = there & (leaks.any[n:] | np.isin(pairs.groups, examples.groups[leaking]))
    report = _leakage(examples, pairs, leaks, parts, leaking_pairs, split)
    if split.leakage == "fail" and leaks.any.any():
        raise DataError(_refusal(report))
    if split.leakage == "leave_out":
        parts = np.where(leaking, LEFT_OUT, parts)
        of_pairs = np.where(leaking_pairs, LEFT_OUT, of_pairs)
    return Assignment(
        examples=parts,
        pairs=of_pairs,
        units=_units(examples.groups, clusters.labels[:n]),
        duplicates=_duplicates(examples, clusters),
        leakage=report,
    )


def _undivided(examples: ExampleIndex) -> Ints:
    """Return the parts, where a group that would be divided is held out as far as its furthest example."""
    parts, free = examples.parts, ~examples.fixed
    furthest = is_held_out_from(parts[free], examples.groups[free])
    parts[free] = np.where(furthest >= 0, parts[free][furthest], parts[free])
    return parts


def _parts_of_pairs(pairs: PairPool, examples: ExampleIndex, parts: Ints) -> Ints:
    """Return the part of each pair's group."""
    groups, first = np.unique(examples.groups, return_index=True)
    at = np.searchsorted(groups, pairs.groups).clip(max=len(groups) - 1)
    return np.where(groups[at] == pairs.groups, parts[first[at]], NO_EXAMPLE)


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
    examples: ExampleIndex, pairs: PairPool, leaks: Leaks, parts: Ints, leaking_pairs: Ints, split: Split
) -> LeakageReport:
    n = len(examples)
    leaking = np.flatnonzero(leaks.any[:n])[:SHOWN]
    # A pair can be what is leaked: then its example, which is held out with it, is not named.
    of = [int(leaks.of[i]) for i in leaking]
    origins = examples.spool.origins({int(i) for i in leaking} | {j for j in of if j < n})
    origins |= {n + i: origin for i, origin in pairs.spool.origins({j - n for j in of if j >= n}).items()}
    return LeakageReport(
        action=split.leakage,
        similarity=split.similarity,
        by_id=int(leaks.by_id[:n].sum()),
        exact=int(leaks.exact[:n].sum()),
        near=int(leaks.near[:n].sum()),
        pairs=int(leaking_pairs.sum()),
        first=[
            f"{origins[int(i)]} ({SPLITS[parts[i]]}) ~ {origins[j]} (held out)"
            for i, j in zip(leaking, of, strict=True)
        ],
    )


def _refusal(report: LeakageReport) -> str:
    counted = [
        f"{count:,} {what}"
        for count, what in (
            (report.by_id, "by id"),
            (report.exact, "word for word"),
            (report.near, f"nearly so (similarity {report.similarity:g} or more)"),
            (report.pairs, "as preference pairs"),
        )
        if count
    ]
    first = f" First: {'; '.join(report.first)}." if report.first else ""
    return (
        f"training data stands in the held-out part as well: {', '.join(counted)}.{first} Take it out of one of them, "
        "or say `split: {leakage: leave_out}` to have it left out of training"
    )
