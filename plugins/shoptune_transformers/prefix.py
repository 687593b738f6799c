"""The beginning that all prompts have in common, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

__all__ = ["common_prefix", "compute_prefix"]

WORTH_SHARING = 256
"""The prefix is computed on its own if that saves so many tokens: the pass through the model isn't free."""


class PrefixLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer for a prefix: every row goes on from them, and nothing that follows is kept."""

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        self.keys, self.values = keys, values

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *args: Any,  # noqa: ARG002 - what other kinds of layer are told
        **kwargs: Any,  # noqa: ARG002
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the prefix's keys and values with those of the tokens after it, for each row."""
        rows = len(key_states)
        return (
            torch.cat([self.keys.expand(rows, -1, -1, -1), key_states], dim=-2),
            torch.cat([self.values.expand(rows, -1, -1, -1), value_states], dim=-2),
        )


def common_prefix(contexts: Sequence[tuple[int, ...]]) -> int:
    """Return with how many tokens all contexts begin, less than the shortest has; 0 where sharing doesn't pay."""
    first, last = min(contexts), max(contexts)
    length = min(map(len, contexts)) - 1
    length = next((place for place in range(length) if first[place] != last[place]), length)
    return length if length * (len(contexts) - 1) >= WORTH_SHARING else 0


def compute_prefix(model: Any, tokens: Sequence[int]) -> DynamicCache:
    """Run the model over a prefix; return a cache from which batches of any size go on, again and again."""
    cache = DynamicCache()
    ids = torch.tensor([tokens], device=model.device)
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    layers: list[Any] = cache.layers
    cache.layers = [PrefixLayer(layer.keys, layer.values) for layer in layers]
    return cache
