"""Scores of requests, batch by batch: what is the same whatever kind of model computes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import torch

__all__ = ["Scores", "at_once", "scored"]

Scores = tuple[float, ...]
"""The log-probability of each choice, in nats."""

PROCESSOR_TOKENS = 1024
"""A processor computes at its full rate with so many tokens; with more, what is between two layers leaves its cache."""


def at_once(batch_tokens: int, device: str) -> int:
    """Return how many tokens are computed at once, of `batch_tokens` that may be."""
    return min(batch_tokens, PROCESSOR_TOKENS) if device == "cpu" else batch_tokens


def scored(
    batches: Iterable[Sequence[int]],
    places: Sequence[Sequence[int]],
    done: Collection[int],
    compute: Callable[[Sequence[int]], list[Scores]],
) -> Iterator[list[tuple[int, Scores]]]:
    """Yield for each batch (index, scores) of what is asked in it.

    A batch that is done in part is computed whole, so that a resumed run gives the same numbers in bfloat16 too.

    Args:
        batches: Numbers of distinct requests.
        places: The indices at which each distinct request is asked.
        done: Indices that are left out.
        compute: Returns the scores of a batch.

    """
    finished = frozenset(done)
    for batch in batches:
        if finished.issuperset(index for number in batch for index in places[number]):
            continue
        with torch.inference_mode():
            scores = compute(batch)
        yield [
            (index, of_one)
            for number, of_one in zip(batch, scores, strict=True)
            for index in places[number]
            if index not in finished
        ]
