"""Which of a product's attributes a text states, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import regex

from shoptune_catalogue.lexicon import denied
from shoptune_catalogue.nested import plain_value
from shoptune_catalogue.phrases import find_phrase, find_plain_words, plain_words
from shoptune_catalogue.quantities import (
    FoundNumber,
    FoundQuantity,
    Number,
    Quantity,
    bare_numbers,
    find_quantities,
    gives,
    locate_numbers,
    numbers_agree,
)
from shoptune_text.words import FoundWord

__all__ = ["Place", "covered", "find_statements"]

Place = tuple[int, int]
"""`text[start:end]`."""


def covered(text: str, facts: Mapping[str, str]) -> dict[str, bool]:
    """Tell for each attribute with a value whether the text states the value; see `find_statements`."""
    return {name: bool(places) for name, places in find_statements(text, facts).items()}


def find_statements(text: str, facts: Mapping[str, str]) -> dict[str, list[Place]]:
    """Return for each attribute with a value where the text states the value first; no place where it doesn't.

    - Words: the value's words occur in sequence, whatever their hyphens, plurals and British or American spelling.
    - Quantities: an equal quantity occurs in any unit and spelling, and the words around the value's occur too ("6 cm
      twisted": 60 mm, and "twisted").  The numbers of dimensions may stand apart ("31 cm wide and 47 cm tall").
    - A number alone is stated wherever the number is.
    - Yes and no are stated by the attribute's name, and by its denial: ``waterproof: no`` by "not waterproof", whatever
      else is said to be no.
    - What is nested says what its parts say (`shoptune_catalogue.nested`).
    - Several values (parted by comma, semicolon or bar) are stated when all are, in any order.
    """
    read = _Text(text)
    statements: dict[str, list[Place]] = {}
    for name, fact in facts.items():
        value = plain_value(fact)
        if (flag := value.strip().casefold()) in _FLAGS:
            statements[name] = _find_flag(name, read, is_so=_FLAGS[flag])
            continue
        parts = [part for part in regex.split(r"[,;|](?!\d)", value) if part.strip()]
        if parts:
            found = [_find(part, read) for part in parts]
            statements[name] = sorted({place for places in found for place in places}) if all(found) else []
    return statements


_YES = ("yes", "y", "true", "ja", "wahr", "oui", "vrai", "sí", "sì", "verdadero", "vero", "sim", "tak", "✓", "✔", "✅")
_NO = ("no", "n", "false", "nein", "falsch", "non", "faux", "falso", "nee", "não", "nie", "✗", "✘", "❌")
_FLAGS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_NO_BEHIND = regex.compile(rf"\s*[:=?]\s*(?:{'|'.join(_NO)})(?!\w)", regex.I)


def _find_flag(name: str, text: _Text, *, is_so: bool) -> list[Place]:
    """Return where the text says first that the attribute is so, or that it isn't."""
    wanted = [word for word in plain_words(name.replace("_", " ")) if word not in {"is", "has", "ist", "hat"}]
    start = 0
    while wanted and (words := find_phrase(wanted, text.words[start:])):
        first, last = words[0] + start, words[1] + start
        place = text.found[first].start, text.found[last].end
        says_no = denied(text.text, *place) or bool(_NO_BEHIND.match(text.text, place[1]))
        if says_no != is_so:
            return [place]
        start = last + 1
    return []


@dataclass(frozen=True)
class _Text:
    """A text, read once for all facts."""

    text: str

    @cached_property
    def found(self) -> list[FoundWord]:
        return find_plain_words(self.text)

    @cached_property
    def words(self) -> list[str]:
        return [found.word for found in self.found]

    @cached_property
    def quantities(self) -> list[FoundQuantity]:
        return find_quantities(self.text)

    @cached_property
    def numbers(self) -> list[FoundNumber]:
        return locate_numbers(self.text)


def _find(value: str, text: _Text) -> list[Place]:
    """Return where the text states one value, which is in several places only if its parts stand apart."""
    if place := _find_words(plain_words(value), text):
        return [place]
    if numbers := bare_numbers(value):
        stated = [
            next(((n.start, n.end) for n in text.numbers if numbers_agree(number, n.number)), None)
            for number in numbers
        ]
        return _all_of(stated)
    wanted = find_quantities(value)
    edges = [0, *(edge for found in wanted for edge in (found.start, found.end)), len(value)]
    around = plain_words("".join(value[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)))
    given = [_find_number(number, found.quantity.unit, text) for found in wanted for number in found.quantity.numbers]
    return _all_of([*given, _find_words(around, text)] if given and around else given)


def _find_words(phrase: list[str], text: _Text) -> Place | None:
    words = find_phrase(phrase, text.words)
    return (text.found[words[0]].start, text.found[words[1]].end) if words else None


def _find_number(number: Number, unit: str, text: _Text) -> Place | None:
    """Return the first quantity of which it is one of the numbers."""
    wanted = Quantity((number,), unit)
    return next(((q.start, q.end) for q in text.quantities if any(gives(q.quantity, wanted))), None)


def _all_of(places: list[Place | None]) -> list[Place]:
    """Return the places; none if one is missing."""
    found = [place for place in places if place]
    return found if len(found) == len(places) else []
