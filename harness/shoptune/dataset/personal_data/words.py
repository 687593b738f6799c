"""What the patterns of personal data are made of, and how a text without any is told at once.

What most kinds are told by are words before them.  A text is gone through once for the words that the phrases of all
kinds begin with, and the patterns are tried there and nowhere else; so phrases cost nothing where they don't stand.
"""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources

__all__ = [
    "CAPITAL",
    "GAP",
    "SPACE",
    "WORD",
    "Cues",
    "Masked",
    "Told",
    "after",
    "cues",
    "phrases",
    "replace",
    "replace_at",
    "signs",
    "signs_in",
    "starts",
]

CAPITAL = "[" + "".join(filter(str.isupper, map(chr, range(0x41, 0x530)))) + "]"
"""A Latin, Greek or Cyrillic capital: the standard library's patterns have no class for them."""

WORD = rf"{CAPITAL}(?:[^\W\d_]|['’-](?=[^\W\d_])){{0,30}}+"
"""A word that begins with one: ``Miller``, ``O'Neill``, ``Ann-Kathrin``.  Bounded, since it is tried at each."""

SPACE = r"(?:[ \t\u00a0]|&nbsp;)"
GAP = r"(?:\s|&nbsp;|</?[A-Za-z][^<>]{0,80}>)"
"""White space of text or HTML."""

Masked = Callable[[re.Match[str]], str]
"""Makes of a match what stands in its place: the same text where it is none."""

# For UTF-8: digits become 0, so that a postcode is a word too; punctuation becomes white space, as do the bytes that
# typographic quotes, dashes and fixed spaces are made of (and none of the letters in a sign).
_BLANK = string.punctuation.encode() + bytes.fromhex("80 93 94 98 99 9a 9c 9d 9e a0 ab bb c2 e2")
_PLAIN = bytes.maketrans(string.digits.encode() + _BLANK, b"0" * 10 + b" " * len(_BLANK))
_LONG = 100_000


def signs(words: str) -> frozenset[bytes]:
    """Return the words (small letters, white space in between) as `signs_in` looks for them.

    A letter of which a byte is taken for white space leaves the pieces of its word, of which the longest is looked for.
    """
    return frozenset(max(word.translate(_PLAIN).split(), key=len) for word in words.encode().split())


def signs_in(lowered: str, wanted: frozenset[bytes]) -> frozenset[bytes]:
    """Return those of the `wanted` words that are in a text in small letters; in a long one, even within a word.

    It is asked of every text, so it is a split and a look-up, ten times quicker than a pattern of that many words.
    """
    plain = lowered.encode("utf-8", "surrogatepass").translate(_PLAIN)
    if len(plain) > _LONG:  # the words of a 10 MB cell would take some hundred MB
        return frozenset(word for word in wanted if word in plain)
    return wanted.intersection(plain.split())


@dataclass(frozen=True)
class Cues:
    """Phrases that tell what follows them."""

    pattern: str
    firsts: frozenset[str]
    """The words, in small letters, that one of them begins with: `places` finds where."""

    @staticmethod
    def of_words(words: Iterable[str]) -> Cues:
        """Return single words, of which `starts` finds where they stand."""
        firsts = frozenset(words)
        _cue_words.update(firsts)
        return Cues(_one_of(firsts), firsts)

    def __or__(self, other: Cues) -> Cues:
        """Return the phrases of both."""
        return Cues(f"(?:{self.pattern}|{other.pattern})", self.firsts | other.firsts)


_cue_words: set[str] = set()  # of all phrases that there are, so that a text's words are gone through once


@cache
def cues(section: str) -> Cues:
    """Return the phrases of a section of ``cues.txt``."""
    by_letter: defaultdict[str, list[str]] = defaultdict(list)  # so that a place is held against few
    firsts: set[str] = set()
    for form in sorted(phrases(section), key=lambda phrase: (-len(phrase), phrase)):
        first, *more = form.split(" ")
        tail = "".join(map(_next, more))
        words = first.split("|")
        firsts.update(_WORD.findall(word)[0] for word in words)
        for letter in dict.fromkeys(word[0] for word in words):
            by_letter[letter].append(_one_of(word[1:] for word in words if word[0] == letter) + tail)
    pattern = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    _cue_words.update(firsts)
    return Cues(rf"(?i:(?:{pattern})(?:(?<=['’])|(?!\w)))", frozenset(firsts))


