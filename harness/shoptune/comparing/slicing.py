"""Into which slices a task's samples fall by one key (category, brand, ...), so that each slice is worth a result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_SLICES", "MIN_GROUPS", "OTHER", "breakdown"]

MAX_SLICES = 20
"""Nobody reads more lines, and the more there are, the less each can show (`Result.simultaneous_interval`)."""
MIN_GROUPS = 6
"""Groups that one of very many values needs for a line of its own: fewer show no difference (2**(1 - 5) > 0.05)."""
OTHER = "other"
"""The slice of all values that have no line of their own."""


def breakdown(values: Sequence[str | None], groups: Sequence[str]) -> dict[str, npt.NDArray[np.intp]]:
    """Return each slice's samples, by value and sorted by it; nothing where there are not two values.

    `values` and `groups` [n] are the samples' (None: it has no such value).  Where there are more than `MAX_SLICES`
    values, those with most groups keep their lines, and all others together are `OTHER`; if none has `MIN_GROUPS`, as
    with a SKU, the key is no breakdown.  A slice of a single group has no interval and is left out.
    """
    members: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None:
            members.setdefault(value, []).append(place)
    if len(members) > MAX_SLICES:
        members = _largest(members, groups)
    if len(members) < 2:
        return {}
    return {value: np.array(found) for value, found in sorted(members.items()) if _count(found, groups) > 1}


def _largest(members: dict[str, list[int]], groups: Sequence[str]) -> dict[str, list[int]]:
    sizes = {value: _count(found, groups) for value, found in members.items() if value != OTHER}
    largest = sorted(sizes, key=lambda value: (-sizes[value], value))[: MAX_SLICES - 1]
    kept = {value: members[value] for value in largest if sizes[value] >= MIN_GROUPS}
    others = sorted(place for value, found in members.items() if value not in kept for place in found)
    return {**kept, OTHER: others}


def _count(found: Iterable[int], groups: Sequence[str]) -> int:
    return len({groups[place] for place in found})
