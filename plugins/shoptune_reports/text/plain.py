"""Text of a shop in files for programs: characters that a format can't carry are replaced, nothing else is touched."""

from __future__ import annotations

import re

__all__ = ["one_line", "printable"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All but `Char` of XML 1.0 (https://www.w3.org/TR/xml/#charsets), the strictest of the formats."""


def printable(text: str) -> str:
    """Return `text` with a replacement character for each control character but tab and line breaks."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Return `text` as `printable` does, on one line and with single spaces."""
    return " ".join(printable(text).split())
