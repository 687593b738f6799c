"""How probable the choices of prompts are as answers of an encoder-decoder model, such as T5.

The log-probability of a choice is the sum over its tokens of log p(token | prompt, earlier tokens of the choice).  As
with causal models, EOS is not among them: what counts is which text the answer is, not whether it ends there.

Each prompt runs through the encoder once.  So does the start of its answer through the decoder, which tells how
probable the first token of every choice is; the further tokens of longer choices go on from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from math import fsum
from typing import TYPE_CHECKING, Any

import torch

from shoptune.errors import UsageError
from shoptune_transformers._compat.caches import select_rows
from shoptune_transformers.batching import schedule
from shoptune_transformers.loading import leading_bos
from shoptune_transformers.memory import with_batch_halving
from shoptune_transformers.plain import plain
from shoptune_transformers.scores import Scores, at_once, scored
from shoptune_transformers.scoring_requests import ScoringRequest, group_equal

if TYPE_CHECKING:
    from transformers import EncoderDecoderCache, PreTrainedTokenizerBase

__all__ = ["decoder_start", "padded", "score", "score_each"]

Tokens = Sequence[int]

HEAD = 2**15
"""A vocabulary of so many tokens makes a decoder's token cost as much memory as an encoder's; mT5's has eight times as
many."""


def decoder_start(model: Any, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the tokens that every answer begins with, before its own: one, and BOS where the tokenizer puts it (BART).

    Raises:
        UsageError: The model's configuration does not name the token.

    """
    start = model.config.decoder_start_token_id
    if start is None:
        raise UsageError(
            f"The {model.config.model_type} model's config.json has no decoder_start_token_id, which its answers begin "
            "with. Add it there; T5's is its pad token."
        )
    return [int(start), *leading_bos(tokenizer)]


