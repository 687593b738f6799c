"""The keys and values of one batch while it is decoded, in memory that is taken once."""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

__all__ = ["BatchCache", "fits_batch_cache"]


class BatchCache(DynamicCache):
    """A cache of which rows can be dropped, and which does not copy itself for every token as its base class does.

    Args:
        config: The model's configuration; see `fits_batch_cache`.
        rows: Sequences in the batch.
        room: Positions that each sequence needs, padding and answer included.

    """

    def __init__(self, config: Any, rows: int, room: int) -> None:
        super().__init__(config=config)
        self.layers = [_RoomyLayer(rows, room) for _ in self.layers]


def fits_batch_cache(config: Any, room: int) -> bool:
    """Say whether all that a model remembers of `room` positions are the keys and values of each of them.

    Not so with a recurrent state, or where a token sees fewer positions than `room`: padding would move the window.
    """
    return getattr(config.get_text_config(), "attention_chunk_size", None) is None and all(
        type(layer) is DynamicLayer or (type(layer) is DynamicSlidingWindowLayer and layer.sliding_window >= room)
        for layer in DynamicCache(config=config).layers
    )


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
