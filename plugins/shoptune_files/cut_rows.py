"""Cuts a delimited file's lines into rows, and gets the next row right where one is broken."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from shoptune_files.dialect import Dialect

__all__ = ["BrokenRow", "CutRow", "Lines", "Unreadable", "cut_rows"]

LONGEST_ROW = 2**20
"""Characters of a row that can be read a second time."""
MOST_LINES = 500
"""Lines that a row may have where it is read in another way."""
WIDE = 4
"""Columns from which a line that is cut into just as many cells is a row of its own, and no part of a text."""


class Lines:
    """A file's lines, which can be given back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._held: deque[str] = deque()
        self.number = 0
        """How many were taken."""
        self.taken: list[str] = []
        """Those since the row's beginning, unless they are too long to be kept."""
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._held.popleft() if self._held else next(self._source)
        self.number += 1
        self._size += len(line)
        if self._size <= LONGEST_ROW:
            self.taken.append(line)
        return line

    @property
    def kept(self) -> bool:
        """Whether the row can be read again."""
        return self._size <= LONGEST_ROW

    def begin_row(self) -> None:
        """Remember where a row begins."""
        self.taken.clear()
        self._size = 0

    def give_back(self, beyond: int) -> None:
        """Give back the row's lines `beyond` its first ones."""
        back = self.taken[beyond:]
        self._held.extendleft(reversed(back))
        self.number -= len(back)
        self._size -= sum(map(len, back))
        del self.taken[beyond:]


class CutRow(NamedTuple):
    """A row as it was cut, with as many cells as it has."""

    line: int
    """Where it begins."""
    last: int
    """Where it ends."""
    cells: list[str]
    mended: bool = False
    """Whether it could be cut right only in another way than the others."""


class BrokenRow(NamedTuple):
    """A row whose quotes don't match."""

    line: int
    last: int
    error: str


class Unreadable(Exception):  # noqa: N818 - it ends a file, and is said as a DataError
    """A row that can't be passed over."""

    def __init__(self, line: int, last: int, error: str) -> None:
        super().__init__(error)
        self.line, self.last, self.error = line, last, error


def cut_rows(lines: Lines, dialect: Dialect, width: int) -> Iterator[CutRow | BrokenRow]:
    """Yield the rows with any text in them, which should have `width` cells.

    A row that can't be cut right is tried again as PHP writes it.  If that is no help, the line after its first is the
    next row, unless it looks like part of the broken one.  Raises `Unreadable` for a broken row too long to be read
    again.
    """
    reader = dialect.reader(lines)
    whole = _whole(dialect.separator)
    suspect = 0  # up to this line a row is part of a broken one, unless it looks good
    while True:
        lines.begin_row()
        line = lines.number + 1
        error = ""
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as found:
            error = str(found)
        if not error and not any(map(str.strip, cells)):
            continue
        last = lines.number
        if not error and len(cells) == width and (line > suspect or _looks_good(lines, width, line == suspect, whole)):
            yield CutRow(line, last, cells)
            continue
        if (again := _as_php_writes(lines, dialect, width)) is not None:
            yield CutRow(line, lines.number, again, mended=True)
            continue
        if error and not lines.kept:
            raise Unreadable(line, last, error)
        if line > suspect:
            yield BrokenRow(line, last, error) if error else CutRow(line, last, cells)
        if error and last > line:
            lines.give_back(1)
            suspect = 0 if "end of data" in error else max(suspect, last)


def _whole(separator: str) -> re.Pattern[str]:
    """Return what matches a line whose quotes all stand around cells."""
    by = re.escape(separator)
    return re.compile(rf'(?:(?:"(?:[^"]|"")*+"|[^"{by}]*+)(?:{by}|[\r\n]*\Z))*+')


def _looks_good(lines: Lines, width: int, is_last: bool, whole: re.Pattern[str]) -> bool:
    return (width >= WIDE or is_last) and whole.fullmatch("".join(lines.taken)) is not None


def _as_php_writes(lines: Lines, dialect: Dialect, width: int) -> list[str] | None:
    """Return the row's cells if it has the right number of them as PHP's fputcsv writes.

    It takes a backslash for an escape, so that a quote after one is not written twice.  Where such a quote stands
    before a separator it may be the cell's own, or the one around the cell.
    """
    if dialect.backslash or not lines.kept or not any('\\"' in line for line in lines.taken):
        return None
    length = len(lines.taken)
    by = re.escape(dialect.separator)
    for escaped in (rf'\\"(?!{by}|[\r\n]|\Z)', r'\\"'):
        lines.give_back(0)
        try:
            cells = next(dialect.reader(_doubled(lines, escaped)))
        except (csv.Error, StopIteration):
            cells = []
        if len(cells) == width:
            return cells
        if not lines.kept:
            raise Unreadable(lines.number, lines.number, "a row without end")
        while len(lines.taken) < length:  # to where the row ended before
            next(lines)
        lines.give_back(length)
    return None


def _doubled(lines: Lines, escaped: str) -> Iterator[str]:
    """Yield lines with the quotes after a backslash written twice, as many as a row may have."""
    pattern = re.compile(escaped)
    for _ in range(MOST_LINES):
        line = next(lines, None)
        if line is None or not lines.kept:
            return
        yield pattern.sub(r'\\""', line)
