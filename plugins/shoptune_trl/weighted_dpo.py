"""Direct preference optimisation in which a pair counts as much as it weighs.

The loss of an optimiser step is, over all pairs of all its micro-batches,

    sum_i w_i l_i / sum_i w_i

with l_i TRL's loss of pair i.  So a pair of weight 0 might as well not be there, only the ratios of weights matter, and
with weights that are all equal this is TRL's own loss.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator
from typing import Any

import torch
from trl.trainer.dpo_trainer import DPOTrainer

from shoptune_trl.weighted_batches import TINY, carry_weights, refuse_with_weights

__all__ = ["OF_ONE_PAIR", "WeightedDPOTrainer"]

OF_ONE_PAIR = frozenset(
    {
        "apo_down",
        "apo_zero",
        "bco_pair",
        "discopop",
        "exo_pair",
        "ipo",
        "nca_pair",
        "robust",
        "sigmoid",
        "sigmoid_norm",
        "sppo_hard",
    }
)
"""TRL's losses that are a mean over pairs and can be weighted.  Of a whole batch are aot, aot_unpaired and sft; hinge
fails in TRL when it is multiplied."""


class WeightedDPOTrainer(DPOTrainer):
    """TRL's trainer for a training set with a column ``weight``.

    TRL has one place where the losses of pairs are multiplied by something before their mean is taken: the weights of
    WPO (https://arxiv.org/abs/2406.11827, equation 2), which are the exponential of the mean, over an answer's tokens,
    of log-probability minus `log_sum_sq_probs`, for the chosen times that for the rejected answer.  So a pair's weight
    w gets there as a `log_sum_sq_probs` that is log w below the chosen answer's log-probabilities.
    """

    def __init__(self, *, args: Any, **given: Any) -> None:
        refuse_with_weights(
            {"use_weighting": args.use_weighting, "loss_type": not OF_ONE_PAIR.issuperset(args.loss_type)}
        )
        super().__init__(args=args, **given)
        carry_weights(self)

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device
    ) -> tuple[list[Any], torch.Tensor | int | None]:
        """Draw the micro-batches of a step, and scale the weights so that the mean of means is the step's loss."""
        batches, number = super().get_batch_samples(epoch_iterator, num_batches, device)
        total = torch.cat([batch["weights"] for batch in batches]).sum()
        for batch in batches:
            batch["weights"] *= len(batch["weights"]) * len(batches) / total.clamp(min=TINY)
        return batches, number

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute TRL's loss with the pairs' weights; without weights, as in validation, just TRL's loss."""
        weights = inputs.pop("weights", None)
        self.use_weighting = weights is not None

        def weighted(**inputs: Any) -> Any:
            outputs = model(**inputs)
            # A batch is all chosen answers, then all rejected ones.
            logs = torch.cat([weights.clamp(min=TINY).log(), torch.zeros_like(weights)])
            outputs.log_sum_sq_probs = outputs.log_probs.detach() - logs[:, None]
            return outputs

        return super().compute_loss(  # type: ignore[no-untyped-call]
            model if weights is None else weighted, inputs, return_outputs, num_items_in_batch
        )
