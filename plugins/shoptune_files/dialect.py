"""Tells from a delimited file's beginning how it is written.

What parts its cells, what stands above its header, and how quotes are written that stand inside quotes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["Dialect", "cut", "dialect_of", "lines_of"]

LONGEST_HEADER = 2**16
"""Characters that are looked at to see how a header is cut: some files turn out to be a single endless line."""
MOST_ABOVE = 30
"""Lines that may stand above a header."""

_SEPARATOR_LINE = re.compile(r'\s*"?sep=(?P<separator>[^"\r\n])"?[,;\t|]*\s*', re.IGNORECASE)
"""How Excel is told what parts the cells."""
_ESCAPED = re.compile(r'\\(["\\])')
_NAME = re.compile(r"[^\W\d_].{0,59}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written."""

    separator: str
    above: int = 0
    """Lines above the header that are no part of the table."""
    spaced: bool = False
    """Blanks stand between separators and quotes."""
    backslash: bool = False
    """A quote inside quotes has a backslash before it, instead of being written twice."""
    quote: str = '"'

    def reader(self, lines: Iterable[str]) -> Reader:
        """Return what cuts lines into rows; it raises `csv.Error` where quotes don't match."""
        return csv.reader(
            map(self._usual, lines) if self.spaced or self.backslash else lines,
            delimiter=self.separator,
            skipinitialspace=self.spaced,
            strict=True,
            quotechar=self.quote,
        )

    def _usual(self, line: str) -> str:
        """Write a line as the csv module reads it."""
        if self.backslash:
            line = _ESCAPED.sub(lambda match: '""' if match[1] == '"' else "\\", line)
        if self.spaced:
            line = re.sub(rf'"[ \t]++(?={re.escape(self.separator)}|[\r\n]|\Z)', '"', line)
        return line


def dialect_of(text: str, separator: str | None = None, *, headed: bool = True) -> Dialect:
    """Return the dialect of a file that begins with `text`, its quotes aside.

    `separator` outranks what the file looks like; `headed` says whether it has a header.
    """
    lines = lines_of(text)
    above = next((number for number, line in enumerate(lines) if line.strip()), 0)
    named = _SEPARATOR_LINE.fullmatch(lines[above]) if above < len(lines) else None
    if named:
        separator, above = separator or named["separator"], above + 1
    if headed:
        above += _above_header(lines[above : above + MOST_ABOVE], separator)
    header = next((line for line in lines[above:] if line.strip()), "")
    return Dialect(separator or _separator(header), above)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as a file has them, with their ends."""
    return list(io.StringIO(text, newline=""))


def cut(line: str, separator: str) -> list[str]:
    """Return a line's cells as far as they can be made out."""
    return next(csv.reader([line[:LONGEST_HEADER]], delimiter=separator), [])


def _separator(header: str) -> str:
    """Return the separator that cuts the header into the most cells; the comma if none cuts it."""
    return max(",", ";", "\t", "|", key=lambda separator: len(cut(header, separator)))


def _above_header(lines: Sequence[str], separator: str | None) -> int:
    """Return how many lines stand above the header: comments, or the report's name with nothing beside it."""
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        cells = _filled(line, separator or _separator(line))
        below = next((later for later in lines[number + 1 :] if later.strip()), "")
        if not _is_comment(cells, _filled(below, separator or _separator(below))):
            return number + _title(lines[number:], separator)
    return 0


def _filled(line: str, separator: str) -> list[str]:
    return [cell for cell in map(str.strip, cut(line, separator)) if cell]


def _is_comment(cells: Sequence[str], below: Sequence[str]) -> bool:
    if not below or not cells or not cells[0].startswith("#"):
        return False
    if all(cell.startswith("#") for cell in cells):
        return len(below) > 1 or cells[0].startswith("# ")
    return cells[0].startswith(("# ", "##", "#-")) and len(cells) != len(below)


def _title(lines: Sequence[str], separator: str | None) -> int:
    """Return how many lines of a single text stand above what is clearly a header of four columns or more."""
    for number, line in enumerate(lines):
        by = separator or _separator(line)
        cells = _filled(line, by)
        if len(cells) <= 1:
            continue
        if number == 0 or len(cells) < 4 or len({*cells}) < len(cells) or not all(map(_NAME.fullmatch, cells)):
            return 0
        after = next((later for later in lines[number + 1 :] if later.strip()), "")
        titled = any(" " in title.strip() for title in lines[:number]) or not all(map(str.strip, lines[:number]))
        return number if titled and len(cut(after, by)) == len(cut(line, by)) else 0
    return 0
