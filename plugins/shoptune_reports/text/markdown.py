"""Text of a shop in Markdown: it stays text, and a table stays a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shoptune_reports.text.plain import one_line

__all__ = ["escape", "row", "table_head"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_LEADING = re.compile(r"^(\d*)([-+#=.)])")
_LIVELY = re.compile(r"[@#](?=\w)|:(?=[\w/])|\bwww(?=\.)|\bGH(?=-\d)", re.IGNORECASE)
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates; marks, which only say how their neighbours are written, stay."""
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def escape(text: str, longest: int = 300) -> str:
    """Return `text` as one line of Markdown that shows just this text, shortened where it is very long.

    Beside Markdown's and HTML's own signs this takes the meaning of what GitHub adds: a mention, a reference, a link
    without brackets and an emoji by name are broken by an invisible space.  Control characters are replaced, and those
    that turn the direction of all that follows are left out.
    """
    line = one_line(_DIRECTIONS.sub("", text))
    if len(line) > longest:
        line = line[: longest - 1] + "…"
    line = _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line.replace("&", "&amp;")))
    return _LIVELY.sub(lambda match: match[0] + _ZERO_WIDTH, line)


def row(cells: Sequence[str]) -> str:
    """Return one line of a table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |\n"


def table_head(header: Sequence[str]) -> str:
    """Return the first two lines of a table."""
    return row(header) + row(["---"] * len(header))