def padded(texts: Sequence[Tokens], pad: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens, filled up at the end, and the mask that tells them from what fills: both [texts, tokens]."""
    width = max(map(len, texts))
    ids = torch.tensor([[*text, *[pad] * (width - len(text))] for text in texts], device=device)
    mask = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts], device=device)
    return ids, mask


def score(
    model: Any,
    requests: Sequence[ScoringRequest],
    *,
    start: Tokens,
    pad: int,
    batch_tokens: int,
    done: Collection[int] = (),
) -> Iterator[list[tuple[int, Scores]]]:
    """Yield batches of (index, the log-probabilities of its choices); see `shoptune_transformers.scoring.score`.

    Args:
        model: An encoder-decoder.
        requests: A request's context is what the encoder reads.
        start: What the decoder begins with.
        pad: The token that fills up shorter texts.
        batch_tokens: At most so many tokens are computed at once, unless one request alone has more.
        done: Indices that are left out.

    Raises:
        StepError: There is not enough memory for a request.

    """
    asked = group_equal(requests)
    distinct, places = list(asked), list(asked.values())
    device = model.device.type

    def compute(batch: Sequence[int]) -> list[Scores]:
        return with_batch_halving(
            partial(_scores_from_the_start if plain() else _scores, model, start, pad, batch_tokens),
            [distinct[number] for number in batch],
            lambda request: f"one prompt of {len(request.context)} tokens with its choices",
        )

    batches = schedule([len(request.context) for request in distinct], 0, at_once(batch_tokens, device), device=device)
    yield from scored(batches, places, done, compute)


def score_each(
    model: Any, context: Tokens, choices: Sequence[tuple[int, ...]], *, start: Tokens, pad: int, batch_tokens: int
) -> dict[tuple[int, ...], float]:
    """Return the log-probability of each choice after one prompt."""
    request = ScoringRequest(tuple(context), tuple(dict.fromkeys(choices)))
    ((_, scores),) = next(score(model, [request], start=start, pad=pad, batch_tokens=batch_tokens))
    return dict(zip(request.choices, scores, strict=True))


def _scores(model: Any, start: Tokens, pad: int, batch_tokens: int, requests: Sequence[ScoringRequest]) -> list[Scores]:
    """Compute one batch of requests."""
    ids, mask = padded([request.context for request in requests], pad, model.device)
    states = model.get_encoder()(input_ids=ids, attention_mask=mask, return_dict=True)
    begun = model(
        encoder_outputs=states,
        attention_mask=mask,
        decoder_input_ids=torch.tensor([start] * len(requests), device=model.device),
        use_cache=True,
    )
    firsts = begun.logits[:, -1].float().log_softmax(-1)
    answers = list(dict.fromkeys((line, choice) for line, of in enumerate(requests) for choice in of.choices))
    logs = {(line, choice): [float(firsts[line, choice[0]])] for line, choice in answers if choice}
    longer = [answer for answer in answers if len(answer[1]) > 1]
    weight = max(1, model.config.vocab_size // HEAD)
    lengths = [ids.shape[1] + weight * len(choice) for _, choice in longer]
    for batch in schedule(lengths, 0, batch_tokens, device=model.device.type):
        lines, choices = zip(*(longer[place] for place in batch), strict=True)
        rests = _rests(model, begun.past_key_values, states, mask, len(start), pad, lines, choices)
        for place, rest in zip(batch, rests, strict=True):
            logs[longer[place]] += rest
    return [tuple(fsum(logs.get((line, choice), ())) for choice in of.choices) for line, of in enumerate(requests)]


def _rests(
    model: Any,
    begun: EncoderDecoderCache,
    states: Any,
    mask: torch.Tensor,
    start: int,
    pad: int,
    lines: Sequence[int],
    choices: Sequence[Tokens],
) -> list[list[float]]:
    """Return the log-probability of each token of the choices but the first.

    Args:
        model: An encoder-decoder.
        begun: Keys and values of the decoder's start, which is of `start` tokens, and of what it sees of the encoder.
        states: What the encoder made of the batch's prompts.
        mask: Which of that is no padding.
        start: How many tokens the decoder begins with.
        pad: The token that fills up shorter choices.
        lines: Which of the prompts each choice belongs to.
        choices: Each of two tokens or more.

    """
    rows = torch.tensor(lines, device=model.device)
    ids, _ = padded([choice[:-1] for choice in choices], pad, model.device)
    logits = model(
        encoder_outputs=(states.last_hidden_state[rows],),
        attention_mask=mask[rows],
        decoder_input_ids=ids,
        # What fills up a row comes after all that counts in it, so nothing needs to be hidden.
        decoder_attention_mask=torch.ones(len(rows), start + ids.shape[1], dtype=torch.long, device=model.device),
        past_key_values=select_rows(begun, rows),
        use_cache=True,
    ).logits
    return _log_probabilities(logits, [choice[1:] for choice in choices])


def _scores_from_the_start(
    model: Any, start: Tokens, pad: int, batch_tokens: int, requests: Sequence[ScoringRequest]
) -> list[Scores]:
    """Compute one batch of requests in the public way: encoder and decoder run from their start for each choice."""
    answers = list(dict.fromkeys((request.context, choice) for request in requests for choice in request.choices))
    weight = max(1, model.config.vocab_size // HEAD)
    lengths = [len(context) + weight * (len(start) + len(choice)) for context, choice in answers]
    logs: dict[tuple[Tokens, Tokens], float] = {}
    for batch in schedule(lengths, 0, batch_tokens, device=model.device.type):
        contexts, choices = zip(*(answers[place] for place in batch), strict=True)
        ids, mask = padded(contexts, pad, model.device)
        decoder_ids, _ = padded([[*start, *choice[:-1]] for choice in choices], pad, model.device)
        logits = model(input_ids=ids, attention_mask=mask, decoder_input_ids=decoder_ids, use_cache=False).logits
        scores = map(fsum, _log_probabilities(logits[:, len(start) - 1 :], choices))
        logs |= dict(zip(zip(contexts, choices, strict=True), scores, strict=True))
    return [tuple(logs[request.context, choice] for choice in request.choices) for request in requests]


def _log_probabilities(logits: torch.Tensor, texts: Sequence[Tokens]) -> list[list[float]]:
    """Return the log-probability of each token of the texts, given the logits of their places [texts, places, words].

    Row by row, so that nothing as large as the logits themselves is made of them.
    """
    return [
        of_one[: len(text)].float().log_softmax(-1)[range(len(text)), list(text)].tolist()
        for of_one, text in zip(logits, texts, strict=True)
    ]
