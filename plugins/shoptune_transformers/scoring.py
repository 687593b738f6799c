"""How probable the choices of prompts are as answers.

The log-probability of a choice is the sum over its tokens of log p(token | prompt, earlier tokens of the choice).  Each
prompt runs through the model once, with all of its choices (`shoptune_transformers.choice_trie`); what all prompts
begin with runs once (`shoptune_transformers.prefix`); and the vocabulary is weighed only where a choice's token is due.
In public ways alone (`shoptune_transformers.plain`) each choice runs behind its prompt, with all logits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import fsum
from typing import Any

import torch

from shoptune_transformers._compat.caches import PrefixCache, keeps_all_positions, prefix_cache
from shoptune_transformers._compat.models import attention_can_be_chosen, attention_of, logits_where
from shoptune_transformers.batching import schedule
from shoptune_transformers.choice_trie import PackedPrompt, pack, pack_each, positions, visible
from shoptune_transformers.memory import with_batch_halving
from shoptune_transformers.plain import plain
from shoptune_transformers.prefix import common_prefix
from shoptune_transformers.scores import Scores, at_once, scored
from shoptune_transformers.scoring_requests import ScoringRequest, group_equal

__all__ = ["can_branch", "score", "score_each"]

PLAIN_ATTENTION = 1024
"""Up to so many tokens, attention in bfloat16 is computed by plain matrix products on a processor.  torch's fused
attention took twice as long on a Zen 5.  Both round: 160 scores of SmolLM2 were off float32's by .10 nats (fused) and
.11 (plain), root mean square.  The plain one keeps all weights of a layer's attention in memory: with 32 heads and a
full batch 64 MiB, and twice that again for their softmax."""

CHOICES_AT_ONCE = 64
"""Behind a prompt that says nothing."""


def score(
    model: Any, requests: Sequence[ScoringRequest], *, pad: int, batch_tokens: int, done: Collection[int] = ()
) -> Iterator[list[tuple[int, Scores]]]:
    """Yield batches of (index, the log-probabilities of its choices), longest first.

    Equal requests are computed once.  Like `schedule`, batches depend on the requests alone: one that is done in part
    is computed whole, so that a resumed run gives the same numbers in bfloat16 too.

    Args:
        model: A causal language model.
        requests: Each fits into the model's context.
        pad: The token that fills up shorter rows.
        batch_tokens: At most so many tokens are computed at once, unless one request alone has more.
        done: Indices that are left out.

    Raises:
        StepError: There is not enough memory for a request.

    """
    asked = group_equal(requests)
    distinct, places = list(asked), list(asked.values())
    if frozenset(done).issuperset(range(len(requests))):
        return
    branch = not plain() and can_branch(model, max(request.longest for request in distinct))
    shared = common_prefix([request.context for request in distinct]) if branch else 0
    rows = [[pack(request, shared)] if branch else pack_each(request) for request in distinct]
    device = model.device.type
    prefix: PrefixCache | None = None

    def compute(batch: Sequence[int]) -> list[Scores]:
        nonlocal prefix
        if shared and prefix is None:
            (prefix,) = with_batch_halving(
                lambda heads: [prefix_cache(model, head) for head in heads],
                [distinct[0].context[:shared]],
                lambda head: f"the {len(head)} tokens that all prompts begin with",
            )
        return with_batch_halving(
            partial(_scores, model, prefix, pad),
            [rows[number] for number in batch],
            lambda of_one: f"one prompt of {of_one[0].prompt} tokens with its choices",
        )

    lengths = [sum(len(row.tokens) for row in of_one) for of_one in rows]
    yield from scored(schedule(lengths, 0, at_once(batch_tokens, device), device=device), places, done, compute)


def score_each(
    model: Any, context: tuple[int, ...], choices: Collection[tuple[int, ...]], *, pad: int, batch_tokens: int
) -> dict[tuple[int, ...], float]:
    """Return the log-probability of each choice behind one context."""
    distinct = list(dict.fromkeys(choices))
    groups = [tuple(distinct[start : start + CHOICES_AT_ONCE]) for start in range(0, len(distinct), CHOICES_AT_ONCE)]
    scored: dict[tuple[int, ...], float] = {}
    requests = [ScoringRequest(context, group) for group in groups]
    for batch in score(model, requests, pad=pad, batch_tokens=batch_tokens):
        for index, scores in batch:
            scored.update(zip(groups[index], scores, strict=True))
    return scored


def can_branch(model: Any, longest: int) -> bool:
    """Say whether a model can be told what each token sees and where it stands.

    In every layer a token must see all earlier ones of `longest` tokens, through transformers' own attention: no soft
    prompts, no recurrent state, no window shorter than that.
    """
    return attention_can_be_chosen(model) and keeps_all_positions(model.config, longest)


def _scores(
    model: Any, prefix: PrefixCache | None, pad: int, requests: Sequence[Sequence[PackedPrompt]]
) -> list[Scores]:
    """Compute one batch of requests, each of which is one row, or one row per choice."""
    rows = [row for of_one in requests for row in of_one]
    reads = [(line, place, token) for line, row in enumerate(rows) for read in row.reads for place, token in read]
    due = {where: number for number, where in enumerate(sorted({(line, place) for line, place, _ in reads}))}
    logits = _logits(model, prefix, pad, rows, list(due))
    # In parts, so that nothing as large as the logits themselves is made of them.
    log_sums = torch.cat([part.float().logsumexp(-1) for part in torch.split(logits, 64)])
    numbers = [due[line, place] for line, place, _ in reads]
    chosen = logits[numbers, [token for _, _, token in reads]].float()
    logs = iter((chosen - log_sums[numbers]).tolist())
    return [tuple(fsum(next(logs) for _ in read) for row in of_one for read in row.reads) for of_one in requests]


def _logits(
    model: Any, prefix: PrefixCache | None, pad: int, rows: Sequence[PackedPrompt], due: Sequence[tuple[int, int]]
) -> torch.Tensor:
    """Return the logits of what follows the places (row, place) that are `due`, in order: [due, vocabulary]."""
    device, start = model.device, prefix.get_seq_length() if prefix else 0
    width = max(len(row.tokens) for row in rows)
    ids = torch.tensor([[*row.tokens, *[pad] * (width - len(row.tokens))] for row in rows], device=device)
    keep = torch.zeros(ids.shape, dtype=torch.bool)
    keep[tuple(zip(*due, strict=True))] = True
    keep = keep.to(device)
    inputs: dict[str, Any] = {}
    if any(row.branches for row in rows):
        hidden = ~torch.from_numpy(visible(rows, width))[:, None]
        mask = torch.zeros(len(rows), 1, width, start + width, dtype=model.dtype)
        mask[..., start:].masked_fill_(hidden, torch.finfo(mask.dtype).min)
        inputs["attention_mask"] = mask.to(device)
        inputs["position_ids"] = torch.from_numpy(positions(rows, width, start)).to(device)
    inputs |= {"input_ids": ids, "past_key_values": prefix, "use_cache": prefix is not None}
    if plain():
        logits: torch.Tensor = model(**inputs).logits
        return logits[:, -width:][keep]  # soft prompts lengthen the rows
    with _attention_for(model, start + width):
        return logits_where(model, keep, **inputs)


@contextmanager
def _attention_for(model: Any, tokens: int) -> Iterator[None]:
    """Have the model compute attention in the way that is quicker for rows of so many tokens; see `PLAIN_ATTENTION`."""
    eager = (
        tokens <= PLAIN_ATTENTION
        and model.device.type == "cpu"
        and model.dtype == torch.bfloat16
        and attention_can_be_chosen(model)
        and attention_of(model) == "sdpa"
    )
    if not eager:
        yield
        return
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation("sdpa")
