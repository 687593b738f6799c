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
from trl import DPOTrainer

from shoptune_transformers.plain import plain
from shoptune_trl._compat.trainers import pairs_weighted
from shoptune_trl.weighted_batches import TINY, carry_weights, one_by_one, refuse_with_weights

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
    """TRL's trainer for a training set with a column ``weight``."""

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
        compute: Any = super().compute_loss
        weights = inputs.pop("weights", None)
        if weights is None:
            return compute(model, inputs, return_outputs, num_items_in_batch)
        if plain():
            losses = [compute(model, pair) for pair in one_by_one(inputs, weights)]
            return (torch.stack(losses) * weights).mean()
        with pairs_weighted(self, model, weights) as weighted:
            return compute(weighted, inputs, return_outputs, num_items_in_batch)
