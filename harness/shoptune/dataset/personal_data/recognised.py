"""Personal data that plugins' recognisers find, masked like the core's own finds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from shoptune.components import PersonalFind, Recogniser
from shoptune.dataset.personal_data.rules import Text
from shoptune.errors import PluginError
from shoptune.plugins import Registered
from shoptune.plugins.guarded import guarded

__all__ = ["KIND", "mask_recognised", "usable_finds"]

MOST = 100_000
"""Finds in one text."""
KIND = re.compile(r"[a-z][a-z_]{0,31}")
_MASK = re.compile(r"\[[a-z][a-z_]{0,31}\]")


def mask_recognised(text: str, found: Counter[str], kind: Text, recognisers: Sequence[Registered[Recogniser]]) -> str:
    """Return `text` with a mask for each piece that a recogniser finds, counted in `found`.

    Raises:
        PluginError: A recogniser raised, or found what can't be; it says whose it is.

    """
    for registered in recognisers:
        if text and kind in registered.component.texts:
            text = _masked(text, found, _finds(registered, text))
    return text


def usable_finds(recogniser: Recogniser, text: str) -> list[PersonalFind]:
    """Return what a recogniser finds in a text; raises ValueError for a find that can't be."""
    finds: list[PersonalFind] = []
    for kind, start, end in islice(recogniser.find(text), MOST + 1):
        if len(finds) == MOST:
            raise ValueError(f"it found more than {MOST:,} pieces in one text, perhaps without end")
        if kind not in recogniser.kinds or not KIND.fullmatch(kind):
            raise ValueError(f"it found {kind!r}; its kinds are {', '.join(recogniser.kinds)}")
        if not 0 <= start < end <= len(text):
            raise ValueError(f"it found a piece from {start} to {end} in a text of {len(text)} characters")
        finds.append(PersonalFind(kind, start, end))
    return finds


def _finds(registered: Registered[Recogniser], text: str) -> list[PersonalFind]:
    try:
        with guarded():
            return usable_finds(registered.component, text)
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} failed to look for personal data with {registered.name!r}: "
            f"{type(error).__name__}: {error}. Leave it out with `--no-plugin {registered.plugin.name}`, or tell its "
            "author."
        ) from error


def _masked(text: str, found: Counter[str], finds: Iterable[PersonalFind]) -> str:
    masks = [match.span() for match in _MASK.finditer(text)]
    begins = [start for start, _ in masks]
    pieces, end = [], 0
    for find in sorted(finds, key=lambda one: (one.start, -one.end)):
        before = bisect_left(begins, find.end)  # so many masks begin before its end, of which the last ends last
        if find.start < end or (before and masks[before - 1][1] > find.start):
            continue
        pieces += [text[end : find.start], f"[{find.kind}]"]
        end = find.end
        found[find.kind] += 1
    return "".join([*pieces, text[end:]]) if pieces else text
