"""What the models of a benchmark are asked: invented, and the same every time."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from tests.million import ADJECTIVES, BRANDS, CATEGORIES, COLORS, MATERIALS, NOUNS, VERBS

__all__ = ["NEW_TOKENS", "ROWS", "STOP", "Row", "Work", "invented", "write_rows"]

Work = Literal["choices", "generation"]
Row = Mapping[str, Any]

ROWS: Mapping[Work, int] = {"choices": 100, "generation": 48}
NEW_TOKENS = 64
STOP = "\n\n\n\n"
"""Ends an answer, by a string that models hardly ever write: a peer that is given none chooses some of its own."""
CHOICES = (" Exactly right", " Substitute article", " Complementary accessory", " Nothing to do with it")


def invented(work: Work, rows: int) -> list[Row]:
    """Return rows with ``id``, ``text`` and ``target``, for choices also ``choices`` and ``gold``, the target's place.

    The text asks in some 70 to 140 tokens which of four choices of several tokens fits a search and a product, or in 15
    to 25 tokens for a description.  It is worded so that SmolLM2-135M-Instruct doesn't end before it has to, and
    `NEW_TOKENS` are made for each row.
    """
    rng = random.Random(work)
    make = _choices if work == "choices" else _generation
    return [{"id": f"{work} {number}", **make(rng)} for number in range(rows)]


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write one object of JSON a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _choices(rng: random.Random) -> Row:
    product = f"{_one(BRANDS, rng)} {_one(CATEGORIES, rng).lower()}"
    search = f"{_one(COLORS, rng)} {_one(MATERIALS, rng)} {_one(CATEGORIES, rng).lower()}"
    text = " ".join(_sentence(rng) for _ in range(rng.randint(6, 14)))
    gold = rng.randrange(len(CHOICES))
    return {
        "text": f"Search: {search}\nProduct: {_one(COLORS, rng)} {product}. {text}\nThe product is:",
        "choices": CHOICES,
        "gold": gold,
        "target": CHOICES[gold],
    }


def _generation(rng: random.Random) -> Row:
    product, material = _one(CATEGORIES, rng).lower(), _one(MATERIALS, rng)
    adjectives = rng.sample(ADJECTIVES.split(), rng.randint(2, 6))
    return {
        "text": f"Catalogue: {material} {product}\nFeatures: {', '.join(adjectives)}\nAbout it:",
        "target": f"A {' '.join(adjectives)} {product} made of {material}.",
    }


def _sentence(rng: random.Random) -> str:
    return (
        f"Its {_one(ADJECTIVES, rng)} {_one(NOUNS, rng)} {_one(VERBS, rng)} "
        f"the {_one(ADJECTIVES, rng)} {_one(NOUNS, rng)}."
    )


def _one(words: str, rng: random.Random) -> str:
    return rng.choice(words.split())
