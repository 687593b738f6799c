"""Figures and verdicts as the tables of the history write them: as reports do, and what these have no need of."""

from __future__ import annotations

from shoptune.formatting import MARKS as SIGNS
from shoptune.formatting import Format, difference_interval, value
from shoptune.formatting import difference as changed

__all__ = ["SIGNS", "changed", "day", "span", "value"]


def span(low: float | None, high: float | None, kind: Format) -> str:
    """Write the interval of a difference; nothing where there is none."""
    return "" if low is None or high is None else difference_interval((low, high), kind)


def day(created: str) -> str:
    """Write when a run was: its day and minute, UTC."""
    return created[:16].replace("T", " ")
