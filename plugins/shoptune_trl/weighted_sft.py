"""Supervised tuning in which a row counts as much as it weighs.

The loss of an optimiser step is, over all rows of all its micro-batches,

    sum_i w_i sum_t nll_it / sum_i w_i n_i

with n_i the trained tokens of row i.  So a row of weight 0 might as well not be there, only the ratios of weights
matter, and with weights that are all equal this is TRL's own loss.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator
from typing import Any

import torch
from trl.trainer.sft_trainer import SFTTrainer

from shoptune_trl.weighted_batches import carry_weights, refuse_with_weights, scale_by_tokens

__all__ = ["WeightedSFTTrainer"]


class WeightedSFTTrainer(SFTTrainer):
    """TRL's trainer for a training set with a column ``weight``.

    In each step weights are scaled so that the trained tokens weigh as much as there are of them.  Then TRL's own
    computation, which divides by that number, gives the loss above once each token's log-probability is multiplied by
    the weight of its row.  TRL's further figures (entropy, accuracy) are not weighted.

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
        """Draw the micro-batches of a step, and count their trained tokens; scale the weights to that number."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        # The first token of a row is never predicted.
        tokens = [(batch["labels"][:, 1:] != -100).sum(dim=1) for batch in batches]
        return batches, scale_by_tokens(batches, tokens).to(device)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute TRL's loss on weighted log-probabilities; without weights, as in validation, just TRL's loss."""
        weights = inputs.pop("weights", None)

        def weighted(**inputs: Any) -> Any:
            outputs = model(**inputs)
            outputs.log_probs = outputs.log_probs * weights[:, None]
            return outputs

        return super().compute_loss(  # type: ignore[no-untyped-call]
            model if weights is None else weighted, inputs, return_outputs, num_items_in_batch
        )
