"""Leakage: training data that a model is going to be judged by as well.

An example leaks if it shares its group with a held-out example, if its text is word for word that of one, or nearly so.
A model that learnt it by heart would look as if it had understood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["TEST", "TRAIN", "VALIDATION", "Leaks", "find_leaks", "is_held_out_from"]

TRAIN, VALIDATION, TEST = 0, 1, 2
"""Parts by how far they are held out."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Leaks:
    """Which rows leak, each by the strongest of its reasons; shape [n] each."""

    by_id: Bools
    exact: Bools
    near: Bools
    of: Ints
    """For a row that leaks, a held-out row that it leaks; -1 for the others."""

    @property
    def any(self) -> Bools:
        """Rows that leak."""
        return self.of >= 0


def find_leaks(parts: Ints, groups: Ints, texts: Ints, clusters: Ints) -> Leaks:
    """Return the rows that repeat a row which is held out further than they are.

    Args:
        parts: For each row `TRAIN`, `VALIDATION` or `TEST`.
        groups: A number per row that rows of one group share.
        texts: One that rows with the same text share.
        clusters: One that rows with nearly the same text share, at least those with the same text.

    A training row leaks a validation or a test row, a validation row a test row.

    """
    of = np.full(len(parts), -1, dtype=np.int64)

    def new(keys: Ints) -> Bools:
        furthest = is_held_out_from(parts, keys)
        leaks = (furthest >= 0) & (of < 0)
        of[leaks] = furthest[leaks]
        return leaks

    return Leaks(by_id=new(groups), exact=new(texts), near=new(clusters), of=of)


def is_held_out_from(parts: Ints, keys: Ints) -> Ints:
    """Return for each row one with the same key that is held out furthest, if that is further than itself; else -1."""
    if not len(parts):
        return np.empty(0, dtype=np.int64)
    order = np.lexsort((-parts, keys))  # by key, the row that is held out furthest first
    first = np.r_[True, np.diff(keys[order]) != 0]
    furthest = np.empty(len(parts), dtype=np.int64)
    furthest[order] = order[np.flatnonzero(first)[np.cumsum(first) - 1]]
    return np.where(parts[furthest] > parts, furthest, -1)
