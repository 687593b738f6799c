"""Turns examples and preference pairs into the rows that TRL learns from.

Rows are conversational with the prompt apart, which is what makes TRL mask the prompt and keep the turn's end in the
loss.  Each row carries its number, so that it can be found again in the dataset that TRL makes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.data import Example, Message, PreferencePair

__all__ = ["Rows", "dpo_rows", "sft_rows"]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows for TRL, and what was left out on the way."""

    rows: Sequence[dict[str, Any]]
    """Each with ``row`` (its number here), ``prompt`` (messages) and one column per answer (one message)."""
    ids: Sequence[str]
    """The id of the example or pair behind each row."""
    answers: tuple[str, ...]
    """The columns that hold answers."""
    dropped: Sequence[tuple[str, str]]
    """(id, reason) of what is not learnt from."""

    @property
    def given(self) -> int:
        """How many examples or pairs there were."""
        return len(self.rows) + len(self.dropped)


def sft_rows(examples: Sequence[Example]) -> Rows:
    """Make a row of each example that has a weight and a first reference."""
    kept, dropped = [], []
    for example in examples:
        if example.weight == 0:
            dropped.append((example.id, "weight 0"))
        elif not example.references or not example.references[0].strip():
            dropped.append((example.id, "empty target"))
        else:
            kept.append((example.id, example.messages, {"completion": example.references[0]}))
    return _rows(kept, dropped, ("completion",))


def dpo_rows(pairs: Sequence[PreferencePair]) -> Rows:
    """Make a row of each pair that has a weight and two answers that differ."""
    kept, dropped = [], []
    for pair in pairs:
        if pair.weight == 0:
            dropped.append((pair.id, "weight 0"))
        elif not pair.chosen.strip() or not pair.rejected.strip():
            dropped.append((pair.id, "empty answer"))
        elif pair.chosen == pair.rejected:
            dropped.append((pair.id, "both answers are the same"))
        else:
            kept.append((pair.id, pair.messages, {"chosen": pair.chosen, "rejected": pair.rejected}))
    return _rows(kept, dropped, ("chosen", "rejected"))


def _rows(
    kept: Sequence[tuple[str, Sequence[Message], dict[str, str]]],
    dropped: Sequence[tuple[str, str]],
    answers: tuple[str, ...],
) -> Rows:
    rows = [
        {"row": number, "prompt": [dict(message) for message in messages]}
        | {column: [{"role": "assistant", "content": text}] for column, text in texts.items()}
        for number, (_, messages, texts) in enumerate(kept)
    ]
    return Rows(rows=rows, ids=[identifier for identifier, _, _ in kept], answers=answers, dropped=dropped)
