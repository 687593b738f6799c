"""What a text denies: "not waterproof", "PVC-free", "sans plastique"; the words, by language, are in ``denial.yaml``.

Only what stands close by is read: "waterproof it is not" denies nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import lru_cache
from importlib import resources

import regex
import yaml

from shoptune.flags import NO

__all__ = ["PREFIXES", "SUFFIXES", "denied"]

_NEAR = 120
"""Characters before a word that may deny it; the words that do stand closer by far."""

_GAP = r"[^\S\n]+"
"""A line ends what is said: ``waterproof: no``, and ``vegan: yes`` below it."""

_LANGUAGES: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (resources.files(__package__) / "denial.yaml").read_text(encoding="utf-8")
)


def _words(of: str) -> frozenset[str]:
    return frozenset(word for words in _LANGUAGES.values() for word in words.get(of, ()))


def _any_of(phrases: Collection[str]) -> str:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(_GAP.join(map(regex.escape, phrase.split())).replace("'", "['’]") for phrase in longest_first)


PREFIXES, SUFFIXES = _words("prefix"), _words("suffix") | _words("behind")
"""What makes a word its denial: ``niewodoodporny``, ``latexfrei``."""

_BEFORE = regex.compile(
    rf"(?:\b(?P<word>{_any_of(_words('before'))}){_GAP}(?!(?:{_any_of(_words('only'))})\b)"
    rf"(?:(?!(?:{_any_of(_words('but'))})\b)[\p{{L}}-]+(?:['’]|{_GAP})){{0,2}}(?:\p{{L}}['’])?"
    rf"|\b(?:{_any_of(PREFIXES)})-)\Z",
    regex.I | regex.REVERSE,
)
_BEHIND = regex.compile(rf"(?:[\s-]?(?:{_any_of(_words('behind'))})|-?(?:{_any_of(_words('suffix'))}))\b", regex.I)
_NO = "|".join(map(regex.escape, NO))
_NO_BEHIND = regex.compile(rf"\s*(?:[:=?]\s*(?:{_NO})(?!\w)|[|(–—-]\s*(?:{_NO})\s*(?:[^\w\s]|\Z))", regex.I)
"""``waterproof: no``, ``waterproof | no |``, ``waterproof (no)``, but not ``waterproof - no lid``."""
_PORTUGUESE = regex.compile(r"[ãõ]|[áí]vel\b|(?<![.'’\p{L}])(?:ao|com|da|em|é|na|ou|uma)\b", regex.I)


def denied(text: str, start: int, end: int) -> bool:
    """Tell whether a text denies the words `text[start:end]`, or only compares with them."""
    if _BEHIND.match(text, end) or _NO_BEHIND.match(text, end):
        return True
    found = _BEFORE.search(unicodedata.normalize("NFC", text[max(0, start - _NEAR) : start]))
    return found is not None and not ((found["word"] or "").casefold() == "no" and _is_portuguese(text))


@lru_cache(maxsize=8)
def _is_portuguese(text: str) -> bool:
    """Tell whether "no" means "in the" in a text."""
    return bool(_PORTUGUESE.search(text))
