"""Dates as exports write them, and as spreadsheets rewrite them: which of 1 and 5 in 1/5/2026 is the day."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

__all__ = ["DateOrder", "ambiguous", "order_of", "read_date"]

DateOrder = Literal["day first", "month first"]

_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})")


def read_date(text: str, order: DateOrder | None = None) -> str | None:
    """Return the ISO date of a date or a point in time; None where it is none, or the day can't be told.

    Points part day, month and year in this order; of two numbers parted otherwise, `order` or one above 12 tells.

    >>> [read_date(text) for text in ("2026-01-05 10:12:13 +0100", "05.01.2026 10:12", "1/25/26, 3:04 PM", "1/5/2026")]
    ['2026-01-05', '2026-01-05', '2026-01-25', None]
    >>> read_date("1/5/2026 10:12", "month first"), read_date("1/5/2026 10:12", "day first")
    ('2026-01-05', '2026-05-01')
    """
    day = _day_of(text)
    try:
        if match := _NUMBERS.fullmatch(day):
            first, mark, second, year = match.groups()
            order = "day first" if mark == "." else order or _told_by(int(first), int(second))
            if order is None:
                return None
            numbers = (int(second), int(first)) if order == "day first" else (int(first), int(second))
            return date(int(year) if len(year) > 2 else 2000 + int(year), *numbers).isoformat()
        if match := _YEAR_FIRST.fullmatch(day):
            return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """Return what the dates of a file have first, by the first that shows it; None where none does.

    A file whose first date is an ISO date, as exports write it, is not read any further.
    """
    for text in texts:
        match = _NUMBERS.fullmatch(_day_of(text))
        if match is None:
            return None
        if match[2] == ".":
            return "day first"
        if told := _told_by(int(match[1]), int(match[3])):
            return told
    return None


def ambiguous(text: str) -> bool:
    """Say whether a text is a date of which day and month can't be told apart."""
    return _NUMBERS.fullmatch(_day_of(text)) is not None and read_date(text) is None


def _day_of(text: str) -> str:
    day, _, _ = text.strip().replace("T", " ").partition(" ")
    return day.rstrip(",")


def _told_by(first: int, second: int) -> DateOrder | None:
    if first > 12 >= second:
        return "day first"
    return "month first" if second > 12 >= first else None
