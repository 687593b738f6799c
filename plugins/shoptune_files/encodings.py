"""Finds out by evidence in which encoding a text is that is not UTF-8.

Most bytes mean something in most encodings, so the question is which reading looks like a language.  A Latin one has
few letters beyond a to z, all of them from one alphabet, and no signs within its words.  Which other script it is,
charset-normalizer tells well.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable

__all__ = ["detect_encoding"]

_SAMPLE = 2**16
"""Bytes of lines beyond ASCII that are looked at."""
_WESTERN = [
    *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüªº", "ãáâàçéêíóôõúªº", "àèéìíîòóùú", "áéëïöüèó"),
    *("åäöé", "æøåéòó", "áðéíóúýþæö", "àçèéíïòóúü"),
]
_CENTRAL = ["äöüß", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţșț", "čćđšž"]
_LATIN = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1254": ["çğıöşüâîû"],
    "cp1257": ["ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"],
    "iso8859_2": _CENTRAL,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
"""Encoding -> the alphabets that it is used for, each as its letters beyond a to z; of equals the first is taken."""
_OTHER = ["cp1251", "koi8_r", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256"]
_OTHER += ["cp932", "euc_jp", "gb18030", "big5", "cp949"]

_SIGNS = frozenset("‘’‚“”„‹›«»–—…•°·×²³½¼¾±µ®©™€£§¿¡´\u00a0\u00ad")
_MISPLACED = re.compile(
    r"[^\W\d_][^\w\s\x00-\x7f’·\u00ad–—](?=[^\W\d_])|[°³²£§©®×](?=[a-z])|[^\W\d_a-zA-Z]{4,}|[a-z](?=[À-ÖØ-Þ])"
)
"""A sign within a word or before it, a word of no common letter, a capital within a word."""
_FITS = 0.8
"""The share of characters beyond ASCII that must make sense."""
_LATIN_AT_MOST = 0.45
"""The share of a Latin text's letters that are beyond a to z."""
_VOWELS, _SPOKEN = frozenset("аеиоуыэюяёіїєъ"), 0.3
"""Of Cyrillic letters so many are vowels; of Hebrew ones read as Cyrillic, fewer."""
_MIXED = 0.9
"""What a reading is worth, as against one, that needs the letters of several languages."""


def detect_encoding(chunks: Iterable[bytes]) -> str | None:
    """Return the name of the encoding that a file's bytes look like, or None where that can't be told.

    The file has no byte order mark.  UTF-8 with a few broken bytes gives None: any other name would make it worse.
    """
    beginning, lines = _look(chunks)
    if wide := _utf_16(beginning):
        return wide
    decoded = codecs.getincrementaldecoder("utf-8")("replace").decode(lines)  # which waits for a character's last byte
    broken, fine = decoded.count("\ufffd"), sum(character > "\x7f" for character in decoded)
    if not broken:
        return "utf-8"
    if fine > 6 * broken:
        return None
    fits = {encoding: _fit(lines, encoding) for encoding in _LATIN}
    best = max(fits, key=fits.__getitem__)
    return best if fits[best] >= _FITS else _not_latin(lines)


def _look(chunks: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Return a file's first bytes, and its first lines with bytes beyond ASCII."""
    beginning, held, found = b"", b"", bytearray()
    for chunk in chunks:
        beginning = beginning or chunk[:_SAMPLE]
        whole, _, held = (held + chunk).rpartition(b"\n")
        for line in whole.splitlines():
            if not line.isascii():
                found += line[:_SAMPLE] + b"\n"
        if len(found) > _SAMPLE or len(held) > _SAMPLE:
            break
    return beginning, bytes(found) + (b"" if held.isascii() else held[:_SAMPLE])


def _utf_16(beginning: bytes) -> str | None:
    """Return which UTF-16 it is, if every other byte is often 0, as in text with Latin letters, digits or commas."""
    first, second = beginning[::2].count(0), beginning[1::2].count(0)
    if not beginning or max(first, second) * 20 < len(beginning) or min(first, second) * 10 > max(first, second):
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _fit(lines: bytes, encoding: str) -> float:
    """Return the share of the characters beyond ASCII that make sense in a Latin text of one language."""
    try:
        text = lines.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    beyond = Counter(character.lower() for character in text if character > "\x7f")
    letters = sum(map(str.isalpha, text))
    if sum(count for character, count in beyond.items() if character.isalpha()) > _LATIN_AT_MOST * letters:
        return 0.0
    alphabets = _LATIN[encoding]
    fits = [_count(beyond, alphabet) for alphabet in alphabets]
    misplaced = sum(len(match[0]) for match in _MISPLACED.finditer(text)) if encoding != "cp1254" else 0
    return (max(*fits, _MIXED * _count(beyond, "".join(alphabets))) - misplaced) / beyond.total()


def _count(characters: Counter[str], alphabet: str) -> int:
    return sum(count for character, count in characters.items() if character in alphabet or character in _SIGNS)


def _not_latin(lines: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = from_bytes(lines, cp_isolation=_OTHER)
    readings = (match.encoding for match in found if _is_text(str(match)))
    return next(readings, None)


def _is_text(text: str) -> bool:
    """Say whether what lies beyond ASCII is nearly all letters, and no Cyrillic that nobody could pronounce."""
    beyond = [character for character in text if character > "\x7f"]
    fits = sum(character.isalpha() or character in _SIGNS or "\u3000" <= character <= "\u303f" for character in beyond)
    cyrillic = [character for character in beyond if "\u0400" <= character <= "\u04ff"]
    vowels = sum(character.lower() in _VOWELS for character in cyrillic)
    capitals = sum(map(str.isupper, cyrillic))
    return fits >= _FITS * len(beyond) and vowels >= _SPOKEN * len(cyrillic) and 2 * capitals <= len(cyrillic)
