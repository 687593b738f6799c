"""Supervised tuning in which a row counts as much as it weighs.

The loss of an optimiser step is, over all rows of all its micro-batches,

    sum_i w_i sum_t nll_it / sum_i w_i n_i

with n_i the loss tokens of row i.  So a row of weight 0 might as well not be there, only the ratios of weights
matter, and with weights that are all equal this is TRL's own loss.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator
from typing import Any

import torch
from trl import SFTTrainer

from shoptune_transformers.plain import plain
from shoptune_trl._compat.trainers import tokens_weighted
from shoptune_trl.weighted_batches import carry_weights, one_by_one, refuse_with_weights, scale_by_tokens

__all__ = ["WeightedSFTTrainer"]


class WeightedSFTTrainer(SFTTrainer):
    """TRL's trainer for a training set with a column ``weight``.

    In each step weights are scaled so that the loss tokens weigh as much as there are of them.  Then TRL's own
    computation, which divides by that number, gives the loss above once each token's log-probability is multiplied by
    the weight of its row; or once TRL's loss of each row alone is.  TRL's further figures (entropy, accuracy) are not
    weighted.

    Packed rows have lost the weights of their parts, and the other losses are no sum of the log-probabilities that are
    weighted here: they are refused.
    """

    # The loss is divided by the tokens of all micro-batches, whatever model it comes from.
    loss_is_scaled_for_ga = True  # type: ignore[assignment]

    def __init__(self, *, args: Any, **given: Any) -> None:
        refuse_with_weights(
            {
                "packing": args.packing,
                "padding_free": args.padding_free,
                "loss_type": args.loss_type != "nll",
                "label_smoothing_factor": args.label_smoothing_factor > 0,
            }
        )
        super().__init__(args=args, **given)
        carry_weights(self)

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], torch.Tensor]:
        """Draw the micro-batches of a step, and count their loss tokens; scale the weights to that number."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        # The first token of a row is never predicted.
        tokens = [(batch["labels"][:, 1:] != -100).sum(dim=1) for batch in batches]
        return batches, scale_by_tokens(batches, tokens).to(device)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute TRL's loss on weighted log-probabilities; without weights, as in validation, just TRL's loss."""
        compute: Any = super().compute_loss
        weights = inputs.pop("weights", None)
        if weights is None:
            return compute(model, inputs, return_outputs, num_items_in_batch)
        if plain():
            losses = [compute(model, row, num_items_in_batch=num_items_in_batch) for row in one_by_one(inputs, weights)]
            return (torch.stack(losses) * weights).sum()
        return compute(tokens_weighted(model, weights), inputs, return_outputs, num_items_in_batch)
