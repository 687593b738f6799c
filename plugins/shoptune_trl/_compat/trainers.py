"""What TRL's and transformers' trainers have no public way for.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.trainer_pt_utils import LengthGroupedSampler

__all__ = ["order_by_seed", "pairs_weighted", "tokens_weighted"]

TINY = torch.finfo(torch.float32).tiny
"""A weight of 0, of which there is no logarithm."""


def tokens_weighted(model: Any, weights: torch.Tensor) -> Any:
    """Return `model` with the log-probabilities that TRL's loss is the sum of multiplied by the weights of their rows.

    Relies on `SFTTrainer.compute_loss` calling the model once, and taking ``-outputs.log_probs`` of its fused head for
    the loss.  The public way is one call of `compute_loss` for each row.  When the field goes, the first step fails;
    were it no longer the loss, weighted rows would silently be unweighted: the test of this function notices.
    """

    def weighted(**inputs: Any) -> Any:
        outputs = model(**inputs)
        outputs.log_probs = outputs.log_probs * weights[:, None]
        return outputs

    return weighted


@contextmanager
def pairs_weighted(trainer: Any, model: Any, weights: torch.Tensor) -> Iterator[Any]:
    """Have a `DPOTrainer` multiply the losses of pairs by `weights`; yield the model to compute the loss with.

    TRL has one place where the losses of pairs are multiplied by something before their mean is taken: the weights of
    WPO (https://arxiv.org/abs/2406.11827, equation 2), which are the exponential of the mean, over an answer's tokens,
    of log-probability minus ``log_sum_sq_probs``, for the chosen times that for the rejected answer.  So a pair's
    weight w gets there as a ``log_sum_sq_probs`` that is log w below the chosen answer's log-probabilities.

    Relies on the trainer's field ``use_weighting`` being read in each step, and on these two fields of the fused head's
    outputs.  The public way is one call of `compute_loss` for each pair.  When a field goes, the first step fails or
    pairs are silently unweighted: the test of this function notices.
    """

    def weighted(**inputs: Any) -> Any:
        outputs = model(**inputs)
        # A batch is all chosen answers, then all rejected ones.
        logs = torch.cat([weights.clamp(min=TINY).log(), torch.zeros_like(weights)])
        outputs.log_sum_sq_probs = outputs.log_probs.detach() - logs[:, None]
        return outputs

    trainer.use_weighting = True
    try:
        yield weighted
    finally:
        trainer.use_weighting = False


def order_by_seed(train_dataloader: Any, seed: int) -> None:
    """Make the order of length-grouped batches depend on `seed` alone.

    Trainer draws it from the global random numbers, whose state at the start of an epoch a resumed run does not know,
    and has no option for it.  Relies on `LengthGroupedSampler`, its field ``generator``, and the place where a loader
    holds it.  Without: such an order is refused, since a resumed training would come to another result.  When one of
    them changes, a resumed training has silently another order: the test of this function notices.
    """
    sampler = getattr(getattr(train_dataloader, "batch_sampler", None), "sampler", None)
    if isinstance(sampler, LengthGroupedSampler):
        sampler.generator = torch.Generator().manual_seed(seed)
