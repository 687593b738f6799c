"""Reads delimited text (CSV, TSV, ``|`` and any other separator), row by row, and knows where each row stands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path

from shoptune.data import Dropped
from shoptune.errors import DataError, did_you_mean
from shoptune_files.cut_rows import BrokenRow, CutRow, Lines, Unreadable, cut_rows
from shoptune_files.dialect import LONGEST_HEADER, MOST_ABOVE, Dialect, cut, dialect_of, lines_of
from shoptune_files.quotes import with_quotes
from shoptune_files.sheet_words import is_header
from shoptune_files.text_file import open_text, peek_text, text_lines
from shoptune_files.workbook import is_workbook

__all__ = ["Row", "Table", "open_table", "peek_header"]

LONGEST_CELL = 2**24
"""Characters.  Python's own limit (131,072) is shorter than a description may be in Shopify (524,288 bytes)."""

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

    Rows that can't be cut into as many cells as the header has come as `Dropped`, marked as bad; but cells at a row's
    end that are empty may be left out, and there may be more empty ones.
    """

    origin: str
    """The header's place, or that of the first row where there is none: ``products.csv:1``."""
    header: tuple[str, ...]
    repeated: frozenset[str]
    """Names that the header gives to several columns; in `header` these are ``Image (1)``, ``Image (2)``."""
    read: Callable[[Callable[[Sequence[str]], Cells]], Iterator[Placed | Dropped]]
    """Yields each row's place and what the given function takes of its cells; for `select`."""

    def is_repeated(self, column: str) -> bool:
        """Say whether a column of `header` is one of several with its name."""
        name, _, number = column.rpartition(" (")
        return name in self.repeated and number[:-1].isdigit()

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
        place = {column: index for index, column in enumerate(self.header)}
        indices = [place[column] for column in columns]
        if len(indices) > 1:
            return self.read(itemgetter(*indices))
        return self.read(lambda cells: tuple(cells[index] for index in indices))

    def need(self, columns: Iterable[str]) -> None:
        """Raise `DataError` for the first of `columns` that the header does not name, or names more than once."""
        known = set(self.header)
        for column in columns:
            if column in self.repeated:
                raise DataError(
                    f"{self.origin}: the header names {column!r} several times; say which one is meant, '{column} (1)' "
                    f"or '{column} (2)', or leave it out."
                )
            if column not in known:
                raise DataError(f"{self.origin}: there is no column {column!r}.{did_you_mean(column, self.header)}")


@contextmanager
def open_table(
    path: Path,
    separator: str | None = None,
    encoding: str | None = None,
    header: Cells | None = None,
    above: int | None = None,
) -> Iterator[Table]:
    """Open a delimited file whose first row is its header, unless `header` names the columns of a file without one.

    `separator` is taken from the file where it is not given, `encoding` as `open_text` does, and so is how many lines
    stand `above` the header (``sep=;``, comments, a report's name).  These and rows without text are passed over, as
    blank lines are; a row whose quotes don't match or that has too few or too many cells comes as `Dropped`.  Raises
    `DataError` for a file that is empty or has no rows, for a quote that is not closed in a row of more than a million
    characters, for a cell of more than `LONGEST_CELL` characters, and for NUL bytes.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with open_text(path, encoding) as file:
        sheet = is_workbook(path)
        dialect = (_of_sheet if sheet else _dialect)(peek_text(path, encoding), separator, header is None, above)
        lines = Lines(text_lines(file, path.name))
        for _ in islice(lines, dialect.above):
            pass
        line, names = _header(lines, dialect, path.name) if header is None else (dialect.above + 1, header)
        repeated = frozenset(name for name, times in Counter(filter(None, names)).items() if times > 1)
        columns = tuple(_numbered(names, repeated))
        rows = cut_rows(lines, dialect, len(names))
        if sheet:
            rows = _beside(rows, len(names))
        elif not header:  # one that is given may be wrong
            rows = _even(rows, len(names), _last_named(names))
        yield Table(f"{path.name}:{line}", columns, repeated, partial(_rows, rows, len(names), path.name))


def peek_header(path: Path) -> tuple[str, ...]:
    """Return a file's header, as far as it can be made out.  Never raises."""
    text = peek_text(path)
    dialect = (_of_sheet if is_workbook(path) else _dialect)(text)
    first = next((line for line in lines_of(text)[dialect.above :] if line.strip()), "")[:LONGEST_HEADER]
    try:
        cells = next(dialect.reader([first.rstrip("\r\n")]), [])
    except csv.Error:
        cells = cut(first, dialect.separator)
    return tuple(cell.strip() for cell in cells)


def _dialect(text: str, separator: str | None = None, headed: bool = True, above: int | None = None) -> Dialect:
    dialect = dialect_of(text, separator, headed=headed)
    if above is not None:
        dialect = replace(dialect, above=above)
    return with_quotes(dialect, lines_of(text)[dialect.above :])


