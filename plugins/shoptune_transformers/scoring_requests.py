"""Prompts and their choices as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from shoptune_transformers.loading import ChatTemplate

__all__ = ["ScoringRequest", "as_requests", "group_equal"]


@dataclass(frozen=True, slots=True)
class ScoringRequest:
    """A prompt and the choices that may follow it, as tokens."""

    context: tuple[int, ...]
    """At least one token."""
    choices: tuple[tuple[int, ...], ...]

    @property
    def longest(self) -> int:
        """How many tokens the context has with its longest choice."""
        return len(self.context) + max(map(len, self.choices), default=0)


def group_equal(requests: Sequence[ScoringRequest]) -> dict[ScoringRequest, list[int]]:
    """Return each distinct request with its places, so that equal ones are computed once."""
    places: dict[ScoringRequest, list[int]] = {}
    for place, request in enumerate(requests):
        places.setdefault(request, []).append(place)
    return places


def as_requests(
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    choices: Sequence[Sequence[str]],
    template: ChatTemplate,
) -> list[ScoringRequest]:
    """Tokenize prompts and their choices.

    Prompt and choice are tokenized together, since a token may reach over the border; what lies behind the prompt's own
    tokens are the choice's.  A text that stands as it is (``chat_template: none``) is cut as lm-evaluation-harness cuts
    it: white space at its end belongs to the choice.  No token that ends a turn is added to a choice.

    Args:
        tokenizer: The model's.
        prompts: As the chat template rendered them.
        choices: Those of each prompt.
        template: Whose chat template it was.

    """
    cut = [_cut(prompt, template) for prompt in prompts]
    contexts = _tokens(tokenizer, [context for context, _ in cut])
    joined = iter(
        _tokens(
            tokenizer,
            [
                context + _behind(space, choice, template)
                for (context, space), of_prompt in zip(cut, choices, strict=True)
                for choice in of_prompt
            ],
        )
    )
    requests = []
    for (_, space), own, of_prompt in zip(cut, contexts, choices, strict=True):
        answers = []
        for choice in of_prompt:
            answer = next(joined)[len(own) :]
            if choice and not answer:  # it has melted into the prompt's last token
                (answer,) = _tokens(tokenizer, [_behind(space, choice, template)])
            answers.append(tuple(answer))
        requests.append(ScoringRequest(tuple(own or [_beginning(tokenizer)]), tuple(answers)))
    return requests


def _cut(prompt: str, template: ChatTemplate) -> tuple[str, str]:
    """Return the prompt's text and the white space at its end that is counted as the choice's."""
    context = prompt.rstrip() if template == "none" else prompt
    return context, prompt[len(context) :]


def _behind(space: str, choice: str, template: ChatTemplate) -> str:
    """Return a choice as it stands behind the prompt; the plain template has a space in front of an answer."""
    if template == "plain" and not choice[:1].isspace():
        return f" {choice}"
    return space + choice


def _tokens(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> list[list[int]]:
    """Tokenize texts as they stand."""
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False).input_ids if texts else []
    return ids


def _beginning(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return the token that stands for an empty text: BOS, or EOS where there is none."""
    token = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    return int(token)
