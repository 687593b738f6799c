"""What to do when memory runs out: compute half as much at once, and go on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import TypeVar

from shoptune.errors import StepError

__all__ = ["free_memory", "with_batch_halving"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def with_batch_halving(
    compute: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], describe: Callable[[Item], str]
) -> list[Result]:
    """Return what `compute` makes of a batch; the batch is halved as often as memory runs out.

    Args:
        compute: Returns one result per item.
        items: The batch, not empty.
        describe: Says what an item is, for the message: ``a prompt of 9000 tokens``.

    Raises:
        StepError: There is not enough memory for one item.

    """
    try:
        return compute(items)
    except (RuntimeError, MemoryError) as error:
        if not _is_out_of_memory(error):
            raise
        if len(items) == 1:
            raise StepError(
                f"There is not enough memory for {describe(items[0])}: {error}. "
                "Use a smaller model, or dtype: bfloat16."
            ) from error
    # Outside of the handler, whose traceback would keep the failed batch's tensors alive.
    free_memory()
    half = len(items) // 2
    return [*with_batch_halving(compute, items[:half], describe), *with_batch_halving(compute, items[half:], describe)]


def free_memory() -> None:
    """Give back what is no longer used."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _is_out_of_memory(error: BaseException) -> bool:
    """Say whether memory ran out; torch's allocator for the processor has no error class of its own."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in ("can't allocate memory", "not enough memory"))
