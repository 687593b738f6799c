"""Writes the answers of one batch with transformers' own `generate`: for models that `decoding` can't drive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from shoptune.components import GenerationSettings

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["generate"]


def generate(
    model: Any,
    prompts: Sequence[list[int]],
    settings: GenerationSettings,
    *,
    ends: Sequence[int],
    stop: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
) -> list[list[int]]:
    """Answer a batch of prompts; see `shoptune_transformers.decoding.decode`.

    An answer that ended before the longest one is filled up with padding, which is an end token.
    """
    width = max(map(len, prompts))
    pad = ends[0]
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    # A decoder of its own begins with one token; any other goes on after the prompt.
    begin = 1 if model.config.is_encoder_decoder else width
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=settings.max_new_tokens,
        eos_token_id=list(ends),
        pad_token_id=pad,
        decoder_start_token_id=getattr(model.config, "decoder_start_token_id", None),
        stop_strings=list(stop) or None,
        **(
            {"do_sample": True, "temperature": settings.temperature, "top_k": 0, "top_p": 1.0}
            if settings.temperature > 0
            else {"do_sample": False}
        ),
    )
    processors = LogitsProcessorList()
    if settings.repetition_penalty != 1.0:
        processors.append(RepetitionPenaltyLogitsProcessor(settings.repetition_penalty, prompt_ignore_length=begin))
    with torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        output = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=config,
            logits_processor=processors,
            tokenizer=tokenizer,
        )
    answers: list[list[int]] = output[:, begin:].tolist()
    return answers
