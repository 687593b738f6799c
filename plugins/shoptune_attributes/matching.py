"""When two values are the same, although they are written differently.

A value's key is what all its spellings have in common; values match where their keys are equal.  So a value can be
looked up among thousands, and matching is transitive, which a tolerance would not be.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import regex

from shoptune.flags import flag_of
from shoptune_catalogue.quantities import find_numbers, find_quantities

__all__ = ["MATCHES", "Match", "exact_key", "items_of", "normalised_key"]

Match = Literal["normalised", "exact"]


def exact_key(value: str) -> str:
    """Return the value without white space around it."""
    return value.strip()


@lru_cache(maxsize=1 << 16)
def normalised_key(value: str) -> str:
    """Return the value without its accidents.

    - Case, white space, and the forms of quotation marks, dashes and letters (Unicode NFKC) don't count, nor do
      punctuation marks around the value and full stops after words.
    - Numbers are compared as numbers: ``1,140`` is 1140, ``2.50`` and ``2,5`` are 2.5.
    - Units may be written in any way (``16 GB``, ``16gb``, ``16 gigabytes``), but aren't converted: a text that says
      1 kg doesn't say 1000 g.
    - The parts of a list (between commas, semicolons or bars) may stand in any order.
    - Yes and no are the same in any language, and so are true and false (`shoptune.flags`).

    >>> normalised_key("16 GB"), normalised_key("Oak ; Steel,  2,50 Metres")
    ('16 gigabyte', '2.5 metre, oak, steel')
    """
    text = unicodedata.normalize("NFKC", value.translate(_SIGNS))
    parts = {_part(part) for part in items_of(text)}
    return ", ".join(sorted(parts - {""}))


def items_of(value: str) -> list[str]:
    """Return the items of a list: what stands between commas, semicolons or bars, in order; 1,5 is one number.

    >>> items_of("red, dark blue;1,5 cm,oak")
    ['red', 'dark blue', '1,5 cm', 'oak']
    """
    return [item.strip() for item in regex.split(r",(?!\d)|,\s+|[;|]", value) if item.strip()]


MATCHES: dict[Match, Callable[[str], str]] = {"normalised": normalised_key, "exact": exact_key}
"""How the values' keys are made."""

_SIGNS = {
    ord(sign): plain
    for plain, signs in {"'": "’‘´`", '"': "“”„″", "-": "‐‑‒–—−", "x": "×", "": "™®©"}.items()
    for sign in signs
} | {ord(sign): f" {fraction}" for sign, fraction in {"½": "1/2", "¼": "1/4", "¾": "3/4"}.items()}
"""Translated before Unicode's normal form, which would make 5½ of 5 and 1/2 the number 51/2."""

_SEPARATED = regex.compile(r"(?<![\p{L}\d.,])(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+[.,]\d+)(?![.,]?\d)")
_NUMBERS = regex.compile(r"(?:[\d\s.,/x*-]|'(?=\d)|\b(?:by|to|bis)\b)+", regex.IGNORECASE)


def _part(text: str) -> str:
    text = " ".join(text.split())
    if regex.search(r"\d", text):
        # Twice, since "12 V" is a voltage as it stands, and "500 G" a weight in small letters alone.
        text = _with_plain_units(_with_plain_units(text).casefold())
        text = _SEPARATED.sub(lambda number: _plain_number(number[0]), text)
    if (is_so := flag_of(text)) is not None:
        return "yes" if is_so else "no"
    text = regex.sub(r"\.(?=\s)", "", text.casefold())
    return text.strip(" .,:!?\"'()")


def _with_plain_units(text: str) -> str:
    parts, end = [], 0
    for found in find_quantities(text):
        parts += [text[end : found.start], _quantity(text[found.start : found.end], found.quantity.unit)]
        end = found.end
    return "".join([*parts, text[end:]])


def _quantity(text: str, unit: str) -> str:
    """Return ``16GB`` as ``16 gigabyte`` and ``31x47 cm`` as ``31 x 47 centimetre``; ``2 zipped pockets`` stay so."""
    numbers = regex.match(_NUMBERS, text)[0]  # type: ignore[index] # a quantity begins with a number
    *before, last = text[len(numbers) :].split()
    adjectives = before if _names(last) == unit else []
    return " ".join([regex.sub(r"(?i)\s*(?:[x*]|by)\s*", " x ", numbers).strip(" -"), *adjectives, unit])


@lru_cache(maxsize=1024)
def _names(word: str) -> str | None:
    """Return the unit that a word names."""
    alone = find_quantities(f"1 {word}")
    return alone[0].quantity.unit if alone else None


def _plain_number(text: str) -> str:
    """Return ``1,140.50`` as ``1140.5``; where a number can be read in two ways, as a thousand."""
    [readings] = find_numbers(text)
    number: Decimal = readings[0].normalize()
    return f"{number:f}"
