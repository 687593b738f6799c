"""Reads delimited text (CSV, TSV, ``|`` and any other separator), row by row, and knows where each row stands."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from shoptune.data import Dropped
from shoptune.errors import DataError, did_you_mean
from shoptune_files.text_file import open_text, peek_text

__all__ = ["Row", "Table", "open_table", "peek_header"]

LONGEST_CELL = 2**20
"""Characters.  Python's own limit (131,072) is shorter than a description may be in Shopify (524,288 bytes)."""
LONGEST_HEADER = 2**16
"""Characters that are looked at to see how a header is cut: some files turn out to be a single endless line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, and the place of its first line (``products.csv:118``)."""

    origin: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: its header, and its rows as they are read."""

    origin: str
    """The header's place: ``products.csv:1``."""
    header: tuple[str, ...]
    rows: Iterator[Row | Dropped]
    """Rows that can't be cut into cells come as `Dropped`, marked as bad."""

    def need(self, columns: Iterable[str]) -> None:
        """Raise `DataError` with the nearest match for the first of `columns` that the header does not name."""
        for column in columns:
            if column not in self.header:
                raise DataError(f"{self.origin}: there is no column {column!r}.{did_you_mean(column, self.header)}")


@contextmanager
def open_table(path: Path, separator: str | None = None, encoding: str | None = None) -> Iterator[Table]:
    """Open a delimited file whose first row is its header.

    `separator` is taken from the header where it is not given, `encoding` as `open_text` does.  Rows without any text
    are passed over, as blank lines are; a row with too few or too many cells comes as `Dropped`.  Raises `DataError` for
    a file that is empty or has no rows, for quotes that don't match, and for NUL bytes.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with open_text(path, encoding) as file:
        lines = _without_nul(file, path.name)
        first = next(lines, "")
        rows = _rows(chain([first], lines), separator or _separator(first), path.name)
        line, _, names = next(rows, (0, 0, []))
        header = tuple(name.strip() for name in names)
        origin = f"{path.name}:{line}"
        if not header:
            raise DataError(f"{path.name}: the file is empty.")
        twice = [name for name, times in Counter(filter(None, header)).items() if times > 1]
        if twice:
            raise DataError(f"{origin}: the header names {twice[0]!r} twice; rename one of the columns.")
        yield Table(origin, header, _under(header, rows, path.name))


def peek_header(path: Path) -> tuple[str, ...]:
    """Return a file's first line as a header, as far as it can be made out.  Never raises."""
    first = next(iter(peek_text(path).splitlines()), "")
    return tuple(name.strip() for name in _cut(first, _separator(first)))


def _separator(header: str) -> str:
    """Return the separator that cuts the header into the most cells; the comma if none cuts it."""
    return max(",", ";", "\t", "|", key=lambda separator: len(_cut(header, separator)))


def _cut(line: str, separator: str) -> list[str]:
    return next(csv.reader([line[:LONGEST_HEADER]], delimiter=separator), [])


def _without_nul(lines: Iterable[str], name: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise DataError(
                f"{name}:{number}: there is a NUL byte: this is no text, or text in UTF-16 without a byte order mark "
                "(then say 'encoding: utf-16-le')."
            )
        yield line


def _rows(lines: Iterable[str], separator: str, name: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (first line, last line, cells) of each row that has any text."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{name}:{line}: the row that starts here can't be read: {error} (line {reader.line_num}). Most likely "
                "a quote is never closed; a quote inside a quoted cell is written twice."
            ) from error
        if any(map(str.strip, cells)):
            yield line, reader.line_num, cells


def _under(header: tuple[str, ...], rows: Iterator[tuple[int, int, list[str]]], name: str) -> Iterator[Row | Dropped]:
    """Put `rows` under `header`; a column without a name can't be asked for and is left out."""
    empty = True
    for line, last, cells in rows:
        empty = False
        if len(cells) == len(header):
            yield Row(f"{name}:{line}", {column: cell for column, cell in zip(header, cells, strict=True) if column})
            continue
        cause = (
            f"the row runs on to line {last}: is a quote never closed?"
            if last > line
            else "a separator is missing, or stands in a cell without quotes around it"
        )
        detail = f"{len(cells)} cells, the header has {len(header)}; {cause}"
        yield Dropped(origin=f"{name}:{line}", reason="wrong number of cells", detail=detail, bad=True)
    if empty:
        raise DataError(f"{name}: there are no rows under the header.")
