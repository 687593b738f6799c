"""A shop's tables as a task sees them: records, read anew at each pass, with what was dropped counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, PluginError, ShoptuneError
from shoptune.plugins import Registered

__all__ = ["DropCount", "Table", "reasons_of"]

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


def reasons_of(report: Mapping[str, Any]) -> str:
    """Return a drop report in words: ``no title (12, first: products.csv:4)``."""
    return "; ".join(f"{reason} ({of['count']}, first: {of['first'][0]})" for reason, of in report.items())


class Table:
    """One file's records; may be iterated again and again."""

    def __init__(self, name: str, path: Path, adapter: Registered[DataAdapter[Any]], options: Any) -> None:
        self.name, self.path = name, path
        self._adapter, self._options = adapter, options
        self._report: dict[str, Any] | None = None

    def __iter__(self) -> Iterator[Record]:
        records, dropped = 0, DropCount()
        for row in self._rows():
            if isinstance(row, Dropped):
                dropped.add(row)
            else:
                records += 1
                yield row
        self._report = {"file": self.path.name, "records": records, "dropped": dropped.report()}

    def _rows(self) -> Iterator[Record | Dropped]:
        try:
            yield from self._adapter.component.read(self.path, self._options)
        except ShoptuneError:
            raise
        except Exception as error:
            raise PluginError(
                f"{self._adapter.plugin.label} failed to read {self.path.name}: {type(error).__name__}: {error}"
            ) from error

    def report(self) -> Mapping[str, Any]:
        """Return what was read, after a whole pass; makes one where none was made."""
        if self._report is None:
            for _ in self:
                pass
        if self._report is None or not self._report["records"]:
            reasons = self._report and reasons_of(self._report["dropped"])
            raise DataError(
                f"{self.path.name}: "
                + (f"every row was filtered out. {reasons}" if reasons else "no records in it")
                + f"; is it the right file for the table {self.name!r}?"
            )
        return self._report
