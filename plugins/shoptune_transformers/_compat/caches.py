"""Keys and values of earlier tokens, kept in ways that transformers has no public class for.

Relies on ``transformers.cache_utils``: that `DynamicCache` holds its layers in a list ``layers`` which can be replaced,
and that a `DynamicLayer` has ``keys``, ``values`` and the methods overridden below, with these signatures.  When that
changes, answering fails at the first batch, or (an unknown class of layer) falls back to the public ways by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

__all__ = ["BatchCache", "PrefixCache", "fits_batch_cache", "keeps_all_positions", "prefix_cache", "select_rows"]

PrefixCache = DynamicCache
"""What `prefix_cache` returns."""


def keeps_all_positions(config: Any, length: int) -> bool:
    """Whether all that a model remembers of `length` positions are the keys and values of each of them.

    Not so with a recurrent state, or where a token sees fewer positions than that.  Looks at the classes of the layers
    that transformers would take; no public property tells.  Without: every model is taken for one of which it isn't
    true.
    """
    return all(
        type(layer) is DynamicLayer or (type(layer) is DynamicSlidingWindowLayer and layer.sliding_window >= length)
        for layer in DynamicCache(config=config).layers
    )


def fits_batch_cache(config: Any, room: int) -> bool:
    """Whether a `BatchCache` can hold `room` positions; padding would move a window or a chunk."""
    return getattr(config.get_text_config(), "attention_chunk_size", None) is None and keeps_all_positions(config, room)


class BatchCache(DynamicCache):
    """A cache of which rows can be dropped, and which does not copy itself for every token as its base class does.

    Replaces the list ``layers``.  The public way is the cache that transformers' `generate` makes for itself.

    Args:
        config: The model's configuration; see `fits_batch_cache`.
        rows: Sequences in the batch.
        room: Positions that each sequence needs, padding and answer included.

    """

    def __init__(self, config: Any, rows: int, room: int) -> None:
        super().__init__(config=config)
        self.layers = [_RoomyLayer(rows, room) for _ in self.layers]


class _RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer: the front part of tensors of shape [rows, heads, room, width of a head].

    A single row that is stored first is stored for all rows: it is the prefix that they have in common.
    """

    def __init__(self, rows: int, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._rows, self._room, self._used = rows, room, 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Take the memory."""
        super().lazy_initialization(key_states, value_states)
        self._stores = [
            states.new_empty(self._rows, states.shape[1], self._room, states.shape[3])
            for states in (key_states, value_states)
        ]

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store what belongs to the next positions; return all that is stored, for the rows that were given."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start, self._used = self._used, self._used + key_states.shape[2]
        for store, states in zip(self._stores, (key_states, value_states), strict=True):
            store[:, :, start : self._used] = states
        self.keys, self.values = (store[: len(key_states), :, : self._used] for store in self._stores)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep the rows `indices`, in that order; those that stay in their place are not copied."""
        self._rows = len(indices)
        (moved,) = torch.nonzero(indices != torch.arange(self._rows, device=indices.device), as_tuple=True)
        for store in self._stores:
            store[moved, :, : self._used] = store[indices[moved], :, : self._used]
        self._stores = [store[: self._rows] for store in self._stores]


def prefix_cache(model: Any, tokens: Sequence[int]) -> PrefixCache:
    """Run the model over a prefix; return a cache from which batches of any size go on, again and again.

    Replaces the list ``layers``.  The public way is to compute the prefix again with every batch.
    """
    cache = DynamicCache()
    ids = torch.tensor([tokens], device=model.device)
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    layers: list[Any] = cache.layers
    cache.layers = [_PrefixLayer(layer.keys, layer.values) for layer in layers]
    return cache


class _PrefixLayer(DynamicLayer):  # type: ignore[no-untyped-call]
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


def select_rows(cache: EncoderDecoderCache, rows: torch.Tensor) -> EncoderDecoderCache:
    """Return a cache of these rows' keys and values, for decoder and encoder; a row may be taken more than once.

    Reads ``layers``, their ``keys`` and ``values``; `batch_select_indices`, which is public, would change the cache
    itself, of which the next batch needs other rows.  The public way runs the decoder from its start for each choice.
    """
    halves = (cache.self_attention_cache, cache.cross_attention_cache)
    layers: list[list[Any]] = [half.layers for half in halves]
    return EncoderDecoderCache(
        *(DynamicCache([(layer.keys[rows], layer.values[rows]) for layer in of]) for of in layers)
    )