def _next(word: str) -> str:
    """Return the pattern of what stands after the first word of a phrase."""
    words = word.split("|")
    return rf"(?:\s{{1,3}}{_one_of(filter(None, words))}){'' if all(words) else '?'}"


def _one_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(_plain, words))})"


def _plain(word: str) -> str:
    return re.escape(word).replace("'", "['’]").replace(re.escape("~"), r"\s{1,3}")


def phrases(section: str) -> list[str]:
    """Return what stands in a section of ``cues.txt``."""
    return _sections()[section]


@cache
def _sections() -> dict[str, list[str]]:
    """Read ``cues.txt``: section -> its phrases."""
    text = (resources.files(__package__) / "cues.txt").read_text("utf-8")
    parts = re.split(r"^\[(.+)\]$", re.sub(r"^#.*", ",", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    return {
        name: [" ".join(phrase.split()) for phrase in phrases.split(",") if phrase.strip()]
        for name, phrases in zip(parts[::2], parts[1::2], strict=True)
    }


_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4)  # the recognisers ask one after the other
def _places(text: str) -> Mapping[str, Sequence[int]]:
    """Return where the words stand that a phrase may begin with."""
    found: dict[str, list[int]] = {}
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in _cue_words:
            found.setdefault(word, []).append(match.start())
    return found


def starts(text: str, told: Cues) -> Sequence[int]:
    """Return where one of the phrases may begin, in order."""
    places = _places(text)
    if told.firsts.isdisjoint(places):  # nearly always, and several times quicker than what follows
        return ()
    # the phrases have thousands of first words, a text a few of them
    return sorted(place for word, at in places.items() if word in told.firsts for place in at)


@dataclass(frozen=True)
class Told:
    """A value after one of some phrases; the pattern's groups are what stands before it, and the value."""

    cues: Cues
    source: str
    flags: int = 0

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled where a text needs it first: the languages' phrases are many."""
        return re.compile(self.source, self.flags)

    def replace(self, text: str, masked: Masked, kind: str, found: Counter[str]) -> str:
        """Replace each match as `replace` does, looking only where a phrase begins."""
        return replace_at(starts(text, self.cues), self.pattern, text, masked, kind, found)


def after(told: Cues | str, between: str, value: str, *, flags: int = 0) -> Told:
    """Return (one of the phrases, or of those of a section, and what may stand `between`) and (the value)."""
    found = cues(told) if isinstance(told, str) else told
    return Told(found, rf"({found.pattern}{between})({value})", flags)


def replace_at(
    places: Iterable[int], pattern: re.Pattern[str], text: str, masked: Masked, kind: str, found: Counter[str]
) -> str:
    """Replace each match that begins at one of the places, which are in order, as `replace` does."""
    parts = []
    done = 0
    for place in places:
        match = pattern.match(text, place) if place >= done else None
        if match is not None and (new := masked(match)) != match[0]:
            found[kind] += 1
            parts += [text[done:place], new]
            done = match.end()
    return "".join([*parts, text[done:]]) if parts else text


def replace(pattern: re.Pattern[str], text: str, masked: Masked, kind: str, found: Counter[str]) -> str:
    """Replace each match by what `masked` makes of it, and count those that it changes.

    One that it leaves alone can overlap with the next: the card number in "ISO 9001 4111 1111 1111 1111".
    """
    parts = []
    done = at = 0
    while match := pattern.search(text, at):
        new = masked(match)
        if new == match[0]:
            at = match.start() + 1
            continue
        found[kind] += 1
        parts += [text[done : match.start()], new]
        done = at = match.end()
    return "".join([*parts, text[done:]]) if parts else text
