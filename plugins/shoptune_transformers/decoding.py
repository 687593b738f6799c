"""Writes the answers of one batch, token by token.

It gives the texts that transformers' `generate` gives, but more quickly: a sequence that has ended leaves the batch,
the prefix that the prompts have in common is computed once, and keys and values are not copied for every token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from shoptune.components import GenerationSettings
from shoptune_transformers._compat.caches import BatchCache, fits_batch_cache
from shoptune_transformers._compat.models import prepares_inputs_as_usual
from shoptune_transformers.generating import generate
from shoptune_transformers.plain import plain
from shoptune_transformers.prefix import common_prefix

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from shoptune_transformers.constraint import Constraint

__all__ = ["can_decode", "decode"]

Tokens = list[int]


def decode(
    model: Any,
    prompts: Sequence[Tokens],
    settings: GenerationSettings,
    *,
    ends: Sequence[int],
    stop: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    constraint: Constraint | None = None,
) -> list[Tokens]:
    """Answer a batch of prompts.

    Args:
        model: A language model of transformers; one that this loop can't drive gets transformers' own, as all models
            do where public ways alone are asked for (`shoptune_transformers.plain`).
        prompts: The tokens of each prompt, at least one each.
        settings: How to generate; of stop strings, those in `stop` count.  The repetition penalty is for what the
            answer itself says: prompts hold the facts to be told.
        ends: Tokens that end an answer; the first is what padding is made of.
        stop: Strings that end an answer.
        tokenizer: Turns tokens into the text in which stop strings are looked for.
        constraint: What the answers may say; None: anything.

    Returns:
        The tokens of each answer, up to and with the one that ended it; more may follow an end token.  What is sampled
        depends on the seed and the prompt's place in the batch, not on when other answers end.

    """
    with torch.inference_mode():
        if plain() or not can_decode(model, max(map(len, prompts)) + settings.max_new_tokens):
            return generate(model, prompts, settings, ends=ends, stop=stop, tokenizer=tokenizer, constraint=constraint)
        batch = _Batch(model, prompts, settings.max_new_tokens, pad=ends[0])
        noise = _noise(settings, len(prompts)).to(model.device)
        answers: list[Tokens] = [[] for _ in prompts]
        rows = list(range(len(prompts)))  # the prompt that each row of the batch belongs to
        logits = batch.start()
        while True:
            spoken = [answers[row] if settings.repetition_penalty != 1.0 else [] for row in rows]  # what counts
            said = torch.tensor(spoken, dtype=torch.long, device=model.device)
            allowed = constraint.allowed(rows, logits) if constraint else None
            chosen = _choose(logits, said, settings, noise[rows, len(answers[rows[0]])], allowed)
            tokens = chosen.tolist()
            for row, token in zip(rows, tokens, strict=True):
                answers[row].append(token)
            if constraint:
                constraint.go_on(rows, tokens)
            if len(answers[rows[0]]) == settings.max_new_tokens:
                return answers
            places = _places([_goes_on(answers[row], ends, stop, tokenizer) for row in rows])
            if not places:
                return answers
            if len(places) < len(rows):
                rows = [rows[place] for place in places]
                chosen = chosen[places]
                batch.keep(places)
            logits = batch.run(chosen[:, None])


def can_decode(model: Any, length: int) -> bool:
    """Say whether `decode` can drive this model over prompts and answers of together `length` tokens.

    Not one with an encoder, one that remembers something else than the keys and values of all tokens, or one with a way
    of its own to prepare its inputs, as models with soft prompts or images have.
    """
    return (
        not model.config.is_encoder_decoder
        and prepares_inputs_as_usual(model)
        and fits_batch_cache(model.config, length)
    )


class _Batch:
    """The sequences that are being written, one per row.

    Columns are the prefix in common, padding up to the longest rest, the rest of each prompt, the answer.
    """

    def __init__(self, model: Any, prompts: Sequence[Tokens], answer: int, *, pad: int) -> None:
        self._model = model
        shared = common_prefix([tuple(prompt) for prompt in prompts])
        rests = [prompt[shared:] for prompt in prompts]
        width = max(map(len, rests))
        room = shared + width + answer
        self._cache = BatchCache(model.config, rows=len(prompts), room=room)
        self._prefix = torch.tensor([prompts[0][:shared]], device=model.device)
        self._rests = torch.tensor([[pad] * (width - len(rest)) + rest for rest in rests], device=model.device)
        self._mask = torch.ones(len(prompts), room, dtype=torch.bool, device=model.device)
        for row, rest in enumerate(rests):
            self._mask[row, shared : shared + width - len(rest)] = False
        self._positions = (self._mask.cumsum(1) - 1).clamp(min=0)
        self._used = 0

    def start(self) -> torch.Tensor:
        """Read the prompts; return the logits [rows, vocabulary] of what follows."""
        if self._prefix.numel():
            self.run(self._prefix)
        return self.run(self._rests)

    def run(self, ids: torch.Tensor) -> torch.Tensor:
        """Read more tokens [rows, n], or [1, n] that all rows begin with; return the logits of what follows."""
        rows = len(ids)
        start, self._used = self._used, self._used + ids.shape[1]
        output = self._model(
            input_ids=ids,
            attention_mask=self._mask[:rows, : self._used],
            position_ids=self._positions[:rows, start : self._used],
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def keep(self, places: list[int]) -> None:
        """Keep these rows, in this order."""
        self._mask, self._positions = self._mask[places], self._positions[places]
        self._cache.batch_select_indices(torch.tensor(places, device=self._model.device))


def _noise(settings: GenerationSettings, rows: int) -> torch.Tensor:
    """Return a random number from 0 to 1 for every token that may be sampled: [rows, tokens]."""
    generator = torch.Generator().manual_seed(settings.seed)
    return torch.rand(rows, settings.max_new_tokens, dtype=torch.float64, generator=generator)


def _choose(
    logits: torch.Tensor,
    said: torch.Tensor,
    settings: GenerationSettings,
    noise: torch.Tensor,
    allowed: torch.Tensor | None = None,
) -> torch.Tensor:
    """Choose the next token of each row.

    Args:
        logits: [rows, vocabulary].
        said: What the answers say so far: [rows, tokens].
        settings: Temperature and repetition penalty (Keskar et al. 2019, https://arxiv.org/abs/1909.05858).
        noise: A random number from 0 to 1 per row: where between the tokens' cumulated probabilities to choose.
        allowed: Which tokens may be chosen, [rows, vocabulary]; None: all.

    """
    scores = logits.float()
    if settings.repetition_penalty != 1.0:
        penalty = settings.repetition_penalty
        repeated = scores.gather(1, said)
        scores = scores.scatter(1, said, torch.where(repeated < 0, repeated * penalty, repeated / penalty))
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -torch.inf)
    if settings.temperature == 0:
        return scores.argmax(-1)
    cumulated = (scores / settings.temperature).softmax(-1).double().cumsum(-1)
    chosen = torch.searchsorted(cumulated, noise[:, None] * cumulated[:, -1:], right=True).squeeze(1)
    return chosen.clamp(max=logits.shape[-1] - 1)  # the product may be rounded up to the whole sum


def _goes_on(answer: Tokens, ends: Sequence[int], stop: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> bool:
    """Say whether an answer's last token did not end it."""
    if answer[-1] in ends:
        return False
    if not stop:
        return True
    # A stop string is looked for where the last token may have completed it, and what seems one in the whole answer.
    tail = answer[-max(len(string.encode()) for string in stop) - 1 :]
    return not (_holds(tail, stop, tokenizer) and _holds(answer, stop, tokenizer))


def _holds(tokens: Tokens, strings: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> bool:
    """Say whether one of the strings stands in the tokens' text, as `read_answer` reads it."""
    text = str(tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    return any(string in text for string in strings)


def _places(kept: Sequence[bool]) -> list[int]:
    """Return which rows the first rows shall become: those kept, where the last ones fill the places that are free."""
    count = sum(kept)
    last = [place for place in range(count, len(kept)) if kept[place]]
    return [place if kept[place] else last.pop() for place in range(count)]
