"""Reads delimited text (CSV, TSV, ``|`` and any other separator), row by row, and knows where each row stands."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from shoptune.data import Dropped
from shoptune.errors import DataError, did_you_mean
from shoptune_files.text_file import open_text, peek_text, text_lines

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["Row", "Table", "open_table", "peek_header"]

LONGEST_CELL = 2**24
"""Characters.  Python's own limit (131,072) is shorter than a description may be in Shopify (524,288 bytes)."""
LONGEST_HEADER = 2**16
"""Characters that are looked at to see how a header is cut: some files turn out to be a single endless line."""

Cells = tuple[str, ...]
Placed = tuple[str, Cells]
"""A row's place (``products.csv:118``) and cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, and the place of its first line (``products.csv:118``)."""

    origin: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: its header, and its rows, which are read once, by `rows` or by `select`.

    Rows that can't be cut into as many cells as the header has come as `Dropped`, marked as bad.
    """

    origin: str
    """The header's place, or that of the first row where there is none: ``products.csv:1``."""
    header: tuple[str, ...]
    read: Callable[[Callable[[Sequence[str]], Cells]], Iterator[Placed | Dropped]]
    """Yields each row's place and what the given function takes of its cells; for `select`."""

    @property
    def rows(self) -> Iterator[Row | Dropped]:
        """The rows with all cells; a column without a name can't be asked for and is left out."""
        columns = [column for column in self.header if column]
        for row in self.select(columns):
            if isinstance(row, Dropped):
                yield row
            else:
                origin, cells = row
                yield Row(origin, dict(zip(columns, cells)))  # noqa: B905  (strict is slow)

    def select(self, columns: Sequence[str]) -> Iterator[Placed | Dropped]:
        """Return (origin, cells of `columns`) for each row: the quick way, above all where a table is wide.

        Raises `DataError` where the header does not name one of `columns`.
        """
        self.need(columns)
        indices = [self.header.index(column) for column in columns]
        if len(indices) > 1:
            return self.read(itemgetter(*indices))
        return self.read(lambda cells: tuple(cells[index] for index in indices))

    def need(self, columns: Iterable[str]) -> None:
        """Raise `DataError` with the nearest match for the first of `columns` that the header does not name."""
        for column in columns:
            if column not in self.header:
                raise DataError(f"{self.origin}: there is no column {column!r}.{did_you_mean(column, self.header)}")


@contextmanager
def open_table(
    path: Path, separator: str | None = None, encoding: str | None = None, header: Cells | None = None
) -> Iterator[Table]:
    """Open a delimited file whose first row is its header, unless `header` names the columns of a file without one.

    `separator` is taken from the first line where it is not given, `encoding` as `open_text` does.  Rows without text
    are passed over, as blank lines are; a row whose quotes don't match or that has too few or too many cells comes as
    `Dropped`.  Raises `DataError` for a file that is empty or has no rows, for a quote that is never closed, for a cell
    of more than `LONGEST_CELL` characters, and for NUL bytes.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with open_text(path, encoding) as file:
        lines = text_lines(file, path.name)
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=separator or _separator(first), strict=True)
        line = 1
        if header is None:
            line, header = _header(reader, path.name)
        yield Table(f"{path.name}:{line}", header, partial(_rows, reader, len(header), path.name))


def peek_header(path: Path) -> tuple[str, ...]:
    """Return a file's first line as a header, as far as it can be made out.  Never raises."""
    first = next(iter(peek_text(path).splitlines()), "")
    return tuple(name.strip() for name in _cut(first, _separator(first)))


def _separator(header: str) -> str:
    """Return the separator that cuts the header into the most cells; the comma if none cuts it."""
    return max(",", ";", "\t", "|", key=lambda separator: len(_cut(header, separator)))


def _cut(line: str, separator: str) -> list[str]:
    return next(csv.reader([line[:LONGEST_HEADER]], delimiter=separator), [])


def _header(reader: Reader, name: str) -> tuple[int, Cells]:
    """Return the line on which the first row with any text begins, and its cells."""
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                break
            line = reader.line_num + 1
        else:
            raise DataError(f"{name}: the file is empty.")
    except csv.Error as error:
        raise _unreadable(name, line, reader, error) from error
    header = tuple(cell.strip() for cell in cells)
    twice = [column for column, times in Counter(filter(None, header)).items() if times > 1]
    if twice:
        raise DataError(f"{name}:{line}: the header names {twice[0]!r} twice; rename one of the columns.")
    return line, header


def _rows(reader: Reader, width: int, name: str, take: Callable[[Sequence[str]], Cells]) -> Iterator[Placed | Dropped]:
    """Yield (origin, what is taken of the cells) of each row that has any text."""
    empty = True
    line = reader.line_num + 1
    while True:
        try:
            for cells in reader:
                if any(map(str.strip, cells)):
                    empty = False
                    if len(cells) == width:
                        yield f"{name}:{line}", take(cells)
                    else:
                        yield _wrong_number(name, line, reader.line_num, len(cells), width)
                line = reader.line_num + 1
        except csv.Error as error:
            if "expected after" not in str(error):  # the end of the file or a cell's limit was met: no row follows
                raise _unreadable(name, line, reader, error) from error
            empty = False
            detail = f"{error}, on line {reader.line_num}; a quote inside a quoted cell is written twice"
            yield Dropped(origin=f"{name}:{line}", reason="quotes that don't match", detail=detail, bad=True)
            line = reader.line_num + 1
        else:
            break
    if empty:
        raise DataError(f"{name}: there are no rows.")


def _wrong_number(name: str, line: int, last: int, found: int, width: int) -> Dropped:
    cause = (
        f"the row runs on to line {last}: is a quote never closed?"
        if last > line
        else "a separator is missing, or stands in a cell without quotes around it"
    )
    detail = f"{found} cells, the header has {width}; {cause}"
    return Dropped(origin=f"{name}:{line}", reason="wrong number of cells", detail=detail, bad=True)


def _unreadable(name: str, line: int, reader: Reader, error: csv.Error) -> DataError:
    return DataError(
        f"{name}:{line}: the row that starts here can't be read: {error} (line {reader.line_num}). Most likely a quote "
        "is never closed; a quote inside a quoted cell is written twice."
    )
