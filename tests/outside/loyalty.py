"""A recogniser of a shop's own loyalty cards (invented: KM and six digits), which no rule of the core knows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shoptune import hookimpl
from shoptune.components import PersonalFind, Recogniser

__version__ = "1.0"
CARD = re.compile(r"\bKM-?\d{6}\b")


def cards(text: str) -> Iterable[PersonalFind]:
    return [PersonalFind("loyalty_card", *match.span()) for match in CARD.finditer(text)]


@hookimpl
def register_recognisers() -> Iterable[Recogniser]:
    yield Recogniser(
        name="loyalty",
        summary="Numbers of loyalty cards",
        kinds=("loyalty_card",),
        find=cards,
        texts=("product", "people"),
    )
