"""A record's cells as a prompt shows them: names for people, values on one line."""

from __future__ import annotations

from typing import Any

__all__ = ["format_value", "label"]


def format_value(value: Any) -> str:
    """Return a cell as one line: 1.0 as ``1``, True as ``true``, the items of a list between commas.

    What is neither text nor a number nor a list of them is empty.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(format_value, value))
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def label(name: str) -> str:
    """Return a field's name for people.

    >>> label("strap_width")
    'Strap width'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
