"""What transformers' models keep to themselves."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import GenerationMixin, PreTrainedModel

__all__ = ["attention_can_be_chosen", "attention_of", "logits_where", "prepares_inputs_as_usual", "weights_in_float32"]

INPUTS = {"input_ids", "attention_mask", "position_ids", "past_key_values", "use_cache", "logits_to_keep"}
"""What `shoptune_transformers.decoding` gives a model."""


def attention_of(model: Any) -> str:
    """Return how a model computes attention now: ``sdpa``, ``eager`` ...

    Reads ``config._attn_implementation``: attention can be set in public (`set_attn_implementation`), but not read.
    Without: it is left as it was loaded.  When the field goes, this raises at once.
    """
    return str(model.config._attn_implementation)


def attention_can_be_chosen(model: Any) -> bool:
    """Whether a model takes transformers' own attention functions, and so any mask and any of these functions.

    Reads ``_supports_attention_backend``, which no public property shows.  Without: no model is taken for one.  Models
    that wrap another one, such as peft's, are none.
    """
    return isinstance(model, PreTrainedModel) and bool(model._supports_attention_backend)


def prepares_inputs_as_usual(model: Any) -> bool:
    """Whether a model can be given its inputs as `decoding` does, and has no way of its own to prepare them.

    Compares the method ``prepare_inputs_for_generation`` with that of `GenerationMixin`, and reads the parameters of
    ``forward``.  Models with soft prompts or images have their own.  The public way is `generate`, which knows them
    all; when the method goes, no model is taken for a usual one and that way is taken by itself.
    """
    usual = getattr(GenerationMixin, "prepare_inputs_for_generation", None)
    return (
        usual is not None
        and getattr(type(model), "prepare_inputs_for_generation", None) is usual
        and set(inspect.signature(model.forward).parameters) >= INPUTS
    )


def logits_where(model: Any, keep: torch.Tensor, **inputs: Any) -> torch.Tensor:
    """Run a model; return the logits at the positions where `keep`, [rows, tokens], is true: [kept, vocabulary].

    Gives ``logits_to_keep`` a boolean mask, which transformers knows for packed training and only some models pass on;
    one that doesn't returns all logits, of which the kept ones are taken here.  With soft prompts, which lengthen the
    rows, or in the public way, all logits are computed: as many as tokens times vocabulary.
    """
    if isinstance(model, PreTrainedModel):
        inputs["logits_to_keep"] = keep
    logits: torch.Tensor = model(**inputs).logits
    return logits if logits.ndim == keep.ndim else logits[:, -keep.shape[1] :][keep]


def weights_in_float32(model: Any) -> frozenset[str]:
    """Return parts of names of weights that transformers loads in float32 whatever dtype is asked for.

    Reads ``_keep_in_fp32_modules_strict``, so that a merged model is rounded exactly as loading it would.  The public
    way is to save the merged model and load it again.  When the field goes, these weights are rounded, silently: the
    test of this function notices.
    """
    return frozenset(getattr(model, "_keep_in_fp32_modules_strict", None) or ())
