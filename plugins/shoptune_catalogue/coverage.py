"""Which of a product's attributes a text states, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from shoptune.flags import flag_of
from shoptune_catalogue.denial import PREFIXES, SUFFIXES, denied
from shoptune_catalogue.lexicon import KINDS, lexicon
from shoptune_catalogue.nested import plain_value
from shoptune_catalogue.phrases import find_phrases, find_plain_words, inflected, plain_words
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

    - Words: the value's words occur in sequence, whatever their hyphens, plurals and British or American spelling; a
      material, colour or certificate in any spelling that the lexicon has ("schwarzer" of schwarz).
    - Quantities: an equal quantity occurs in any unit and spelling, and the words around the value's occur too ("6 cm
      twisted": 60 mm, and "twisted").  The numbers of dimensions may stand apart ("31 cm wide and 47 cm tall").
    - A number alone is stated wherever the number is.
    - Yes and no are stated by the attribute's name with any ending of an adjective, and by its denial: ``waterproof:
      no`` by "not waterproof", whatever else is said to be no (`shoptune_catalogue.denial`).
    - What is nested says what its parts say (`shoptune_catalogue.nested`).
    - Several values (parted by comma, semicolon or bar) are stated when all are, in any order.
    """
    read = _Text(text)
    statements: dict[str, list[Place]] = {}
    for name, fact in facts.items():
        value = plain_value(fact)
        if (is_so := flag_of(value)) is not None:
            statements[name] = _find_flag(name, read, is_so=is_so)
            continue
        parts = [part for part in regex.split(r"[,;|](?!\d)", value) if part.strip()]
        if parts:
            found = [_find(part, read) for part in parts]
            statements[name] = sorted({place for places in found for place in places}) if all(found) else []
    return statements


def _find_flag(name: str, text: _Text, *, is_so: bool) -> list[Place]:
    """Return where the text says first that the attribute is so, or that it isn't."""
    words = [word for word in plain_words(name.replace("_", " ")) if word not in {"is", "has", "ist", "hat"}]
    if not words:
        return []
    forms = list(inflected(words))
    for place in sorted(text.places(forms)):
        if denied(text.text, *place) != is_so:
            return [place]
    if is_so:
        return []
    before = [[prefix, *form] for prefix in PREFIXES for form in forms]
    behind = [[*words, *plain_words(suffix)] for suffix in SUFFIXES]
    return sorted(text.places([*before, *behind]))[:1]


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

    def places(self, phrases: Iterable[Sequence[str]]) -> Iterator[Place]:
        """Yield where one of the phrases stands, phrase by phrase."""
        for phrase in phrases:
            for first, last in find_phrases(phrase, self.words):
                yield self.found[first].start, self.found[last].end

    @cached_property
    def terms(self) -> dict[str, Place]:
        """Where materials, colours and certificates are claimed first, by concept."""
        found = [term for kind in KINDS for term in lexicon(kind).claimed(self.text)]
        return {term.concept: (term.start, term.end) for term in reversed(found)}

    @cached_property
    def quantities(self) -> list[FoundQuantity]:
        return find_quantities(self.text)

    @cached_property
    def numbers(self) -> list[FoundNumber]:
        return locate_numbers(self.text)


def _find(value: str, text: _Text) -> list[Place]:
    """Return where the text states one value, which is in several places only if its parts stand apart."""
    if place := _find_words(plain_words(value), text) or _find_term(value.strip(), text):
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
    return next(text.places([phrase]), None)


def _find_term(value: str, text: _Text) -> Place | None:
    """Return where the text claims the material, colour or certificate that a value is, in any of its spellings."""
    for kind in KINDS:
        terms = lexicon(kind).mentioned(value)
        if len(terms) == 1 and (terms[0].start, terms[0].end) == (0, len(value)):
            return text.terms.get(terms[0].concept)
    return None


def _find_number(number: Number, unit: str, text: _Text) -> Place | None:
    """Return the first quantity of which it is one of the numbers."""
    wanted = Quantity((number,), unit)
    return next(((q.start, q.end) for q in text.quantities if any(gives(q.quantity, wanted))), None)


def _all_of(places: list[Place | None]) -> list[Place]:
    """Return the places; none if one is missing."""
    found = [place for place in places if place]
    return found if len(found) == len(places) else []
