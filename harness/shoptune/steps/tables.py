"""A shop's tables as a task sees them: records, read anew at each pass, with what was dropped counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError

__all__ = ["DropCount", "Table"]

SHOWN = 5
"""Origins that are kept for each reason."""


class DropCount:
    """Counts what was dropped by reason, and remembers the first few places."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def add(self, dropped: Dropped) -> None:
        """Count one."""
        self._counts[dropped.reason] += 1
        first = self._first.setdefault(dropped.reason, [])
        if len(first) < SHOWN:
            first.append(f"{dropped.origin}: {dropped.detail}" if dropped.detail else dropped.origin)

    def report(self) -> dict[str, Any]:
        """Return reason -> count and the first few places, most frequent reason first."""
        return {
            reason: {"count": count, "first": self._first[reason]}
            for reason, count in sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        }


class Table:
    """One file's records; may be iterated again and again."""

    def __init__(self, name: str, path: Path, adapter: DataAdapter[Any], options: Any) -> None:
        self.name, self.path = name, path
        self._adapter, self._options = adapter, options
        self._report: dict[str, Any] | None = None

    def __iter__(self) -> Iterator[Record]:
        records, dropped = 0, DropCount()
        for row in self._adapter.read(self.path, self._options):
            if isinstance(row, Dropped):
                dropped.add(row)
            else:
                records += 1
                yield row
        self._report = {"file": self.path.name, "records": records, "dropped": dropped.report()}

    def report(self) -> Mapping[str, Any]:
        """Return what was read, after a whole pass; makes one where none was made."""
        if self._report is None:
            for _ in self:
                pass
        if self._report is None or not self._report["records"]:
            raise DataError(f"{self.path.name}: no records in it; is it the right file for the table {self.name!r}?")
        return self._report
