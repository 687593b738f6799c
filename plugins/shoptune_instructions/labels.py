"""Labels of unpaired preferences: whether a row's answer is wanted (TRL: ``label``; LLaMA-Factory: ``kto_tag``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shoptune_instructions.turns import Unusable

__all__ = ["refuse_unwanted"]

_KEYS = ("label", "kto_tag")
_WANTED = frozenset(
    {
        *("1", "true", "t", "yes", "y", "+", "+1", "👍", "up", "upvote", "thumbs_up", "like", "liked"),
        *("good", "desirable", "desired", "positive", "chosen", "accepted", "preferred", "wanted"),
    }
)
_UNWANTED = frozenset(
    {
        *("0", "-1", "false", "f", "no", "n", "-", "👎", "down", "downvote", "thumbs_down", "dislike", "disliked"),
        *("bad", "undesirable", "undesired", "negative", "rejected", "unwanted"),
    }
)


def refuse_unwanted(row: Mapping[str, Any]) -> None:
    """Raise `Unusable` for a row whose label says that its answer is not wanted, or nothing of the kind."""
    for key in _KEYS:
        word = _word(row.get(key))
        if word in _UNWANTED:
            raise Unusable("an answer labelled as not wanted", f"{key}: {row[key]!r}"[:60], bad=False)
        if word and word not in _WANTED:
            raise Unusable(
                "a label that says neither good nor bad",
                f"{key}: {row[key]!r}"[:60] + "; true or false would, and a column that says something else has "
                "another name",
                bad=False,
            )


def _word(label: Any) -> str:
    """Return a label in one spelling: ``Thumbs-Up`` as ``thumbs_up``, 1.0 as 1; empty for none."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    word = "" if label is None else str(label).strip().casefold()
    return word if word in _UNWANTED else re.sub(r"(?<=\w)[\s-]+", "_", word)
