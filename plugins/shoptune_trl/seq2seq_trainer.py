"""Supervised tuning of an encoder-decoder in which a row counts as much as it weighs.

The loss of an optimiser step is, as in `shoptune_trl.weighted_sft`, over all rows of all its micro-batches,

    sum_i w_i sum_t nll_it / sum_i w_i n_i

with n_i the tokens of the answer of row i.  Without weights, as in validation, all w_i are 1.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import Seq2SeqTrainer

from shoptune_trl.weighted_batches import scale_by_tokens

__all__ = ["WeightedSeq2SeqTrainer"]


class WeightedSeq2SeqTrainer(Seq2SeqTrainer):
    """Transformers' trainer for a training set that may have a column ``weight``.

    In each step weights are scaled so that the loss tokens weigh as much as there are of them.
    """

    # The loss is divided by the tokens of all micro-batches.
    loss_is_scaled_for_ga = True

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], torch.Tensor]:
        """Draw the micro-batches of a step, and count their loss tokens; scale the weights to that number.

        The tokens seen are counted by Trainer, which takes the answers' for a part of the prompts and leaves them out.
        """
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        tokens = [(batch["labels"] != -100).sum(dim=1) for batch in batches]
        number = scale_by_tokens(batches, tokens)
        self.state.num_input_tokens_seen += int(number)
        return batches, number.to(device)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute the loss of a micro-batch: its part of the step's, or its own where no step is taken."""
        given = dict(inputs)
        labels, weights = given.pop("labels"), given.pop("weights", None)
        outputs = model(**given)
        losses = cross_entropy(
            outputs.logits.transpose(1, 2).float(),
            labels,
            reduction="none",
            label_smoothing=self.args.label_smoothing_factor,
        )
        if weights is not None:
            losses = losses * weights[:, None]
        loss = losses.sum() / ((labels != -100).sum() if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss
