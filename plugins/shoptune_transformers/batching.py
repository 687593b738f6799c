"""Which prompts are computed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["MAX_SEQUENCES", "schedule"]

MAX_SEQUENCES: Mapping[str, int] = {"cpu": 64, "cuda": 512}
"""By device.  More at once hardly raises a processor's rate, and an interrupted run loses what its last batch had done.
On CUDA a step takes about as long for one sequence as for hundreds, since it starts as many kernels."""


def schedule(lengths: Sequence[int], max_new_tokens: int, batch_tokens: int, *, device: str = "cpu") -> list[list[int]]:
    """Group prompts into batches by a budget of tokens, longest first.

    Longest first, since prompts of a like length need little padding and the batch that needs most memory comes at
    once.  The schedule depends on nothing but the arguments: in bfloat16 a prompt's answer can depend on its
    batch's shape, so a resumed run must form the same batches.

    Args:
        lengths: Tokens of each prompt.
        max_new_tokens: How many tokens an answer may have.
        batch_tokens: At most so many tokens, padding and answers included, unless one prompt alone has more.
        device: The type of device that computes; see `MAX_SEQUENCES`.

    Returns:
        Indices into `lengths`, each once.

    """
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if room < 1:
            batches.append([])
            room = min(MAX_SEQUENCES[device], batch_tokens // (lengths[index] + max_new_tokens))
        batches[-1].append(index)
        room -= 1
    return batches
