"""Parts of a product's record that are made alike whatever the shop."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shoptune_files.clean_text import clean_text

__all__ = ["choices", "most_specific", "snake_case"]


@lru_cache(maxsize=4096)  # the same few names come in every row
def snake_case(name: str) -> str:
    """Return a name as a key.

    >>> snake_case("Shoe Width (EU)"), snake_case("Gr&ouml;&szlig;e")
    ('shoe_width_eu', 'größe')
    """
    return "_".join(re.findall(r"\w+", clean_text(name).lower()))


def choices(variants: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return option name -> the values that `variants` have under ``options``, in their order."""
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant["options"].items():
            values.setdefault(name, {})[value] = None
    return {name: list(value) for name, value in values.items()}


def most_specific(categories: Iterable[Sequence[str]]) -> str:
    """Return the category that lies deepest, the first of several, as one text; "" if there is none.

    Shops name the categories above it too, and a product has one category here.

    >>> most_specific([["Home"], ["Home", "Kitchen"], ["New", "Gifts"]])
    'Home > Kitchen'
    """
    deepest: Sequence[str] = max(categories, key=len, default=())
    return " > ".join(deepest)
