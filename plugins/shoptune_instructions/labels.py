"""Labels of unpaired preferences: whether a row's answer is wanted (TRL: ``label``; LLaMA-Factory: ``kto_tag``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shoptune.flags import NO, YES
from shoptune_instructions.turns import Unusable

__all__ = ["refuse_unwanted"]

_KEYS = ("label", "kto_tag")
_WANTED = frozenset(
    {
        *(*YES, "1", "t", "+", "👍", "up", "upvote", "upvoted", "thumbup", "thumbsup"),
        *("like", "liked", "good", "correct", "right", "desirable", "desired", "positive", "pos", "chosen", "choose"),
        *("accept", "accepted", "approved", "preferred", "wanted"),
    }
)
_UNWANTED = frozenset(
    {
        *(*NO, "0", "-1", "f", "-", "👎", "down", "downvote", "downvoted"),
        *("thumbdown", "thumbsdown", "dislike", "disliked", "bad", "incorrect", "wrong", "undesirable", "undesired"),
        *("negative", "neg", "reject", "rejected", "declined", "unwanted", "notwanted", "notchosen"),
    }
)
_COLOURS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")
"""What gives an emoji another colour or another look."""


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
    """Return a label in one spelling: ``Thumbs-Up`` and ``:thumbsup:`` as ``thumbsup``, 1.0 as 1; empty for none."""
    word = "" if label is None else _COLOURS.sub("", str(label)).strip().strip(":").casefold()
    if number := re.fullmatch(r"([+-]?)0*(\d+)(?:\.0*)?", word):
        return number[1].strip("+") + number[2]
    return re.sub(r"(?<=\w)[\W_]+", "", word)
