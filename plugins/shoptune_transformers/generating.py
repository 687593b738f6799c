"""Writes the answers of one batch with transformers' own `generate`: for models that `decoding` can't drive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from shoptune.components import GenerationSettings
from shoptune_transformers.encoder_decoder import decoder_start, padded

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from shoptune_transformers.constraint import Constraint

__all__ = ["generate"]


def generate(
    model: Any,
    prompts: Sequence[list[int]],
    settings: GenerationSettings,
    *,
    ends: Sequence[int],
    stop: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    constraint: Constraint | None = None,
) -> list[list[int]]:
    """Answer a batch of prompts; see `shoptune_transformers.decoding.decode`.

    An answer that ended before the longest one is filled up with padding, which is an end token.
    """
    pad = ends[0]
    inputs = {}
    if model.config.is_encoder_decoder:  # the decoder begins anew
        ids, mask = padded(prompts, pad, model.device)
        start = decoder_start(model, tokenizer)
        inputs["decoder_input_ids"] = torch.tensor([start] * len(prompts), device=model.device)
        begin = len(start)
    else:  # the answer goes on after the prompt, which so must end where all others end
        ids, mask = (rows.flip(1) for rows in padded([prompt[::-1] for prompt in prompts], pad, model.device))
        begin = ids.shape[1]
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
    if constraint:
        processors.append(_Allowed(constraint, begin))
    with torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            **inputs,
            generation_config=config,
            logits_processor=processors,
            tokenizer=tokenizer,
        )
    answers: list[list[int]] = output[:, begin:].tolist()
    return answers


class _Allowed(LogitsProcessor):
    """Leaves those tokens that a constraint allows."""

    def __init__(self, constraint: Constraint, begin: int) -> None:
        self._constraint, self._begin = constraint, begin

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores of what may follow the prompts and what was answered so far, at first nothing."""
        answers = range(len(scores))
        if input_ids.shape[1] > self._begin:
            self._constraint.go_on(answers, input_ids[:, -1].tolist())
        return scores.masked_fill(~self._constraint.allowed(answers, scores), -torch.inf)
