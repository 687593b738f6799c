"""What one value of a record shows in figures: its size, and traits by which it may differ from the others."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import regex

__all__ = ["Figures", "Trait", "figures_of", "presence_of"]

Trait = tuple[str, str]
"""What kind it is, and the detail: ``("markup", "")``, ``("script", "Cyrillic")``, ``("same", "name")``."""


class Figures(NamedTuple):
    """What a filled value shows."""

    words: int
    """Length of a text in words; 0 for a value that is no text.  In scripts that write no spaces (Chinese, Japanese,
    Thai, ...) each character is a word."""
    number: float
    """A number above 0; 0 for any other value."""
    traits: Mapping[Trait, float]
    """Trait -> how much of it there is."""


_PRESENT = Figures(0, 0.0, {})
_LATIN: Mapping[Trait, float] = {("script", "Latin"): 1}
"""The traits of most texts."""

BEGINNING = 100
"""Characters of a text that are looked at for its script."""
SHOUTING = 0.6
"""From this share of words in capitals on, capitals are a trait ..."""
MIN_WORDS = 4
"""... of a text with at least as many words: a shorter one may well be a code."""

_HUGE = 1e300
"""Numbers beyond (JSON's may have any length), infinity and nan are no figures."""
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]\w{1,30});")
_FORMULA = re.compile(r"\s*[=+@][A-Za-z][\w.]*[(|]")
"""The start of a cell that a spreadsheet would compute: a function's call, or a command as in ``=cmd|'/C calc'!A0``."""
_UNSPACED = regex.compile(r"(?V1)[[\p{Line_Break=SA}\p{Han}\p{Hiragana}\p{Katakana}]&&[\p{L}\p{N}]]\p{M}*")
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "IDEOGRAPHIC"}


def figures_of(value: object) -> Figures | None:
    """Return what `value` shows; None where it is empty: None, blank, or a list or mapping without items."""
    if not isinstance(value, str):
        return _number(value) if isinstance(value, int | float) else presence_of(value)
    words = value.split()
    if not words:
        return None
    length = len(words)
    script = "Latin"
    traits: dict[Trait, float] = {}
    if not value.isascii():
        if unspaced := len(_UNSPACED.findall(value)):
            length = unspaced + len(_UNSPACED.sub(" ", value).split())
        script = _script(value)
    if length >= MIN_WORDS:
        capitals = sum(map(str.isupper, words)) / len(words)
        if capitals >= SHOUTING:
            traits["capitals", ""] = capitals
    if "<" in value or "&" in value:
        markup = len(_MARKUP.findall(value))
        if markup:
            traits["markup", ""] = markup
    if words[0][0] in "=+@" and _FORMULA.match(value):
        traits["formula", ""] = 1
    if script == "Latin" and not traits:
        return Figures(length, 0.0, _LATIN)
    if script:
        traits["script", script] = 1
    return Figures(length, 0.0, traits)


def presence_of(value: object) -> Figures | None:
    """Return no more than that `value` is there; None where it is empty."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _PRESENT if value or isinstance(value, int | float) else None


def _number(value: float) -> Figures:
    if isinstance(value, bool) or not -_HUGE < value < _HUGE:
        return _PRESENT
    if value > 0:
        return Figures(0, value, {})
    return Figures(0, 0.0, {("number", "0" if value == 0 else "below 0"): 1})


def _script(text: str) -> str:
    """Return the script of most letters in the beginning of `text`; empty where there is none."""
    scripts = Counter(map(_script_of, text[:BEGINNING]))
    del scripts[""]
    return max(scripts, key=lambda script: (scripts[script], script), default="")


@lru_cache(maxsize=4096)
def _script_of(character: str) -> str:
    """Return the script that a letter's name in Unicode begins with; empty for what is no letter."""
    if not character.isalpha():
        return ""
    script = unicodedata.name(character, "").split(" ")[0]
    return "Chinese or Japanese" if script in _EAST_ASIAN else script.capitalize()
