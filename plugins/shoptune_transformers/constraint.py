"""Lets models write JSON that a schema allows, and nothing else.

At each step only those tokens are left with which an answer can still become such JSON; once it is complete, only those
that end it.  Which they are says llguidance (https://github.com/guidance-ai/llguidance).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from llguidance import LLMatcher
from llguidance.hf import from_tokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask

from shoptune.errors import StepError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["Constraint", "Schemas"]


class Schemas:
    """The JSON Schemas that the answers of a model follow; each is compiled once."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, ends: Sequence[int], width: int) -> None:
        """Read the tokenizer, which takes about a second.

        Args:
            tokenizer: Whose tokens the answers are made of.
            ends: Tokens that end an answer.
            width: How many tokens the model scores; there are often more than the tokenizer has.

        Raises:
            StepError: llguidance can't read this tokenizer.

        """
        fast: Any = tokenizer
        try:
            self._tokens = from_tokenizer(fast, n_vocab=max(width, len(tokenizer)), eos_token=list(ends))
        except ValueError as error:
            raise StepError(
                f"The model's answers can't be constrained: llguidance can't read its tokenizer ({error}). "
                "Leave `constrain` out, or take another model."
            ) from error
        self._matcher = lru_cache(maxsize=64)(self._compile)

    def constraint(self, schemas: Sequence[Mapping[str, Any]]) -> Constraint:
        """Return the constraint of a batch of answers, given each one's schema; an empty one allows any text.

        Raises:
            StepError: A schema is faulty, or says what llguidance doesn't know.

        """
        matchers = [self._matcher(json.dumps(schema)).deep_copy() if schema else None for schema in schemas]
        return Constraint(matchers, width=self._tokens.vocab_size)

    def _compile(self, schema: str) -> LLMatcher:
        # White space would let a model go on without end, and costs time.
        grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
        matcher = LLMatcher(self._tokens, grammar, log_level=0)
        if matcher.is_error():
            raise StepError(f"Answers can't be constrained to the schema {schema}: {matcher.get_error()}")
        return matcher


class Constraint:
    """Which tokens the answers of a batch may go on with."""

    def __init__(self, matchers: Sequence[LLMatcher | None], *, width: int) -> None:
        """Begin the answers: a matcher each, or None where any text is allowed; see `Schemas`."""
        self._matchers, self._width = matchers, width

    def allowed(self, answers: Sequence[int], scores: torch.Tensor) -> torch.Tensor:
        """Say which tokens some of the answers, by their places in the batch, may go on with.

        Returns a boolean tensor of the form and on the device of these answers' `scores`: [answers, vocabulary].
        """
        packed = allocate_token_bitmask(len(answers), self._width)  # 32 tokens per number, all of them allowed
        for row, answer in enumerate(answers):
            if matcher := self._matchers[answer]:
                fill_next_token_bitmask(matcher, packed, row)
                _check(matcher)
        bits = np.unpackbits(packed.view(np.uint8), axis=1, count=scores.shape[-1], bitorder="little")
        return torch.from_numpy(bits.view(np.bool_)).to(scores.device)

    def go_on(self, answers: Sequence[int], tokens: Sequence[int]) -> None:
        """Take note of the token that each of these answers went on with; after an end token, of more end tokens."""
        for answer, token in zip(answers, tokens, strict=True):
            if matcher := self._matchers[answer]:
                matcher.consume_token(token)
                _check(matcher)


def _check(matcher: LLMatcher) -> None:
    """Raise StepError where an answer can't go on."""
    if matcher.is_error():
        reason = matcher.get_error().splitlines()[0]
        raise StepError(f"The tokenizer can't produce output that satisfies the JSON Schema: {reason}")
