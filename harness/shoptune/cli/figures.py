"""Figures and verdicts as the tables of the history write them."""

from __future__ import annotations

from typing import Literal

__all__ = ["SIGNS", "changed", "day", "span", "value"]

Format = Literal["share", "score", "count"]

SIGNS = {"better": "▲", "worse": "▼", "inconclusive": "◆", "same": "="}


def value(number: float | None, kind: Format) -> str:
    """Write a metric's value: a share as 41.3%, a score as 0.312, a count as 61.4."""
    if number is None:
        return "–"
    return {"share": f"{number:.1%}", "score": f"{number:.3f}", "count": f"{number:.1f}"}[kind]


def changed(number: float | None, kind: Format) -> str:
    """Write a difference with its sign; that of two shares in percentage points (pp)."""
    if number is None:
        return "–"
    return {"share": f"{number * 100:+.1f} pp", "score": f"{number:+.3f}", "count": f"{number:+.1f}"}[kind]


def span(low: float | None, high: float | None, kind: Format) -> str:
    """Write the interval of a difference; nothing where there is none."""
    if low is None or high is None:
        return ""
    if kind == "share":
        return f"[{low * 100:+.1f}, {high * 100:+.1f}] pp"
    return f"[{changed(low, kind)}, {changed(high, kind)}]"


def day(created: str) -> str:
    """Write when a run was: its day and minute, UTC."""
    return created[:16].replace("T", " ")
