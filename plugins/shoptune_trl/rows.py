"""Turns examples and preference pairs into the rows that TRL learns from.

Rows are conversational with the prompt apart, which is what makes TRL mask the prompt and keep the turn's end in the
loss.  Each row carries its number, so that it can be found again in the dataset that TRL makes of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.data import Example, PreferencePair
from shoptune.errors import DataError

__all__ = ["Rows", "dpo_rows", "sft_rows"]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows for TRL, and what was left out on the way."""

    rows: Sequence[dict[str, Any]]
    """Each with ``row`` (its number here), ``prompt`` (messages) and one column per answer (one message)."""
    ids: Sequence[str]
    """The id of the example or pair behind each row."""
    weights: Sequence[float]
    """Of each row, above 0."""
    answers: tuple[str, ...]
    """The columns that hold answers."""
    dropped: Sequence[tuple[str, str]]
    """(id, reason) of what is not learnt from."""

    @property
    def weighted(self) -> bool:
        """Whether rows differ in weight; where they don't, weights change nothing."""
        return len(set(self.weights)) > 1

    @property
    def given(self) -> int:
        """How many examples or pairs there were."""
        return len(self.rows) + len(self.dropped)


def sft_rows(examples: Sequence[Example]) -> Rows:
    """Make a row of each example that has a weight and a first reference.

    Raises:
        DataError: A weight is negative or no number.

    """
    kept: list[_Kept] = []
    dropped = []
    for example in examples:
        _check_weight(example)
        if example.weight == 0:
            dropped.append((example.id, "weight 0"))
        elif not example.references or not example.references[0].strip():
            dropped.append((example.id, "empty target"))
        else:
            kept.append((example, {"completion": example.references[0]}))
    return _rows(kept, dropped, ("completion",))


def dpo_rows(pairs: Sequence[PreferencePair]) -> Rows:
    """Make a row of each pair that has a weight and two answers that differ.

    Raises:
        DataError: A weight is negative or no number.

    """
    kept: list[_Kept] = []
    dropped = []
    for pair in pairs:
        _check_weight(pair)
        if pair.weight == 0:
            dropped.append((pair.id, "weight 0"))
        elif not pair.chosen.strip() or not pair.rejected.strip():
            dropped.append((pair.id, "empty answer"))
        elif pair.chosen == pair.rejected:
            dropped.append((pair.id, "both answers are the same"))
        else:
            kept.append((pair, {"chosen": pair.chosen, "rejected": pair.rejected}))
    return _rows(kept, dropped, ("chosen", "rejected"))


_Kept = tuple[Example | PreferencePair, dict[str, str]]
"""What is learnt from, and the text of each answer's column."""


def _check_weight(item: Example | PreferencePair) -> None:
    if not 0 <= item.weight < math.inf:
        raise DataError(
            f"{item.origin or item.id}: the weight is {item.weight}. A weight is 0 (left out of training) or more."
        )


def _rows(kept: Sequence[_Kept], dropped: Sequence[tuple[str, str]], answers: tuple[str, ...]) -> Rows:
    rows = [
        {"row": number, "prompt": [dict(message) for message in item.messages]}
        | {column: [{"role": "assistant", "content": text}] for column, text in texts.items()}
        for number, (item, texts) in enumerate(kept)
    ]
    return Rows(
        rows=rows,
        ids=[item.id for item, _ in kept],
        weights=[item.weight for item, _ in kept],
        answers=answers,
        dropped=dropped,
    )
