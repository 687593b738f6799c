"""How much work a template may be for one record.

Loops, filters and long values multiply: a template of 200 characters can ask for hours.  So work is counted where it
arises, in steps of about a tenth of a microsecond: an item of a loop costs what stands in the loop, a filter what it is
given.  What a shop writes takes a few thousand steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

__all__ = ["MAX_STEPS", "TooMuchWorkError", "charge", "charging", "limited"]

MAX_STEPS = 300_000
"""Some tenths of a second at the most."""

_left: ContextVar[int] = ContextVar("left", default=MAX_STEPS)


class TooMuchWorkError(Exception):
    """A template is more work than it may be."""

    def __init__(self) -> None:
        super().__init__("it is too much work: too long lists, or too many filters, in loops within loops")


@contextmanager
def limited() -> Iterator[None]:
    """Let the block take `MAX_STEPS` steps."""
    token = _left.set(MAX_STEPS)
    try:
        yield
    finally:
        _left.reset(token)


def charge(steps: int) -> None:
    """Take steps off what is left; raises TooMuchWorkError where that is less."""
    left = _left.get() - steps
    _left.set(left)
    if left < 0:
        raise TooMuchWorkError


def charging(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that costs what it is given: a step for each item of a list, and for ten characters."""

    @wraps(function)
    def charged(*given: Any, **named: Any) -> Any:
        charge(10 + sum(map(_size, given)))
        return function(*given, **named)

    return charged


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // 10
    return sum(map(_size, value)) + len(value) if isinstance(value, list | tuple | dict | set) else 1
