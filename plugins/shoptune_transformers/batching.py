"""Which prompts are computed together."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MAX_SEQUENCES", "schedule"]

MAX_SEQUENCES = 32
"""More at once hardly raises the rate on a processor, and an interrupted run loses what its last batch had done."""


def schedule(lengths: Sequence[int], max_new_tokens: int, batch_tokens: int) -> list[list[int]]:
    """Group prompts into batches by a budget of tokens, longest first.

    Longest first, since prompts of a like length need little padding and the batch that needs most memory comes at
    once.  The schedule depends on nothing but the arguments: in bfloat16 a prompt's answer can depend on its
    batch's shape, so a resumed run must form the same batches.

    Args:
        lengths: Tokens of each prompt.
        max_new_tokens: How many tokens an answer may have.
        batch_tokens: At most so many tokens, padding and answers included, unless one prompt alone has more.

    Returns:
        Indices into `lengths`, each once.

    """
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if room < 1:
            batches.append([])
            room = min(MAX_SEQUENCES, batch_tokens // (lengths[index] + max_new_tokens))
        batches[-1].append(index)
        room -= 1
    return batches
