"""What the patterns for addresses and for names are made of, and how a text without either is told at once."""

import string

__all__ = ["CAPITAL", "GAP", "SPACE", "WORD", "signs", "signs_in"]

CAPITAL = "[" + "".join(filter(str.isupper, map(chr, range(0x41, 0x530)))) + "]"
"""A Latin, Greek or Cyrillic capital: the standard library's patterns have no class for them."""

WORD = rf"{CAPITAL}(?:[^\W\d_]|['’-](?=[^\W\d_])){{0,30}}+"
"""A word that begins with one: ``Miller``, ``O'Neill``, ``Ann-Kathrin``.  Bounded, since it is tried at each."""

SPACE = r"(?:[ \t\u00a0]|&nbsp;)"
GAP = r"(?:\s|&nbsp;|</?[A-Za-z][^<>]{0,80}>)"
"""White space of text or HTML."""

# For UTF-8: digits become 0, so that a postcode is a word too; punctuation becomes white space, as do the bytes that
# typographic quotes, dashes and fixed spaces are made of (and none of the letters in a sign).
_BLANK = string.punctuation.encode() + bytes.fromhex("80 93 94 98 99 9a 9c 9d 9e a0 ab bb c2 e2")
_PLAIN = bytes.maketrans(string.digits.encode() + _BLANK, b"0" * 10 + b" " * len(_BLANK))
_LONG = 100_000


def signs(words: str) -> frozenset[bytes]:
    """Return the words (small letters, white space in between) as `signs_in` looks for them."""
    return frozenset(words.encode().split())


def signs_in(lowered: str, wanted: frozenset[bytes]) -> frozenset[bytes]:
    """Return those of the `wanted` words that are in a text in small letters; in a long one, even within a word.

    It is asked of every text, so it is a split and a look-up, ten times quicker than a pattern of that many words.
    """
    plain = lowered.encode("utf-8", "surrogatepass").translate(_PLAIN)
    if len(plain) > _LONG:  # the words of a 10 MB cell would take some hundred MB
        return frozenset(word for word in wanted if word in plain)
    return wanted.intersection(plain.split())
