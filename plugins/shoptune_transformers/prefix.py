"""The beginning that all prompts have in common, which is computed once (`shoptune_transformers._compat.caches`)."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["common_prefix"]

WORTH_SHARING = 256
"""The prefix is computed on its own if that saves so many tokens: the pass through the model isn't free."""


def common_prefix(contexts: Sequence[tuple[int, ...]]) -> int:
    """Return with how many tokens all contexts begin, less than the shortest has; 0 where sharing doesn't pay."""
    first, last = min(contexts), max(contexts)
    length = min(map(len, contexts)) - 1
    length = next((place for place in range(length) if first[place] != last[place]), length)
    return length if length * (len(contexts) - 1) >= WORTH_SHARING else 0
