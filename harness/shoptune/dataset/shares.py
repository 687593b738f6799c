"""Says where a split came out far from what was asked for: a hash decides, and few groups are divided unevenly."""

from __future__ import annotations

from collections.abc import Mapping

from shoptune.dataset.splits import Split, SplitName
from shoptune.formatting import share

__all__ = ["far_from_asked"]

FAR, MUCH = 0.05, 0.2
"""A share is far from what was asked if it differs by so much of the whole, and by so much of itself."""


def far_from_asked(split: Split, groups: Mapping[SplitName, int]) -> dict[str, str]:
    """Return part -> asked for and found, in words, for the parts that are far from it.

    >>> far_from_asked(Split(test=0.3, validation=0.1), {"train": 20, "validation": 4, "test": 16})
    {'test': '40 % of 40, asked for: 30 %'}
    """
    whole = sum(groups.values())
    asked: dict[SplitName, float] = {"test": split.test, "validation": split.validation}
    if split.by == "time" or not whole:
        return {}
    return {
        part: f"{share(groups[part], whole)} of {whole:,}, asked for: {share(wanted)}"
        for part, wanted in asked.items()
        if abs(groups[part] / whole - wanted) > max(FAR, MUCH * wanted)
    }
