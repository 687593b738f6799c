"""How many of the shop's own texts state what is said to be a fact: one that none states may be none at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shoptune.data import Example
from shoptune.data_report import FactProfile
from shoptune.flags import flag_of

__all__ = ["StatedFacts"]

LOOKED_AT = 10_000
"""Texts that are looked at, the first ones."""
FACTS = 500
"""Facts that are counted: a table of ten thousand columns has as many."""
VALUES = 50
"""Values of a list that are looked for in one text."""

_WORD = re.compile(r"\w+")
_BETWEEN_VALUES = re.compile(r"[,;|](?!\d)")


class StatedFacts:
    """Counts, for each fact, the texts that could state it and those that do."""

    def __init__(self) -> None:
        self._texts = 0
        self._counts: dict[str, list[int]] = {}

    def add(self, example: Example) -> None:
        """Look at an example's facts and at its first reference."""
        if not (example.facts and example.references) or self._texts >= LOOKED_AT:
            return
        self._texts += 1
        text = _padded(example.references[0])
        for name, value in example.facts.items():
            if name in self._counts or len(self._counts) < FACTS:
                count = self._counts.setdefault(name, [0, 0])
                count[0] += 1
                count[1] += any(words in text for words in _wordings(name, value))

    def report(self) -> list[FactProfile]:
        """Return the facts in the order in which they first came."""
        return [FactProfile(name=name, texts=texts, stated=stated) for name, (texts, stated) in self._counts.items()]


def _wordings(name: str, value: str) -> Iterator[str]:
    """Yield the words by which a text would state a fact; of a list, those of each value; a flag is stated by its name.

    >>> list(_wordings("colour", "Moss green, grey")), list(_wordings("is_waterproof", "true"))
    ([' moss green ', ' grey '], [' waterproof '])
    """
    if flag_of(value):
        value = name.removeprefix("is_").replace("_", " ")
    for part in _BETWEEN_VALUES.split(value, VALUES)[:VALUES]:
        if (words := _padded(part)).strip():
            yield words


def _padded(text: str) -> str:
    """Return a text's words in small letters, each with a space before and after it."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
