"""Phrases found in text whatever their hyphens, plurals and spelling."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence

from shoptune_text.words import FoundWord, find_words, words

__all__ = ["find_phrase", "find_plain_words", "occurs", "plain_words"]

# American -> British, for words that attribute values have.
_VARIANTS = {
    "aluminum": "aluminium",
    "center": "centre",
    "color": "colour",
    "colored": "coloured",
    "enameled": "enamelled",
    "fiber": "fibre",
    "galvanized": "galvanised",
    "gray": "grey",
    "harbor": "harbour",
    "microfiber": "microfibre",
    "wooden": "wood",
    "woolen": "wool",
    "woollen": "wool",
}

_COUNTS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        map(str, range(1, 11)),
        strict=True,
    )
)


def plain_words(text: str) -> list[str]:
    """Return a text's words in a form that forgives spelling: singular, British, small numbers as digits."""
    return [_plain(word) for word in words(text)]


def find_plain_words(text: str) -> list[FoundWord]:
    """Return `plain_words` with their places in the text."""
    return [FoundWord(_plain(found.word), found.start, found.end) for found in find_words(text)]


def _plain(word: str) -> str:
    word = _COUNTS.get(word, _VARIANTS.get(word, word))
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zzes")) else word[:-1]
    return f"{word[:-2]}y" if len(word) > 3 and word.endswith("ie") else word


def occurs(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether a phrase's words stand in a text in sequence; both as `plain_words` returns them.

    >>> occurs(plain_words("red"), plain_words("A hundred"))
    False
    """
    return find_phrase(phrase, text) is not None


def find_phrase(phrase: Sequence[str], text: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last of the text's words that a phrase's words are in sequence, by number.

    Words are compared run together, so that "post-box red" occurs in "a postbox red tin"; a phrase begins and ends
    where words of the text do.

    >>> find_phrase(plain_words("post-box red"), plain_words("A postbox red tin"))
    (1, 2)
    """
    wanted, joined = "".join(phrase), "".join(text)
    start = joined.find(wanted) if wanted else -1
    if start < 0:
        return None
    places = list(itertools.accumulate(map(len, text), initial=0))
    borders = {place: number for number, place in enumerate(places)}
    while start >= 0:
        end = start + len(wanted)
        if start in borders and end in borders:
            return borders[start], borders[end] - 1
        following = bisect_right(places, start)  # a phrase begins where a word does
        start = joined.find(wanted, places[following]) if following < len(places) else -1
    return None
