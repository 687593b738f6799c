"""Takes the weights of rows through TRL's batches.

The column ``weight`` of the training set becomes the tensor ``weights`` of a batch: one number per row.  Rows of a
validation set have no such column, so the validation loss is not weighted and can be compared between runs.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from shoptune.errors import UsageError

__all__ = ["TINY", "collate_with_weights", "refuse_with_weights"]

TINY = torch.finfo(torch.float32).tiny
"""What a sum of weights is taken for where it is 0, since it is divided by."""


def collate_with_weights(rows: Sequence[Mapping[str, Any]], collate: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Make a batch of `rows` with `collate`, and add their weights where they have any."""
    batch = collate(rows)
    if "weight" in rows[0]:
        batch["weights"] = torch.tensor([row["weight"] for row in rows])
    return batch


def refuse_with_weights(used: Mapping[str, bool]) -> None:
    """Raise a `UsageError` for the first field of the trainer's settings that is used and does not go with weights."""
    for name, is_used in used.items():
        if is_used:
            raise UsageError(
                f"`{name}` as given under `trainer:` does not go with weights, which would not reach the loss. "
                "Leave it out, or give all examples and pairs the same weight."
            )
