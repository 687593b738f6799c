"""What a text claims of its product, and which of it the facts don't support.

Four kinds of claim can be checked against attributes: numbers with a unit, materials, colours, certificates.  A claim
is supported by *any* fact, whatever the attribute: a scent "rose and oak" supports both words.  The finder prefers
precision to recall (`shoptune_catalogue.lexicon` says how), and does not see other kinds, such as "a laptop sleeve".

Numbers: a fact must give the number in a unit that measures the same thing (`shoptune_catalogue.quantities` says what
equals what), or be the number alone: ``{"pockets": "4"}`` supports "4 pockets".  A number in a name ("Tarn 27") has no
unit and is not alone, so it supports nothing.

Words: a fact must mention the same thing in any spelling, or something that is a kind of it (steel of a stainless steel
kettle, red of an oxblood one), or have the word at the end of a compound ("nylon" of silnylon).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from shoptune.flags import flag_of
from shoptune_catalogue.lexicon import KINDS, lexicon
from shoptune_catalogue.nested import plain_value
from shoptune_catalogue.other_things import is_feeling, is_of_another_thing, is_waiting_time
from shoptune_catalogue.phrases import occurs, plain_words
from shoptune_catalogue.quantities import (
    Number,
    Quantity,
    bare_numbers,
    find_quantities,
    gives,
    numbers_agree,
)

__all__ = ["CLAIM_KINDS", "Claim", "ClaimKind", "find_claims", "is_supported", "unsupported"]

ClaimKind = Literal["number", "material", "colour", "certificate"]

CLAIM_KINDS: tuple[ClaimKind, ...] = ("number", "material", "colour", "certificate")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a text states of its product, at `text[start:end]`."""

    kind: ClaimKind
    text: str
    start: int
    end: int
    value: Quantity | str
    """What is claimed, free of spelling: a quantity, or the name that all spellings of a word share."""


def find_claims(text: str) -> list[Claim]:
    """Return the claims in a text, in order of their position.

    One word is one claim: "vegan leather" is not "vegan" as well, nor slate both a colour and a stone.
    """
    claims = [
        Claim("number", text[found.start : found.end], found.start, found.end, found.quantity)
        for found in find_quantities(text)
        if not is_waiting_time(text, found.start, found.quantity.unit)
        and not is_feeling(text, found.end, found.quantity.unit)
    ]
    for kind in KINDS:
        claims += [
            Claim(kind, text[term.start : term.end], term.start, term.end, term.concept)
            for term in lexicon(kind).claimed(text)
        ]
    claims = [claim for claim in claims if not is_of_another_thing(text, claim.start, claim.end)]
    outermost: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (claim.start, -claim.end)):
        if not outermost or claim.end > outermost[-1].end:
            outermost.append(claim)
    return outermost


def unsupported(text: str, facts: Mapping[str, str]) -> list[Claim]:
    """Return the claims in a text that no fact supports, in order; a claim made twice is there twice."""
    return [claim for claim in find_claims(text) if not is_supported(claim, facts)]


def is_supported(claim: Claim, facts: Mapping[str, str]) -> bool:
    """Tell whether any of the facts (attribute -> value) supports a claim."""
    known = _knowledge(tuple(facts.items()))
    if isinstance(claim.value, Quantity):
        return _number_supported(claim.value, known)
    words = plain_words(claim.text)
    return (
        claim.value in known.concepts
        or any(occurs(words, value) for value in known.words)
        or any(word.endswith("".join(words)) for value in known.words for word in value if len(words[-1]) > 3)
    )


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """What a product's facts say."""

    quantities: tuple[Quantity, ...]
    numbers: frozenset[Number]
    """Values that are numbers alone."""
    concepts: frozenset[str]
    """Materials, colours and certificates, with what they are kinds of."""
    words: tuple[list[str], ...]
    """The plain words of each value."""


@lru_cache(maxsize=4096)
def _knowledge(facts: tuple[tuple[str, str], ...]) -> _Knowledge:
    facts = tuple((name, plain_value(value)) for name, value in facts)
    values = [_with_name(name, value) for name, value in facts]
    return _Knowledge(
        quantities=tuple(found.quantity for value in values for found in find_quantities(value)),
        numbers=frozenset(number for _, value in facts for number in bare_numbers(value)),
        concepts=frozenset(
            concept
            for kind in KINDS
            for value in values
            for term in lexicon(kind).mentioned(value)
            for concept in lexicon(kind).implied(term.concept)
        ),
        words=tuple(plain_words(value) for value in values),
    )


def _with_name(attribute: str, value: str) -> str:
    """Return what a fact says: its value, or its name where the value only confirms it (``vegan: yes``)."""
    return attribute.replace("_", " ") if flag_of(value) else value


def _number_supported(stated: Quantity, known: _Knowledge) -> bool:
    """Tell whether each of the stated numbers is given by some fact, or stands alone as one."""
    given = [any(answers) for answers in zip(*(gives(stated, fact) for fact in known.quantities), strict=True)] or [
        False
    ] * len(stated.numbers)
    return all(
        by_unit or any(numbers_agree(number, alone) for alone in known.numbers)
        for by_unit, number in zip(given, stated.numbers, strict=True)
    )
