"""Tells from a delimited file's beginning how quotes are written in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shoptune_files.cut_rows import CutRow, Lines, Unreadable, cut_rows
from shoptune_files.dialect import Dialect, cut

__all__ = ["with_quotes"]


def with_quotes(plain: Dialect, lines: Sequence[str]) -> Dialect:
    """Return `plain` with the way to write quotes that cuts the most rows right; of equals, the usual one.

    `lines` are the first ones from the header on.
    """
    text = "".join(lines)
    if '"' not in text:
        return plain
    ways = [plain]
    if _blanks_around_quotes(text, plain.separator):
        ways.insert(0, replace(plain, spaced=True))
    if '\\"' in text and not re.search(rf'[^\s"\\{re.escape(plain.separator)}]""[^\s"]', text):  # none is written twice
        ways += [replace(way, backslash=True) for way in ways]
    return min(ways, key=lambda way: _faults(way, lines)) if len(ways) > 1 else plain


def _blanks_around_quotes(text: str, separator: str) -> bool:
    by = re.escape(separator)
    return bool(re.search(rf'(?:^|{by}) +"[^"\r\n]*+" *(?:{by}|$)|"[ \t]++{by}', text, re.MULTILINE))


def _faults(dialect: Dialect, lines: Sequence[str]) -> int:
    """Return how many rows can't be cut into as many cells as the header; of the last one, nothing is known."""
    header = next((line for line in lines if line.strip()), "")
    width = len(cut(header, dialect.separator))
    try:
        rows = cut_rows(Lines(iter(lines)), dialect, width)
        right = [isinstance(row, CutRow) and len(row.cells) == width and not row.mended for row in rows]
    except Unreadable:
        return len(lines)
    return right[:-1].count(False)
