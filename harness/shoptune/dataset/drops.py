"""What was dropped, counted by reason, with the first few places."""

from __future__ import annotations

from collections import Counter

from shoptune.data import Dropped
from shoptune.data_report import Drops, DropsByReason
from shoptune.dataset.personal_data import mask

__all__ = ["DropCount", "reasons_of"]

SHOWN = 5
"""Origins that are kept for each reason."""


class DropCount:
    """Counts what was dropped by reason, and remembers the first few places."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def add(self, dropped: Dropped) -> None:
        """Count one.  Its detail may quote a cell, so personal data is masked in it."""
        self._counts[dropped.reason] += 1
        first = self._first.setdefault(dropped.reason, [])
        if len(first) < SHOWN:
            first.append(mask(f"{dropped.origin}: {dropped.detail}" if dropped.detail else dropped.origin, Counter()))

    @property
    def count(self) -> int:
        """How many were dropped."""
        return self._counts.total()

    def report(self) -> DropsByReason:
        """Return reason -> count and the first few places, most frequent reason first."""
        return {
            reason: Drops(count=count, first=self._first[reason])
            for reason, count in sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        }


def reasons_of(report: DropsByReason) -> str:
    """Return a drop report in words: ``no title (12, first: products.csv:4)``."""
    return "; ".join(f"{reason} ({of.count:,}, first: {of.first[0]})" for reason, of in report.items())
