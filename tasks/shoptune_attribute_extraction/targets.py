"""The right answers: which values a record gives its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoptune.data import Record
from shoptune_attributes.answers import NOT_STATED, scalar

__all__ = ["Unreadable", "Values", "target_values", "values_of"]

Values = tuple[str, ...]
"""The values of an attribute of which any is right, the one to learn first; empty where the text states none."""


class Unreadable(Exception):  # noqa: N818 - not an error of the program: such a record is counted and left out
    """A target is of a form that this task doesn't know."""


def target_values(record: Record, targets: str) -> dict[str, Values]:
    """Return attribute -> its values, of those that the field `targets` gives one; raises `Unreadable`."""
    found = record.fields.get(targets) or {}
    if not isinstance(found, Mapping):
        raise Unreadable(f"{targets!r} should map attributes to values, and is {str(found)[:60]!r}")
    return {str(name): values for name, value in found.items() if (values := values_of(value))}


def values_of(value: Any) -> Values:
    """Return what an attribute's value says; raises `Unreadable`.

    >>> values_of(16), values_of(["oak", "steel"]), values_of({"Coal": 0.5, "Black": 1, "Red": 0}), values_of("n/a")
    (('16',), ('oak, steel',), ('Black', 'Coal'), ())
    """
    if isinstance(value, Mapping):
        if not all(isinstance(score, int | float) for score in value.values()):
            raise Unreadable(f"a value should be a text, a list or values with scores, and is {str(value)[:60]!r}")
        ranked = sorted((text for text in value if value[text] > 0), key=lambda text: -value[text])
        return tuple(text for text in map(_text, ranked) if text)
    text = ", ".join(filter(None, map(_text, value))) if isinstance(value, list | tuple) else _text(value)
    return (text,) if text else ()


def _text(value: Any) -> str:
    """Return a single value on one line: 16.0 as 16; nothing for null and "n/a"."""
    text = scalar(value)
    if text is None:
        raise Unreadable(f"a value should be a text or a number, and is {str(value)[:60]!r}")
    return "" if text.casefold() == NOT_STATED else text
