"""Parts of a product's record that are made alike whatever the shop."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shoptune_files.clean_text import clean_text
from shoptune_shops.fact_names import NAMES

__all__ = ["choices", "most_specific", "snake_case"]


_NOT_GIVEN = frozenset(
    """
    uncategorized|uncategorised|unkategorisiert|nicht kategorisiert|non classé|non catégorisé|sin categorizar|
    sin categoría|senza categoria|non categorizzato|geen categorie|niet gecategoriseerd|ongecategoriseerd|bez kategorii|
    nieskategoryzowane|sem categoria|não categorizado|okategoriserad|ikke-kategoriseret|ukategoriseret|nezařazené|
    без категории|未分類|未分类
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""What shop systems call the category of products that have none."""


@lru_cache(maxsize=NAMES)
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

    Shops name the categories above it too, and a product has one category here; one that the shop system gives to
    products without any is none.

    >>> most_specific([["Home"], ["Home", "Kitchen"], ["New", "Gifts"]]), most_specific([["Uncategorized"]])
    ('Home > Kitchen', '')
    """
    given = (path for path in categories if not path or path[-1].casefold() not in _NOT_GIVEN)
    deepest: Sequence[str] = max(given, key=len, default=())
    return " > ".join(deepest)
