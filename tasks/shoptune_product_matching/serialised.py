"""Offers as Ditto's data sets write them, all columns in one text: ``COL name VAL Tarn mug COL price VAL 12.00``.

Y. Li et al.: Deep Entity Matching with Pre-Trained Language Models (2020).  The marks are no words of an offer: all
offers have them, so two of them would share words whatever they sell.
"""

import re

__all__ = ["columns_of"]

_COLUMN = re.compile(r"(?:^|(?<=\s))COL\s+(?P<name>\S+(?: (?!VAL\s)\S+){0,5}) VAL(?=\s|$)")


def columns_of(text: str) -> list[tuple[str, str]] | None:
    """Return (column, value) of a serialised offer, without empty values; None where the text isn't one.

    >>> columns_of("COL name VAL Tarn mug COL price VAL ")
    [('name', 'Tarn mug')]
    >>> columns_of("Tarn mug") is None
    True
    """
    found = list(_COLUMN.finditer(text))
    if not found or text[: found[0].start()].strip():
        return None
    ends = [*(match.start() for match in found[1:]), len(text)]
    columns = [(match["name"], text[match.end() : end].strip()) for match, end in zip(found, ends, strict=True)]
    return [(name, value) for name, value in columns if value]