def _of_sheet(text: str, _separator: str | None = None, headed: bool = True, above: int | None = None) -> Dialect:
    """Return the dialect of a workbook's sheet, whose header may stand below rows with fewer cells."""
    if above is not None or not headed:
        return Dialect(",", above or 0)
    rows = [[cell for cell in cut(line, ",") if cell.strip()] for line in lines_of(text)[:MOST_ABOVE]]
    first = next((number for number, row in enumerate(rows) if row), 0)
    named = next((number for number, row in enumerate(rows) if is_header(row)), first)
    if named > first and len(rows[named]) > max(map(len, rows[first:named])):
        return Dialect(",", named)
    return Dialect(",", dialect_of(text, ",").above)


def _header(lines: Lines, dialect: Dialect, name: str) -> tuple[int, Cells]:
    """Return the line on which the first row with any text begins, and its cells."""
    reader = dialect.reader(lines)
    line = lines.number + 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                return line, tuple(cell.strip() for cell in cells)
            line = lines.number + 1
    except csv.Error as error:
        raise _unreadable(name, line, lines.number, str(error)) from error
    raise DataError(f"{name}: the file is empty.")


def _rows(
    rows: Iterable[CutRow | BrokenRow], width: int, name: str, take: Callable[[Sequence[str]], Cells]
) -> Iterator[Placed | Dropped]:
    """Yield (origin, what is taken of the cells) of each row that has any text."""
    empty = True
    try:
        for row in rows:
            empty = False
            if isinstance(row, BrokenRow):
                yield _mismatched(name, row)
            elif len(row.cells) == width:
                yield f"{name}:{row.line}", take(row.cells)
            else:
                yield _wrong_number(name, row, width)
    except Unreadable as error:
        raise _unreadable(name, error.line, error.last, error.error) from error
    if empty:
        raise DataError(f"{name}: there are no rows.")


def _numbered(names: Sequence[str], repeated: Collection[str]) -> Iterator[str]:
    """Yield columns' names, those that come several times with a number."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield f"{name} ({seen[name]})" if name in repeated else name


def _last_named(names: Sequence[str]) -> int:
    return max((number for number, name in enumerate(names, start=1) if name), default=0)


def _even(rows: Iterable[CutRow | BrokenRow], width: int, named: int) -> Iterator[CutRow | BrokenRow]:
    """Yield rows with the empty cells at their end that were left out, and without those that were added.

    A row is left short if it may be broken: where it and the next are one row together, cut by a line break, which
    begins with no key such as others have; or where the file writes empty cells, so that a separator is missing.
    (Excel leaves some out, below others that it writes.)
    """
    short: CutRow | None = None
    above: Sequence[str] = ()  # the last whole row
    writes_empty = False

    def whole(row: CutRow) -> CutRow:
        found = len(row.cells)
        cut = writes_empty and found == named - 1 and bool(above[found].strip())
        return row if found < named and (found < 2 or cut) else row._replace(cells=_fitted(row.cells, width))

    for row in rows:
        if short and not (isinstance(row, CutRow) and _is_rest(row, short, above, width)):
            yield whole(short)
            short = None
        if isinstance(row, BrokenRow):
            yield row
        elif len(row.cells) >= width:
            above = row.cells[:width]
            writes_empty = writes_empty or not above[named - 1].strip()
            yield row if any(map(str.strip, row.cells[width:])) else row._replace(cells=above)
        elif short:  # the two are one
            yield short
            yield row
            short = None
        else:
            short = row
    if short:
        yield whole(short)


def _beside(rows: Iterable[CutRow | BrokenRow], width: int) -> Iterator[CutRow | BrokenRow]:
    """Yield the rows of a sheet as wide as its header: what stands to its right has no name."""
    for row in rows:
        yield row if isinstance(row, BrokenRow) else row._replace(cells=_fitted(row.cells[:width], width))


def _is_rest(row: CutRow, short: CutRow, above: Sequence[str], width: int) -> bool:
    """Say whether a row is the other part of a `short` one: its first cell is of another kind than in a whole row."""
    if len(short.cells) + len(row.cells) != width + 1:
        return False
    return _kind(row.cells[0]) != _kind(above[0] if above else short.cells[0])


def _kind(key: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", key.strip()))


def _fitted(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _mismatched(name: str, row: BrokenRow) -> Dropped:
    detail = f"{row.error}, on line {row.last}; a quote inside a quoted cell is written twice"
    return Dropped(origin=f"{name}:{row.line}", reason="quotes that don't match", detail=detail, bad=True)


def _wrong_number(name: str, row: CutRow, width: int) -> Dropped:
    found = len(row.cells)
    if row.last > row.line:
        cause = f"the row runs on to line {row.last}: is a quote never closed?"
    elif found > width:
        cause = "a separator stands in a cell without quotes around it"
    else:
        cause = "a separator is missing, or a line break stands in a cell without quotes around it"
    detail = f"{found} cells, the header has {width}; {cause}"
    return Dropped(origin=f"{name}:{row.line}", reason="wrong number of cells", detail=detail, bad=True)


def _unreadable(name: str, line: int, last: int, error: str) -> DataError:
    return DataError(
        f"{name}:{line}: the row that starts here can't be read: {error} (line {last}). Most likely a quote is never "
        "closed; a quote inside a quoted cell is written twice."
    )
