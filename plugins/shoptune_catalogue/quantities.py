"""Numbers with units in text: found in any common spelling, compared whatever their units.

`find_quantities` reads ``1,140 g``, ``1.140,5 g``, ``5-1/2"``, ``20-25 cm`` and ``31 × 47 × 12 cm``; the units are
listed in ``units.yaml``, and Pint converts between them.  Number words ("two pockets") and numbers without a unit are
no quantities.  A minus sign is not read.

What a number means can depend on the language: ``1.140`` is 1140 in German and 1.14 in English.  Such a number keeps
both readings, and is taken to equal what either equals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import regex
import yaml

if TYPE_CHECKING:
    import pint

__all__ = [
    "FoundNumber",
    "FoundQuantity",
    "Number",
    "Quantity",
    "bare_numbers",
    "find_numbers",
    "find_quantities",
    "gives",
    "locate_numbers",
    "numbers_agree",
]

TOLERANCE = 0.005
"""Relative difference forgiven between different units (450 g and 1 lb differ by more)."""

ROUNDING_LIMIT = 0.05
"""A rounded number may differ this much from what it rounds: "1.1 kg" gives 1140 g, "2 L" does not give 1.7 L."""

Number = tuple[Decimal, ...]
"""The readings of one number, with the digits that the text gives."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One or several numbers with one unit: ``27 L``, the dimensions ``31 x 47 cm``, the range ``20-25 cm``."""

    numbers: tuple[Number, ...]
    unit: str
    """Pint's name of the unit, as in ``units.yaml``."""


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """A quantity and where it stands: `text[start:end]`."""

    quantity: Quantity
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number, with or without a unit, and where it stands: `text[start:end]`."""

    number: Number
    start: int
    end: int


def find_quantities(text: str) -> list[FoundQuantity]:
    """Return the quantities in a text, in order."""
    ends_quotation = cache(lambda: _ends_of_quotations(text))
    return [
        FoundQuantity(quantity, match.start(), match.end())
        for match in _quantity_pattern().finditer(text)
        if (quantity := _quantity(match, ends_quotation)) is not None
    ]


def bare_numbers(text: str) -> frozenset[Number]:
    """Return the numbers of a text that is nothing but numbers (``4``, ``4, 6``, ``31 x 47``); else none.

    >>> sorted(bare_numbers("31 x 47"))
    [(Decimal('31'),), (Decimal('47'),)]
    >>> bare_numbers("Tarn 27")
    frozenset()
    """
    if not _BARE.fullmatch(text.strip()):
        return frozenset()
    return find_numbers(text)


def find_numbers(text: str) -> frozenset[Number]:
    """Return every number in a text, with or without a unit."""
    return frozenset(found.number for found in locate_numbers(text))


def locate_numbers(text: str) -> list[FoundNumber]:
    """Return every number in a text with its place, in order."""
    return [FoundNumber(_read_number(match[0]), match.start(), match.end()) for match in _NUMBER.finditer(text)]


def gives(stated: Quantity, fact: Quantity) -> list[bool]:
    """Tell for each of the stated numbers whether it is one of the fact's.

    Stated in the fact's unit, a number must be the same, or the fact's rounded to the digits given (and then not more
    than `ROUNDING_LIMIT` from it).  Stated in another unit, it may also be off by `TOLERANCE`: people convert roughly.
    """
    return [
        any(
            _same(value, stated.unit, other, fact.unit) for value in number for known in fact.numbers for other in known
        )
        for number in stated.numbers
    ]


def numbers_agree(one: Number, other: Number) -> bool:
    """Tell whether two numbers without units share a reading."""
    return any(a == b for a in one for b in other)


def _same(stated: Decimal, stated_unit: str, fact: Decimal, fact_unit: str) -> bool:
    known = _convert(float(fact), fact_unit, stated_unit)
    if known is None:
        return False
    value, size = float(stated), abs(known)
    difference = abs(value - known)
    half_a_digit = 0.5 * 10.0 ** int(stated.as_tuple().exponent)
    return (
        difference <= 1e-9 * size
        or (difference <= half_a_digit * (1 + 1e-9) and difference <= ROUNDING_LIMIT * size)
        or (stated_unit != fact_unit and difference <= TOLERANCE * size)
    )


@lru_cache(maxsize=65536)
def _convert(value: float, unit: str, target: str) -> float | None:
    """Return the value in the target unit; None where the two measure different things."""
    if unit == target or (unit, target) in _DEGREES:
        return value
    registry = _registry()
    if registry.get_dimensionality(unit) != registry.get_dimensionality(target):
        return None
    return float(registry.Quantity(value, unit).to(target).magnitude)


# "40 degrees" of a fact "40 °C" leaves out the scale, not the meaning.
_DEGREES = {pair for scale in ("celsius", "fahrenheit") for pair in (("degree", scale), (scale, "degree"))}


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """Build a registry of the catalogue's units alone: a thousandth of the time that Pint's full one takes."""
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    units = _units()
    for name, unit in units["physical"].items():
        registry.define(f"{name} = {unit['is']}")
    for name in units["counted"]:
        registry.define(f"{name} = [{name}]")
    return registry


@cache
def _units() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((resources.files(__package__) / "units.yaml").read_text(encoding="utf-8"))
    return loaded


# --- numbers ---------------------------------------------------------------------------------------------------------

_SPACE = r"[ \u00a0\u2009\u202f]"
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_FRACTION = rf"(?:[{''.join(_VULGAR)}]|\d{{1,2}}/(?:2|3|4|8|16|32)(?!\d))"
_PLAIN = rf"(?:\d{{1,3}}(?:(?:[.,'’]|{_SPACE})\d{{3}}(?!\d))+|\d+)(?:[.,]\d+)?"
_ANY_NUMBER = rf"(?:\d+(?:{_SPACE}|-)?{_FRACTION}|{_FRACTION}|{_PLAIN})"
# A dash or stroke between spaces parts two things, as in "Tarn 27 – 1140 g".
_BETWEEN = rf"(?:[-–—/]|{_SPACE}?[xX×*]{_SPACE}?|{_SPACE}(?:by|to|bis){_SPACE})"

_NUMBER = regex.compile(_ANY_NUMBER)
_BARE = regex.compile(rf"(?>{_ANY_NUMBER})(?:(?:{_BETWEEN}|[,;|]{_SPACE}?)(?>{_ANY_NUMBER}))*+")
_MOST = 32
"""Numbers before one unit; of a longer list the last are taken.  No number is looked at more often than this, so that
ten lists of sizes take ten times as long as one."""


def _read_number(text: str) -> Number:
    """Return the readings of a number.

    >>> _read_number("1,140.5"), _read_number("1.140"), _read_number("5-1/2")
    ((Decimal('1140.5'),), (Decimal('1140'), Decimal('1.140')), (Decimal('5.5'),))
    """
    for sign, fraction in _VULGAR.items():
        text = text.replace(sign, f" {fraction}")
    if "/" in text:
        return (_decimal(sum((Fraction(part) for part in regex.split(r"[\s-]+", text) if part), Fraction())),)
    groups = regex.split(rf"['’]|{_SPACE}", text)
    # "Tarn 27 140 g": a space may part thousands, or two numbers.
    candidates = ["".join(groups)] + ([groups[-1]] if regex.search(_SPACE, text) else [])
    return tuple(dict.fromkeys(reading for candidate in candidates for reading in _read_separators(candidate)))


def _read_separators(text: str) -> Iterator[Decimal]:
    signs = [sign for sign in text if sign in ".,"]
    if len(set(signs)) == 2:  # the last is the decimal sign
        whole, decimals = text.rsplit(signs[-1], 1)
        yield Decimal(f"{regex.sub('[.,]', '', whole)}.{decimals}")
        return
    if len(signs) > 1:
        yield Decimal(regex.sub("[.,]", "", text))
        return
    if regex.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text):
        yield Decimal(regex.sub("[.,]", "", text))
    yield Decimal(text.replace(",", "."))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(str(round(float(value), 4)))


# --- units -----------------------------------------------------------------------------------------------------------


@cache
def _quantity_pattern() -> regex.Pattern[str]:
    """Build the pattern of numbers and a unit; the unit's name is the name of the group that took part."""
    units = _units()
    alternatives = []
    for name, unit in units["physical"].items():
        spellings = [unit.get("symbols"), f"(?i:{unit['words']})" if "words" in unit else None]
        alternatives.append(f"(?P<{name}>{'|'.join(filter(None, spellings))})")
    adjective = r"(?:(?!(?:and|or|of|to|with|for|und|oder|mit)\b)\p{Ll}[\p{Ll}-]{0,40}+\ )?"
    alternatives += [f"(?P<{name}>{adjective}(?i:{word}))" for name, word in units["counted"].items()]
    # A letter, point or currency before the number makes it part of something else; so does "per" after the unit.
    return regex.compile(
        rf"(?<![\p{{L}}\p{{N}}$£€¥])(?<!\p{{N}}[.,/])(?<!\p{{L}}[-–])"
        rf"(?P<numbers>(?>{_ANY_NUMBER})(?:(?P<between>{_BETWEEN})(?>{_ANY_NUMBER})){{0,{_MOST - 1}}}+)"
        rf"(?:{_SPACE}|[-‑])?(?:{'|'.join(alternatives)})(?:(?<!\p{{L}})|(?![\p{{L}}\p{{N}}]))(?!/\p{{L}})"
    )


def _quantity(match: regex.Match[str], ends_quotation: Callable[[], frozenset[int]]) -> Quantity | None:
    unit = match.lastgroup
    if unit is None or (match[unit] in _QUOTES and match.end() - 1 in ends_quotation()):
        return None
    numbers = tuple(_read_number(number) for number in _NUMBER.findall(match["numbers"]))
    multiplied = any(sign.strip().casefold() in {"x", "×", "*"} for sign in match.captures("between"))
    if multiplied and not _is_length(unit):
        numbers = numbers[-1:]  # "2 x 500 ml": two of 500 ml
    return Quantity(numbers, unit)


_QUOTES = frozenset('"”')


def _ends_of_quotations(text: str) -> frozenset[int]:
    """Return where the sign of the inch ends a quotation that began earlier: ``the "Tarn 27"``."""
    ends: set[int] = set()
    quoted = False
    for sign in regex.finditer(r"(?P<opens>(?<![^\s(])[\"“„](?=\S)|[“„])|[\"”]", text):
        if quoted:
            ends.add(sign.start())
        quoted = not quoted and sign["opens"] is not None
    return frozenset(ends)


@cache
def _is_length(unit: str) -> bool:
    return _convert(1.0, unit, "metre") is not None
