"""Facts that are an object or a list, as shops' exports have them: ``{"unit": "g", "value": 200}`` says 200 g."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from shoptune.flags import flag_of

__all__ = ["plain_value"]

_LONGEST = 2_000
"""Characters beyond which a fact is taken for text."""
_UNITS = ("unit", "unit_of_measure", "units")
_AMOUNTS = ("value", "amount", "magnitude")


@lru_cache(maxsize=4096)
def plain_value(value: str) -> str:
    """Return what a fact says: an amount with its unit, the items of a list between semicolons, any other as it is.

    Of what an object says yes or no to, the names of the former stay: ``{"vegan": true, "washable": false}`` is vegan.

    >>> plain_value('{"unit": "GRAMS", "value": 200}'), plain_value('["red", "blue"]'), plain_value("{x}")
    ('200 grams', 'red; blue', '{x}')
    """
    text = value.strip()
    if text[:1] not in {"{", "["} or len(text) > _LONGEST:
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            found: Any = read(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict | list):
            return "; ".join(_items(found))
    return value


def _items(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        amount = next((value[name] for name in _AMOUNTS if name in value), None)
        unit = next((value[name] for name in _UNITS if name in value), None)
        if isinstance(amount, str | int | float) and isinstance(unit, str):
            yield f"{amount} {unit.lower() if unit.isupper() and len(unit) > 2 else unit}"
            return
        for name, inner in value.items():
            is_so = inner if isinstance(inner, bool) else flag_of(inner) if isinstance(inner, str) else None
            if is_so:
                yield str(name).replace("_", " ")
            elif is_so is None:
                yield from _items(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _items(inner)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None:
        yield " ".join(str(value).split())
