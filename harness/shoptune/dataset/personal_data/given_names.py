"""Names of people told by a given name that stands near a word of orders.

"Parcel came but Sabine Krüger had it already": no word before the name tells it, but *Sabine* is a given name and
nothing else, and the text speaks of a parcel.  Where no such word stands near, names are left alone: a chat about Marie
Curie is about no customer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

from shoptune.dataset.personal_data.words import phrases

__all__ = ["mask_given_names"]

_NEAR = 200
"""Characters between a name and a word of orders: about two sentences, or a message and its signature."""

_WORD = re.compile(r"(?<!['’@./_\w-])[^\W\d_]{2,30}(?:['’-][^\W\d_]{1,30}){0,3}(?![\w@]|['’-]\w)")
# What a name has beside its given name: other names, initials, and what stands between them.
_PARTICLES = frozenset(phrases("particles of names"))
_PART = re.compile(r"[^\W\d_]{1,30}(?:['’-][^\W\d_]{1,30}){0,3}")
_NO_SURNAMES = frozenset(phrases("no surnames"))
_FOLLOWS = re.compile(r"(?:[ \t\u00a0]|&nbsp;){1,2}(?=[^\W\d_'’])")
_INITIAL = re.compile(r"(?:[ \t\u00a0]|&nbsp;){1,2}([^\W\d_])(?:\.|(?!\w))")
_SURNAME_FIRST = re.compile(r"[^\W\d_]{2,30}(?:-[^\W\d_]{2,30})?,?[ \t\u00a0]\Z")
_MOST_PARTS = 4
# "the Tasha sandal"; "a Tasha" is Italian for "to Tasha", and other languages put articles before people's names.
_THING = re.compile(r"\b(?:the|this|that|these|those|another|brand)\s\Z", re.IGNORECASE)

_STEMS = re.compile(r"\w+")


@cache
def _given_names() -> frozenset[str]:
    text = (resources.files(__package__) / "given_names.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


_WHOLE = frozenset(phrases("words of orders"))
_BEGINNINGS = frozenset(phrases("beginnings of words of orders"))
_LENGTHS = sorted({len(beginning) for beginning in _BEGINNINGS})


def mask_given_names(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[name]`` for each name that begins with a given name near a word of orders, counted."""
    spans = list(_names(text))
    if not spans:
        return text
    orders = _order_words(text)
    parts, done = [], 0
    for start, end in spans:
        if start >= done and _is_near(start, end, orders):
            found["name"] += 1
            parts += [text[done:start], "[name]"]
            done = end
    return "".join([*parts, text[done:]]) if parts else text


def _order_words(text: str) -> Sequence[int]:
    """Return where the words of orders begin."""
    places = []
    for match in _STEMS.finditer(text):
        word = match[0].lower()
        if word in _WHOLE or any(word[:length] in _BEGINNINGS for length in _LENGTHS):
            places.append(match.start())
    return places


def _is_near(start: int, end: int, places: Sequence[int]) -> bool:
    at = bisect_left(places, start - _NEAR)
    return at < len(places) and places[at] <= end + _NEAR


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names stand that have a given name, in order: with what follows it, and a surname before a comma."""
    known = _given_names()
    done = 0
    for match in _WORD.finditer(text):
        if (
            match.start() < done
            or not _is_given(match[0], known)
            or _THING.search(text, max(0, match.start() - 12), match.start())
        ):
            continue
        start, end = match.start(), match.end() - _possessive(match[0])
        if match[0][0].isupper() and end == match.end():
            end = _end_of_name(text, match.end())
            before = _SURNAME_FIRST.search(text, max(done, start - 40), start)
            if before and before[0].rstrip()[-1] == "," and before[0][0].isupper() and before[0][1:2].islower():
                start = before.start()
        yield start, end
        done = end


def _names_a_thing(text: str, start: int) -> bool:
    return bool(_THING.search(text, max(0, start - 12), start))


def _possessive(word: str) -> int:
    """Return how many characters of a word are its ``'s``."""
    return 2 if word.endswith(("'s", "’s")) else 0


def _is_given(word: str, known: frozenset[str]) -> bool:
    """Whether a word is a given name: ``Anna``, ``ANNA``, ``Anna's``, ``Anne-Marie``, or ``anna`` if it isn't short."""
    parts = word[: len(word) - _possessive(word)].split("-")
    if not all(part.lower() in known for part in parts):
        return False
    return all(part[0].isupper() for part in parts) or (word.islower() and len(parts[0]) > 3)


def _end_of_name(text: str, end: int) -> int:
    """Return where a name ends that goes on after `end` with capitalised words, initials and particles."""
    for _ in range(_MOST_PARTS):
        at = end
        if initial := _INITIAL.match(text, at):
            if not initial[1].isupper() or initial[0].endswith(initial[1]):
                break  # "Anna I think": a word of one letter
            end = initial.end()
            continue
        for _ in range(3):  # "van de Ven"
            gap = _FOLLOWS.match(text, at)
            word = _PART.match(text, gap.end()) if gap else None
            if word is None or word[0].lower() not in _PARTICLES or not word[0].islower():
                break
            at = word.end()
        gap = _FOLLOWS.match(text, at)
        word = _PART.match(text, gap.end()) if gap else None
        if word is None or not word[0][0].isupper() or word[0].lower() in _NO_SURNAMES:
            break
        end = word.end()
    return end
