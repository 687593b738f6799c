"""Reads amounts of money as shops and spreadsheets write them."""

import re

__all__ = ["parse_amount"]

_POINT = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_COMMA = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?")
_GAP = re.compile(r"(?<=[0-9])[\s'’](?=[0-9]{3}(?![0-9]))")


def parse_amount(text: str) -> float | None:
    """Return the amount that `text` states, or None if it states none.

    A currency sign may stand before or after it.  Point and comma are both understood as decimal mark and as thousands
    separator.  Where either reading is possible, ``1,299`` is a thousand and more, and ``1.299`` is one and a bit:
    exports write a decimal point.

    >>> [parse_amount(text) for text in ("12.50", "12,50", "1,299.00", "1.299,00", "1 299", "$1,299", "free")]
    [12.5, 12.5, 1299.0, 1299.0, 1299.0, 1299.0, None]
    """
    whole, point, cents = text.partition(".")
    if text.isascii() and whole.isdecimal() and (cents.isdecimal() or not point):  # as nearly all are: quick
        return float(text)
    plain = _GAP.sub("", text.strip().strip("$€£¥").strip())
    if _POINT.fullmatch(plain):
        return float(plain.replace(",", ""))
    if _COMMA.fullmatch(plain):
        return float(plain.replace(".", "").replace(",", "."))
    return None
