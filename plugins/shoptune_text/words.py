"""Words of any language: what the metrics of this plugin count.

rouge-score's own tokenizer keeps only ``[a-z0-9]``: identical Thai, Hindi or Chinese texts share no word, and an accent
cuts a word in two.  On ASCII text the words here are rouge-score's, but that a number keeps its inner points and
commas; other text has words too.

- Text is first made comparable as Unicode's NFKC_Casefold does (The Unicode Standard, section 3.13): compatibility
  forms are replaced (full-width letters, ligatures, ``㎝``), case is folded, invisible characters such as the soft
  hyphen are dropped.  Apart from that, a trade mark sign ends a word, and ``1½`` is 1 and a half.
- A word is a run of letters, marks and digits.  Hyphens and apostrophes part words, as in rouge-score.
- A point or comma between two digits belongs to the number: ``2.5``, ``1,000`` (rules WB11 and WB12 of Unicode's
  Standard Annex 29).
- In scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, ...) each character is a word, with
  the marks on it.  Korean has spaces.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import regex

__all__ = ["WORDS_VERSION", "FoundWord", "find_words", "word_ngrams", "words"]

WORDS_VERSION = "Unicode words 1"
"""Name and version of these rules, for summaries: scores by different rules can't be compared."""

_TRADE_MARK = regex.compile("[™℠]")  # NFKC would make "Gore™" the word "goretm" ...
_FRACTION = regex.compile("[¼-¾⅐-⅟↉]")  # ... and "1½" begin with 11
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
# What becomes comparable by itself: ASCII up to a letter that may carry a mark, or one letter as people see it with the
# invisible characters after it, since a mark may follow them; all of them, so that none is looked at twice.
_PIECE = regex.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])|\X(?:\p{Default_Ignorable_Code_Point}++\p{M}*+)*+")

# Line_Break=SA is Unicode's class of South East Asian letters (Thai, Khmer, ...), whose words only a dictionary tells
# apart; scx is script extensions, so that the length mark of both kana is among them.
_CHARACTER = r"[[\p{Line_Break=SA}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]&&[\p{L}\p{N}]]"
_WORD = regex.compile(
    rf"""(?V1) {_CHARACTER} \p{{M}}*
             | (?!{_CHARACTER}) [\p{{L}}\p{{N}}]
               (?: (?!{_CHARACTER}) [\p{{L}}\p{{N}}\p{{M}}] | (?<=\p{{Nd}}) [.,] (?=\p{{Nd}}) )*""",
    flags=regex.VERBOSE,
)


class FoundWord(NamedTuple):
    """A word, ready to be compared, and where it stands: `text[start:end]`."""

    word: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """Split a text into words, ready to be compared.

    >>> words("Women’s T-shirt, 1.5 kg — ÉTÉ")
    ['women', 's', 't', 'shirt', '1.5', 'kg', 'été']
    >>> words("丝绸 scarf")
    ['丝', '绸', 'scarf']
    """
    found: list[str] = _WORD.findall(_comparable(text))
    return found


def find_words(text: str) -> list[FoundWord]:
    """Return the words that `words` finds, with their places; a letter that stands for several is in all of theirs.

    >>> find_words("Étui, ½ l")[:2]
    [FoundWord(word='étui', start=0, end=4), FoundWord(word='1', start=6, end=7)]
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _PIECE.finditer(text):
        start, end = match.span()
        if match[0].isascii():
            pieces.append(match[0].lower())
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            pieces.append(_comparable_letter(match[0]))
            starts += [start] * len(pieces[-1])
            ends += [end] * len(pieces[-1])
    found = _WORD.finditer("".join(pieces))
    return [FoundWord(match[0], starts[match.start()], ends[match.end() - 1]) for match in found]


def word_ngrams(text: str, n: int) -> list[tuple[str, ...]]:
    """Return every run of `n` successive words, in order; none if the text is shorter.

    >>> word_ngrams("soft warm wool", 2)
    [('soft', 'warm'), ('warm', 'wool')]
    """
    found = words(text)
    return [tuple(found[start : start + n]) for start in range(len(found) - n + 1)]


@lru_cache(maxsize=4096)
def _comparable_letter(text: str) -> str:
    return _comparable(text)


def _comparable(text: str) -> str:
    text = _FRACTION.sub(r" \g<0>", _TRADE_MARK.sub(" ", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
