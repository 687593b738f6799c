"""Words for materials, colours and certificates in text, English and German, from the files in ``lexicon/``.

The finder prefers precision to recall, since every hit may become an accusation ("the text claims brass"):

- a word with a life of its own (oak, rose, silver, slate) counts only where its neighbours make it a material or colour
  ("solid oak", "silver finish", "a lamp in slate.");
- words that are hardly ever the claim that they look like (down, felt, light, natural, lead) count in longer phrases or
  not at all;
- idioms ("black coffee", "a glass of"), what is denied ("no plastic", "PVC-free") and what is only compared ("like
  silk") don't count.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import regex
import yaml

from shoptune_catalogue.denial import denied

__all__ = ["KINDS", "Lexicon", "Term", "TermKind", "lexicon"]

TermKind = Literal["material", "colour", "certificate"]

KINDS: Mapping[TermKind, str] = {"colour": "colours", "material": "materials", "certificate": "certificates"}
"""Each kind's file, without its suffix."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of a lexicon and where it stands: `text[start:end]`."""

    concept: str
    """The name that all its spellings share: ``aluminium`` for aluminum, Alu, ..."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of one kind."""

    words: regex.Pattern[str]
    idioms: regex.Pattern[str]
    before: regex.Pattern[str]
    after: regex.Pattern[str]
    preposition: regex.Pattern[str]
    concepts: Mapping[str, str]
    """Folded spelling -> concept."""
    names: Mapping[str, str]
    """Folded spelling -> spelling of short abbreviations and of names made of common words, which keep their capitals:
    CE is no French "ce", Green Button no green button."""
    ambiguous: frozenset[str]
    """Concepts that count in context only."""
    broader: Mapping[str, tuple[str, ...]]
    """Concept -> what it is a kind of."""

    def mentioned(self, text: str) -> list[Term]:
        """Return every term in a text, whatever is said of it: what a fact's value may support."""
        return [
            Term(self._concept(match[0]), match.start(), match.end())
            for match in self.words.finditer(text)
            if match[0].isupper() or self.names.get(_fold(match[0]), match[0]) == match[0]
        ]

    def claimed(self, text: str) -> list[Term]:
        """Return the terms that a text claims of its product."""
        idioms = [match.span() for match in self.idioms.finditer(text)]
        begun = [start for start, _ in idioms]  # they don't overlap
        return [
            term
            for term in self.mentioned(text)
            if not ((last := bisect_right(begun, term.start)) and term.end <= idioms[last - 1][1])
            and not denied(text, term.start, term.end)
            and (term.concept not in self.ambiguous or self._in_context(text, term))
        ]

    def implied(self, concept: str) -> frozenset[str]:
        """Return a concept with all that it is a kind of: oxblood is red."""
        return frozenset([concept]).union(*(self.implied(wider) for wider in self.broader.get(concept, ())))

    def _concept(self, found: str) -> str:
        return self.concepts.get(_fold(found), _fold(found))

    def _in_context(self, text: str, term: Term) -> bool:
        return bool(
            self.before.search(text, _near(term), term.start)
            or self.after.match(text, term.end)
            or (self.preposition.search(text, _near(term), term.start) and _PAUSE.match(text, term.end))
        )


_NEAR = 120
"""Characters before a term that may say what is meant by it; its words stand closer by far."""


def _near(term: Term) -> int:
    return max(0, term.start - _NEAR)


_PAUSE = regex.compile(r"\s*(?:[.,;:!?)–—]|$)|\s+(?:and|with|und|mit)\b", regex.I)


@cache
def lexicon(kind: TermKind) -> Lexicon:
    """Load the lexicon of a kind."""
    file = resources.files(__package__) / "lexicon" / f"{KINDS[kind]}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    concepts: dict[str, str] = {}
    names: dict[str, str] = {}
    broader: dict[str, tuple[str, ...]] = {}
    ambiguous: set[str] = set()
    for line in content["terms"] + content["ambiguous"]:
        spellings, kinds_of = _read_line(line)
        concepts.update((_fold(spelling), _fold(spellings[0])) for spelling in spellings)
        names.update((_fold(spelling), spelling) for spelling in spellings if _is_name(spelling))
        broader[_fold(spellings[0])] = kinds_of
        if line in content["ambiguous"]:
            ambiguous.add(_fold(spellings[0]))
    return Lexicon(
        words=_any_of(concepts, content.get("patterns", ())),
        idioms=_any_of(phrase for line in content["idioms"] for phrase in _expand(line)),
        before=regex.compile(
            rf"\b{_alternatives(content['context']['before'])}\s+(?:an?\s+)?(?:\p{{L}}+\s+)?\Z", regex.I
        ),
        preposition=regex.compile(rf"\b{_alternatives(content['context']['in'])}\s+\Z", regex.I),
        after=regex.compile(rf"[\s-]+{_alternatives(content['context']['after'])}\b", regex.I),
        concepts=concepts,
        names=names,
        ambiguous=frozenset(ambiguous),
        broader=broader,
    )


def _read_line(line: str) -> tuple[list[str], tuple[str, ...]]:
    """Read ``suede, Wildleder > leather``: spellings, what the first of them is a kind of."""
    spellings, _, kinds_of = line.partition(">")
    forms = [form for word in spellings.split(",") for form in _inflect(word.strip())]
    return forms, tuple(_fold(wider) for wider in kinds_of.split(",") if wider.strip())


def _inflect(word: str) -> list[str]:
    """Write out the endings of a German adjective: ``schwarz~``."""
    stem = word.removesuffix("~")
    return [stem] if stem == word else [stem, *(stem + ending for ending in ("e", "em", "en", "er", "es"))]


def _expand(line: str) -> list[str]:
    """Write out alternatives: ``green/black tea/coffee`` is four phrases."""
    return [" ".join(choice) for choice in itertools.product(*(part.split("/") for part in line.split()))]


def _is_name(spelling: str) -> bool:
    return (len(spelling) <= 4 and spelling.isupper()) or (" " in spelling and spelling.istitle())


def _fold(text: str) -> str:
    return regex.sub(r"[\s-]+", " ", text.strip()).lower()


def _any_of(phrases: Iterable[str], patterns: Iterable[str] = ()) -> regex.Pattern[str]:
    body = "|".join([*patterns, _alternatives(phrases)])
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{body})(?![\p{{L}}\p{{N}}])", regex.I)


def _alternatives(phrases: Iterable[str]) -> str:
    """Return a pattern of the phrases, the longest first; a space in a phrase may be a hyphen in the text."""
    longest_first = sorted({_fold(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    escaped = (r"[\s-]+".join(regex.escape(part) for part in phrase.split(" ")) for phrase in longest_first)
    return f"(?:{'|'.join(escaped)})"
