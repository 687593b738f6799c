"""A shop's tables: read once, freed of personal data, counted, and kept on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from shoptune.components import AnyAdapter, Recogniser
from shoptune.data import Dropped, Note, Record
from shoptune.data_report import PersonalDataReport, TableReport
from shoptune.dataset.drops import DropCount, reasons_of
from shoptune.dataset.personal_data import mask, without_personal_data
from shoptune.dataset.profile import Profile
from shoptune.errors import DataError, PluginError, ShoptuneError
from shoptune.formatting import share
from shoptune.plugins import Registered
from shoptune.storage.jsonl import to_line

__all__ = ["TableSource", "read_table"]

TOLERATED = 0.01
"""Share of rows that may be bad where the experiment file says nothing ..."""
FEW = 20
"""... and how many may be in any table, unless they are most of it: a small shop is not stopped by one row."""


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """Where a table's rows come from."""

    name: str
    paths: Sequence[Path]
    adapter: Registered[AnyAdapter]
    options: BaseModel
    on_bad_row: Literal["stop", "skip"] | None
    """None: stop where more than 1 % of the rows and more than 20 are bad, or most of them."""
    recognisers: Sequence[Registered[Recogniser]] = ()
    """What finds personal data beside the core's own rules."""


def read_table(source: TableSource, file: Path) -> TableReport:
    """Read all files of a table into `file`, without personal data; returns what was read.

    Raises DataError where there are no records, or more bad rows than allowed.
    """
    reading = _Reading(source)
    with file.open("wb") as out:
        for path in source.paths:
            for row in _rows(source, path):
                if line := reading.take(row):
                    out.write(line)
    return reading.report()


class _Reading:
    """What is known of a table while it is being read."""

    def __init__(self, source: TableSource) -> None:
        self.source = source
        self.dropped, self.bad = DropCount(), DropCount()
        self.masked: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.origins: dict[str, str] = {}
        self.groups: set[int] = set()
        self.profile = Profile()
        self.notes: dict[str, dict[str, str | int | float]] = {}

    def take(self, row: Record | Dropped | Note) -> bytes | None:
        """Count the row; return the line that is kept of it, if it is a record."""
        if isinstance(row, Note):
            _note(self.notes.setdefault(row.topic, {}), row.figures)
        elif isinstance(row, Dropped):
            (self.bad if row.bad else self.dropped).add(row)
        elif row.id in self.origins:
            detail = f"{row.id!r} stands at {self.origins[row.id]} too; ids must differ"
            self.bad.add(Dropped(origin=row.origin, reason="the id stands twice", detail=detail, bad=True))
        else:
            record = without_personal_data(row, self.masked, self.fields, self.source.recognisers)
            try:
                line = to_line(record)
            except UnicodeEncodeError:
                detail = "half of a surrogate pair, as from a text that was cut in the middle of an emoji"
                self.bad.add(Dropped(origin=row.origin, reason="a character is incomplete", detail=detail, bad=True))
            else:
                self.origins[row.id] = row.origin
                self.groups.add(hash(record.group))
                self.profile.add(record)
                return line
        if self.bad.count and self.source.on_bad_row == "stop":
            raise DataError(f"{reasons_of(self.bad.report())}; `on_bad_row: skip` passes over such rows")
        return None

    def report(self) -> TableReport:
        """Return what was read; refuses an empty table and one with too many bad rows."""
        files, records = _names(self.source.paths), len(self.origins)
        rows = records + self.bad.count
        too_many = self.bad.count > max(FEW, TOLERATED * rows) or 2 * self.bad.count > rows
        if self.source.on_bad_row is None and too_many:
            raise DataError(
                f"{files}: {self.bad.count:,} of {rows:,} rows can't be used ({share(self.bad.count, rows)}; "
                f"{share(TOLERATED)} or {FEW} are tolerated): {reasons_of(self.bad.report())}. Fix the file, or say "
                "`on_bad_row: skip` beside its path."
            )
        if not records:
            reasons = reasons_of({**self.bad.report(), **self.dropped.report()})
            raise DataError(
                f"{files}: "
                + (f"every row was filtered out. {reasons}" if reasons else "no records in it")
                + f"; is it the right file for the table {self.source.name!r}?"
            )
        languages, languages_of = self.profile.languages()
        return TableReport(
            files=[path.name for path in self.source.paths],
            adapter=self.source.adapter.component.name,
            records=records,
            groups=len(self.groups),
            dropped=self.dropped.report(),
            bad=self.bad.report(),
            fields=self.profile.fields(),
            languages=languages,
            languages_of=languages_of,
            personal_data=PersonalDataReport(masked=dict(+self.masked), fields=dict(self.fields)),
            strange=self.profile.strange(),
            notes=self.notes,
            warnings=self.profile.warnings(),
        )


def _note(noted: dict[str, str | int | float], figures: Mapping[str, str | int | float]) -> None:
    """Add figures to those of one topic: numbers are summed, of words those of the first file stand.

    Words may quote a cell, so personal data is masked in them.
    """
    for name, figure in figures.items():
        known = noted.get(name)
        if isinstance(figure, str):
            noted.setdefault(name, mask(figure, Counter()))
        else:
            noted[name] = figure if known is None or isinstance(known, str) else known + figure


def _rows(source: TableSource, path: Path) -> Iterator[Record | Dropped | Note]:
    try:
        yield from source.adapter.component.read(path, source.options)
    except ShoptuneError:
        raise
    except Exception as error:
        raise PluginError(
            f"{source.adapter.plugin.label} failed to read {path.name}: {type(error).__name__}: {error}"
        ) from error


def _names(paths: Sequence[Path]) -> str:
    return paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more"
