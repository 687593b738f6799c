"""Text of a shop in Markdown: it stays text, and a table stays a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["escape", "table"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_LEADING = re.compile(r"^(\d*)([-+#=.)])")
_LIVELY = re.compile(r"[@#](?=\w)|:(?=[\w/])|\bwww(?=\.)", re.IGNORECASE)
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def escape(text: str, longest: int = 300) -> str:
    """Return `text` as one line of Markdown that shows just this text, shortened where it is very long.

    Beside Markdown's and HTML's own signs this takes the meaning of what GitHub adds: a mention, a reference, a link
    without brackets and an emoji by name are broken by an invisible space.
    """
    line = " ".join(text.split())
    if len(line) > longest:
        line = line[: longest - 1] + "…"
    line = _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line.replace("&", "&amp;")))
    return _LIVELY.sub(lambda match: match[0] + _ZERO_WIDTH, line)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
