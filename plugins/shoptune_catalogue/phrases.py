"""Phrases found in text whatever their hyphens, plurals and spelling."""

from __future__ import annotations

import itertools

from shoptune_text.words import words

__all__ = ["occurs", "plain_words"]

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


def _plain(word: str) -> str:
    word = _COUNTS.get(word, _VARIANTS.get(word, word))
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def occurs(phrase: list[str], text: list[str]) -> bool:
    """Tell whether a phrase's words stand in a text in sequence; both as `plain_words` returns them.

    Words are compared run together, so that "post-box red" occurs in "a postbox red tin"; a phrase begins and ends
    where words of the text do.

    >>> occurs(plain_words("post-box red"), plain_words("A postbox red tin"))
    True
    >>> occurs(plain_words("red"), plain_words("A hundred"))
    False
    """
    wanted, joined = "".join(phrase), "".join(text)
    borders = {0, *itertools.accumulate(len(word) for word in text)}
    start = joined.find(wanted) if wanted else -1
    while start >= 0:
        if start in borders and start + len(wanted) in borders:
            return True
        start = joined.find(wanted, start + 1)
    return False
