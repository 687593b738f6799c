"""Computes attention over short texts with plain matrix products, on a processor.

torch's fused attention saves the memory that grows with the square of the length, and pays for it in time: on a
processor its backward pass over 128 tokens takes four times as long as the plain products that transformers calls
"eager", and over 512 tokens still longer.  So batches of short texts, where that memory is small, go without it.

Reads ``config._attn_implementation``, and calls the public `set_attn_implementation` in a hook before each forward
pass.  The public way is the implementation that the model was loaded with.  When the field goes, training fails before
its first step.
"""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["SHORT", "attend_plainly_where_short"]

SHORT = 256
"""In tokens.  At this length eager attention keeps 6 MiB per layer, row and 16 heads more than the fused one."""


def attend_plainly_where_short(model: Any) -> None:
    """Let `model` choose for each batch; one whose attention is not torch's fused one stays as it is."""
    from peft import PeftModel

    if model.config._attn_implementation != "sdpa":
        return

    def choose(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        ids = kwargs["input_ids"] if "input_ids" in kwargs else args[0]
        wanted = "eager" if ids.shape[1] <= SHORT else "sdpa"
        if module.config._attn_implementation != wanted:
            module.set_attn_implementation(wanted)

    causal = model.get_base_model() if isinstance(model, PeftModel) else model
    causal.register_forward_pre_hook(choose, with_kwargs=True)
