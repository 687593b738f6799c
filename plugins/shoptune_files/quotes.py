"""Tells from a delimited file's beginning how quotes are written in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shoptune_files.cut_rows import BrokenRow, CutRow, Lines, Unreadable, cut_rows
from shoptune_files.dialect import Dialect, cut

__all__ = ["with_quotes"]


def with_quotes(plain: Dialect, lines: Sequence[str]) -> Dialect:
    """Return `plain` with the way to write quotes that cuts the most rows right; of equals, the usual one.

    `lines` are the first ones from the header on.
    """
    text = "".join(lines)
    if _in_single_quotes(plain, lines):
        return replace(plain, quote="'")
    if '"' not in text:
        return plain
    ways = [plain]
    if re.search(rf'{re.escape(plain.separator)} +"|" +{re.escape(plain.separator)}', text):
        ways.append(replace(plain, spaced=True))
    if '\\"' in text and not re.search(rf'[^\s"\\{re.escape(plain.separator)}]""[^\s"]', text):  # none is written twice
        ways += [replace(way, backslash=True) for way in ways]
    return min(ways, key=lambda way: _faults(way, lines)) if len(ways) > 1 else plain


def _in_single_quotes(plain: Dialect, lines: Sequence[str]) -> bool:
    """Say whether all cells of the header and of the rows after it stand between single quotes, as MySQL's may."""
    first = [line.strip() for line in lines if line.strip()][:3]
    by = f"'{plain.separator}'"
    return len(first) > 1 and all(
        len(line) > 2 and line[0] == line[-1] == "'" and by in line and line.count(by) == first[0].count(by)
        for line in first
    )


def _faults(dialect: Dialect, lines: Sequence[str]) -> int:
    """Return how many rows can't be cut well into as many cells as the header; of the last one, nothing is known."""
    header = next((line for line in lines if line.strip()), "")
    width = len(cut(header, dialect.separator))
    try:
        well = [_is_well_cut(row, width) for row in cut_rows(Lines(iter(lines)), dialect, width)]
    except Unreadable:
        return len(lines)
    return well[:-1].count(False)


def _is_well_cut(row: CutRow | BrokenRow, width: int) -> bool:
    """Say whether a row has all its cells, without help, and none of them is a quoted text with blanks before it."""
    if isinstance(row, BrokenRow) or row.mended or len(row.cells) != width:
        return False
    return not any(cell.startswith(" ") and re.fullmatch(r' +"[^"]*+" *', cell) for cell in row.cells)
