"""Takes the weights of rows through TRL's batches.

The column ``weight`` of the training set becomes the tensor ``weights`` of a batch: one number per row.  Rows of a
validation set have no such column, so the validation loss is not weighted and can be compared between runs.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from shoptune.errors import UsageError

__all__ = ["TINY", "carry_weights", "collate_with_weights", "one_by_one", "refuse_with_weights", "scale_by_tokens"]

TINY = torch.finfo(torch.float32).tiny
"""What a sum of weights is taken for where it is 0, since it is divided by."""


def collate_with_weights(rows: Sequence[Mapping[str, Any]], collate: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Make a batch of `rows` with `collate`, and add their weights where they have any."""
    batch = collate(rows)
    if "weight" in rows[0]:
        batch["weights"] = torch.tensor([row["weight"] for row in rows])
    return batch


def carry_weights(trainer: Any) -> None:
    """Let a trainer's batches have the weights of their rows: Trainer drops columns that the model does not take."""
    trainer.args.remove_unused_columns = False  # the collator picks what it needs
    trainer.data_collator = partial(collate_with_weights, collate=trainer.data_collator)


def one_by_one(inputs: Mapping[str, Any], weights: torch.Tensor) -> Iterator[dict[str, Any]]:
    """Yield the inputs of each row alone, of as many as have a weight.

    A batch of pairs is all chosen answers, then all rejected ones, so there it is two answers.
    """
    count = len(weights)
    for row in range(count):
        yield {name: value[row::count] if isinstance(value, torch.Tensor) else value for name, value in inputs.items()}


def scale_by_tokens(batches: Sequence[dict[str, Any]], tokens: Sequence[torch.Tensor]) -> torch.Tensor:
    """Scale the weights of a step's batches so that its loss tokens weigh as much as there are of them.

    Args:
        batches: The micro-batches; those without weights stay as they are.
        tokens: The number of loss tokens of each row, a tensor for each batch.

    Returns:
        The number of loss tokens.

    """
    number = torch.cat(list(tokens)).sum()
    if "weights" in batches[0]:
        weight = torch.cat([batch["weights"] * n for batch, n in zip(batches, tokens, strict=True)]).sum()
        for batch in batches:
            batch["weights"] *= number / weight.clamp(min=TINY)
    return number


def refuse_with_weights(used: Mapping[str, bool]) -> None:
    """Raise a `UsageError` for the first field of the trainer's settings that is used and does not go with weights."""
    for name, is_used in used.items():
        if is_used:
            raise UsageError(
                f"`{name}` as given under `trainer:` does not go with weights, which would not reach the loss. "
                "Leave it out, or give all examples and pairs the same weight."
            )
