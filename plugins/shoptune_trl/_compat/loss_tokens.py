"""Computes a frozen output head at the loss tokens only, on a processor.

TRL scores every position there, those of prompt and padding too, computes the scores again for the gradient, and
multiplies that in float32.  The head of a small model is a third of its work, so this costs a third of a training.
Here the positions that are trained are picked before the head, and the gradient is taken while the scores are there:
as long as the head itself does not learn, the gradient of each token's log-probability is a vector as short as the
token's hidden state, and waits for the backward pass in that form.

What comes out is what TRL's `add_fused_lm_head` gives, figures for its log included.

Relies on ``trl.trainer.utils.FusedCausalLMOutput`` and its fields, on TRL calling the model with ``fused_lm_head`` and
``labels``, on ``model.forward`` being replaceable, and on the fields of `TRANSFORMS` being all that can come between
head and score.  The public way is TRL's own head.  When TRL changes one of the first, the first step fails; a new kind
of model that scales its scores otherwise would be trained wrongly, so a new field is looked for before an upgrade.

This module imports torch: import it where a training is about to start.
"""

from typing import Any

import torch
from torch import Tensor, nn
from trl.trainer.utils import FusedCausalLMOutput

__all__ = ["TokenScores", "score_loss_tokens"]

CHUNK = 2**25
"""How many scores (tokens times vocabulary) are there at once: 128 MiB in float32, and as much for probabilities."""

TRANSFORMS = ("final_logit_softcapping", "logit_scale", "output_multiplier", "lm_head_multiplier", "logits_scaling")
"""Fields of a configuration with which a model changes its scores after the head."""


def score_loss_tokens(model: Any) -> bool:
    """Let `model`, which a TRL trainer has made ready, compute its head at loss tokens only.

    Nothing is changed where the head learns, is no plain linear layer, or is followed by something else, nor for
    mixtures of experts, whose loss has another part; TRL's own computation knows about these.

    Returns:
        Whether it does so now.

    """
    from peft import PeftModel

    causal: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    config = causal.config.get_text_config()
    head = causal.get_output_embeddings()
    if (
        type(head) is not nn.Linear
        or any(parameter.requires_grad for parameter in head.parameters())
        or any(getattr(config, name, None) is not None for name in TRANSFORMS)
        or hasattr(config, "output_router_logits")
    ):
        return False
    whole = causal.forward

    def forward(*args: Any, fused_lm_head: bool = False, labels: Tensor | None = None, **kwargs: Any) -> Any:
        if not fused_lm_head or labels is None or kwargs.get("shift_labels") is not None:
            return whole(*args, fused_lm_head=fused_lm_head, labels=labels, **kwargs)
        hidden = causal.base_model(*args, **kwargs | {"use_cache": False}).last_hidden_state[:, :-1]
        targets = labels[:, 1:]
        mask = targets != -100
        scores = TokenScores.apply(hidden[mask], head.weight, head.bias, targets[mask])  # type: ignore[no-untyped-call]
        # Where nothing is trained, `masked_scatter` still leads back to the model, with a gradient of zero.
        log_probs, *figures = (x.new_zeros(mask.shape).masked_scatter(mask, x) for x in scores)
        names = ("entropy", "log_sum_sq_probs", "mean_logits", "is_top1")
        return FusedCausalLMOutput(log_probs=log_probs, label_mask=mask, **dict(zip(names, figures, strict=True)))

    causal.forward = forward
    return True


class TokenScores(torch.autograd.Function):
    """Log-probability of each target, and what TRL logs beside it.

    With h a token's hidden state, W the head, p the probabilities and y the target, the gradient of log p_y with
    respect to h is W_y - sum_v p_v W_v.  Products are computed in autocast's dtype, all else in float32.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Score `hidden` (tokens x width) against `targets` (tokens).

        Returns:
            One number per token: log-probability of the target, entropy, log of the sum of squared probabilities, mean
            score, and whether the target is the likeliest token.  Only the first has a gradient.

        """
        device = hidden.device.type
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype
        weight = weight.to(dtype)
        figures, gradients = [], []
        chunk = max(1, CHUNK // len(weight))
        with torch.autocast(device, enabled=False):
            for states, target in zip(torch.split(hidden.to(dtype), chunk), torch.split(targets, chunk), strict=True):
                scores = nn.functional.linear(states, weight, None if bias is None else bias.to(dtype)).float()
                score = scores.gather(1, target[:, None])[:, 0]
                total = scores.logsumexp(1)
                probabilities = (scores - total[:, None]).exp_()
                figures.append(
                    (
                        score - total,
                        total - torch.linalg.vecdot(probabilities, scores),
                        torch.linalg.vecdot(probabilities, probabilities).log(),
                        scores.mean(1),
                        scores.argmax(1) == target,
                    )
                )
                if ctx.needs_input_grad[0]:
                    gradients.append(weight[target] - probabilities.to(dtype) @ weight)
        log_probs, entropy, log_sum_sq, mean, top = (torch.cat(parts) for parts in zip(*figures, strict=True))
        ctx.mark_non_differentiable(entropy, log_sum_sq, mean, top)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*([torch.cat(gradients)] if gradients else []))
        ctx.dtype = hidden.dtype
        return log_probs, entropy, log_sum_sq, mean, top

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> tuple[Tensor | None, None, None, None]:
        """Scale each token's gradient by what the loss makes of its log-probability."""
        if upstream[0] is None:
            return None, None, None, None
        (gradients,) = ctx.saved_tensors
        return (upstream[0][:, None] * gradients).to(ctx.dtype), None, None, None
