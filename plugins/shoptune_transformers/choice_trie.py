"""A prompt with all of its choices as one row of tokens: the prompt once, the choices as a tree behind it.

Two choices that begin alike share tokens, and the last token of a choice needs no place, since nothing comes after it.
Each token sees its prompt and its own choice alone, and its position is its distance from the row's beginning, so that
every choice is computed as if it stood behind the prompt on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoptune_transformers.scoring_requests import ScoringRequest

__all__ = ["PackedPrompt", "pack", "pack_each", "positions", "visible"]


@dataclass(frozen=True, slots=True)
class PackedPrompt:
    """Tokens for the model, and where the probabilities of choices are to be read."""

    tokens: tuple[int, ...]
    """The prompt's, then those of the choices."""
    parents: tuple[int, ...]
    """For each token of the choices, the place of the token before it."""
    reads: tuple[tuple[tuple[int, int], ...], ...]
    """For each choice, one pair per token of it: the place of the token before it, and the token."""

    @property
    def prompt(self) -> int:
        """How many tokens are the prompt's."""
        return len(self.tokens) - len(self.parents)

    @property
    def branches(self) -> bool:
        """Whether it is more than a chain of tokens."""
        return self.parents != tuple(range(self.prompt - 1, len(self.tokens) - 1))


def pack(request: ScoringRequest, skip: int = 0) -> PackedPrompt:
    """Return a request as one row, without the first `skip` tokens of its context, which must leave one."""
    tokens = list(request.context[skip:])
    end = len(tokens) - 1
    parents: list[int] = []
    followers: dict[tuple[int, int], int] = {}
    reads = []
    for choice in request.choices:
        place, read = end, []
        for length, token in enumerate(choice, start=1):
            read.append((place, token))
            if length < len(choice):
                if (place, token) not in followers:
                    followers[place, token] = len(tokens)
                    tokens.append(token)
                    parents.append(place)
                place = followers[place, token]
        reads.append(tuple(read))
    return PackedPrompt(tuple(tokens), tuple(parents), tuple(reads))


def pack_each(request: ScoringRequest) -> list[PackedPrompt]:
    """Return a request as one row per choice, for a model that can't be told what a token sees."""
    return [pack(ScoringRequest(request.context, (choice,))) for choice in request.choices]


def positions(rows: Sequence[PackedPrompt], width: int, start: int) -> npt.NDArray[np.int64]:
    """Return each token's position: shape [rows, width]; a row's first token has position `start`."""
    result = np.tile(np.arange(start, start + width), (len(rows), 1))
    for position, row in zip(result, rows, strict=True):
        for place, parent in enumerate(row.parents, start=row.prompt):
            position[place] = position[parent] + 1
    return result


def visible(rows: Sequence[PackedPrompt], width: int) -> npt.NDArray[np.bool_]:
    """Return which token sees which: shape [rows, width, width], with padding on the right."""
    result = np.tile(np.tri(width, dtype=bool), (len(rows), 1, 1))
    for sees, row in zip(result, rows, strict=True):
        for place, parent in enumerate(row.parents, start=row.prompt):
            sees[place] = sees[parent]
            sees[place, place] = True
    return result
