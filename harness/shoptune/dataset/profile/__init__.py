"""What a table holds: fields, languages and strange records, found while its records stream by once.

Memory is bounded: fields are counted in histograms, and whole records are kept nowhere, only the figures of those that
stand at an edge (the ten with the longest description, ...) and the beginnings of a thousand texts.  So these may be
missed among the strange: a record that is a little strange in many ways and stands at no edge; one of many that are
alike; a value of a field beyond the first `WATCHED`; and a field that is missing in a row before the one that first
has it.  Fields beyond the first `FIELDS` aren't counted, which is said.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from shoptune.data import Record, is_original_html
from shoptune.data_report import FieldProfile, StrangeRow
from shoptune.dataset.profile.column import RUNNING_TEXT, Column, Row, Top
from shoptune.dataset.profile.numbers import NumberCheck
from shoptune.dataset.profile.strange import strange_rows
from shoptune.languages import LanguageSample

__all__ = ["Profile"]

FIELDS = 2_000
FREE = "attributes."
"""What the name of a free attribute begins with."""
WATCHED = 100
"""Fields whose edges are kept."""


class Profile:
    """Looks at the records of a table, one after the other."""

    def __init__(self) -> None:
        self._records = 0
        self._columns: dict[str, Column] = {}
        self._expected: list[tuple[str, Column]] = []
        """The fields that a record may lack strangely; free attributes it may lack only all together ..."""
        self._barest = Top()
        """... since most of them are empty in most records."""
        self._languages = LanguageSample()
        self._numbers = NumberCheck()
        self._uncounted = 0
        """The most fields beyond the first `FIELDS` that a record has."""

    def add(self, record: Record) -> None:
        """Look at one record."""
        self._records += 1
        draw = int.from_bytes(blake2b(record.id.encode(errors="surrogatepass"), digest_size=8).digest())
        self._languages.add(draw, record.fields)
        self._numbers.add(record)
        row = Row(record.origin, draw)
        texts: dict[str, str] = {}
        uncounted = 0
        for name, value in _values(record.fields):
            column = self._columns.get(name) or self._new_column(name)
            if column is None:
                uncounted += 1
                continue
            if (figures := column.measure(value)) is None:
                continue
            if column.watched:
                if (
                    figures.words >= RUNNING_TEXT
                    and isinstance(value, str)  # only texts have words
                    and (first := texts.setdefault(value, name)) != name
                ):
                    figures = figures._replace(traits={**figures.traits, ("same", first): 1})
                row.figures[name] = figures
            column.add(figures, row)
        self._uncounted = max(self._uncounted, uncounted)
        for name, column in self._expected:
            if name not in row.figures:
                column.add_empty(row)
        self._barest.offer(-len(row.figures), row)

    def _new_column(self, name: str) -> Column | None:
        if len(self._columns) >= FIELDS:
            return None
        watched = len(self._columns) < WATCHED and not is_original_html(name)
        column = self._columns[name] = Column(name, watched=watched)
        if watched and not name.startswith(FREE):
            self._expected.append((name, column))
        return column

    def fields(self) -> list[FieldProfile]:
        """Return the fields in the order in which they first came, then the free attributes by how many have one."""
        columns = sorted(self._columns.items(), key=lambda item: _place(*item))
        return [
            FieldProfile(
                name=name, filled=column.filled, words=column.words.quantiles() if column.running_text else None
            )
            for name, column in columns
        ]

    def languages(self) -> tuple[dict[str, int], int]:
        """Return language (ISO 639-1, ``?``) -> records, most frequent first, and how many records were looked at."""
        return self._languages.count()

    def warnings(self) -> list[str]:
        """Return what should be known of the table's numbers, and of fields that aren't counted."""
        more = self._uncounted
        return [
            *self._numbers.warnings(),
            *([f"fields: the first {FIELDS:,} are counted; a record has up to {more:,} more"] if more else []),
        ]

    def strange(self) -> list[StrangeRow]:
        """Return at most ten records that differ from the others, the strangest first."""
        columns = {name: column for name, column in self._columns.items() if column.watched}
        edges = [row for column in columns.values() for row in column.rows()]
        return strange_rows([*edges, *self._barest.rows()], columns, self._records)


def _values(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield each field's name and value; those of `attributes` one by one."""
    for name, value in fields.items():
        if name == "attributes" and isinstance(value, Mapping):
            for key, item in value.items():
                yield f"{FREE}{key}", item
        else:
            yield name, value


def _place(name: str, column: Column) -> tuple[int, str]:
    """Return the sorting key of a field; sorting leaves those alone whose keys are equal."""
    return (-column.filled, name) if name.startswith(FREE) else (-sys.maxsize, "")
