"""Phrases found in text whatever their hyphens, plurals and spelling."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import regex

from shoptune_text.words import FoundWord, find_words, words

__all__ = ["find_phrases", "find_plain_words", "inflected", "occurs", "plain_words"]

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


_ENDINGS = ("", *"a as e ego ej em en er es i o os s y ych ym ymi ą".split())  # noqa: SIM905 - a list is longer
"""Of adjectives in German, French, Spanish, Italian, Dutch, Polish and Portuguese, in any number, case and gender."""
_ENDING = regex.compile(rf"(?<=\w{{5}})(?:{'|'.join(sorted(_ENDINGS[1:], key=len, reverse=True))})\Z")


def inflected(phrase: Sequence[str]) -> Iterator[list[str]]:
    """Yield a phrase with every ending that its last word may have: ``wasserdicht``, ``wasserdichte``, ...

    Words of five letters and fewer stay as they are.
    """
    *before, last = phrase
    stem = _ENDING.sub("", last)
    yield from ([*before, form] for form in dict.fromkeys([last, *(stem + e for e in _ENDINGS if len(stem) > 4)]))


def occurs(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether a phrase's words stand in a text in sequence; both as `plain_words` returns them.

    >>> occurs(plain_words("red"), plain_words("A hundred"))
    False
    """
    return next(find_phrases(phrase, text), None) is not None


def find_phrases(phrase: Sequence[str], text: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the text's words that a phrase's words are in sequence, by number, in order.

    Words are compared run together, so that "post-box red" occurs in "a postbox red tin"; a phrase begins and ends
    where words of the text do.

    >>> list(find_phrases(plain_words("post-box red"), plain_words("A postbox red tin")))
    [(1, 2)]
    """
    wanted, joined = "".join(phrase), "".join(text)
    start = joined.find(wanted) if wanted else -1
    if start < 0:
        return
    places = list(itertools.accumulate(map(len, text), initial=0))
    borders = {place: number for number, place in enumerate(places)}
    while start >= 0:
        end = start + len(wanted)
        if start in borders and end in borders:
            yield borders[start], borders[end] - 1
        following = bisect_right(places, start)  # a phrase begins where a word does
        start = joined.find(wanted, places[following]) if following < len(places) else -1
