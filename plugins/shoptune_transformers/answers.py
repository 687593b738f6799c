"""Where an answer ends, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from shoptune.data import Prediction
from shoptune.thoughts import MARKS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["end_tokens", "read_answer"]

MARK = "shoptune-marks-this-answer"


def end_tokens(model: Any, tokenizer: PreTrainedTokenizerBase) -> tuple[int, ...]:
    """Return the tokens that end an answer: padding, EOS by anyone's account, and what the template ends a turn with.

    A chat template's end of turn need not be EOS (``<|im_end|>`` of Qwen's base models, for one), and a model
    tuned with that template learns to say it.
    """
    named = getattr(model.generation_config, "eos_token_id", None)
    ends = [
        tokenizer.pad_token_id,
        tokenizer.eos_token_id,
        *(named if isinstance(named, list) else [named]),
        _end_of_turn(tokenizer),
    ]
    return tuple(dict.fromkeys(int(token) for token in ends if token is not None))


def read_answer(
    tokens: Sequence[int],
    tokenizer: PreTrainedTokenizerBase,
    *,
    prompt_tokens: int,
    ends: Collection[int],
    stop: Sequence[str],
) -> Prediction:
    """Read what was generated after a prompt: up to the first end token or stop string, without special tokens.

    `Prediction.completion_tokens` counts what was generated before the end token; `finish` is ``length`` where nothing
    ended the answer.
    """
    end = next((place for place, token in enumerate(tokens) if token in ends), None)
    text = _text(list(tokens[:end]), tokenizer)
    cuts = [place for string in stop if (place := text.find(string)) >= 0]
    return Prediction(
        example_id="",
        text=text[: min(cuts, default=None)].strip(),
        prompt_tokens=prompt_tokens,
        completion_tokens=len(tokens) if end is None else end,
        finish="length" if end is None and not cuts else "stop",
    )


def _text(tokens: list[int], tokenizer: PreTrainedTokenizerBase) -> str:
    """Return what tokens say, without special ones but those that mark a thought."""
    special = {token: str(added) for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    marks = {token for token, text in special.items() if any(text in mark for pair in MARKS for mark in pair)}
    if marks.isdisjoint(tokens):
        return str(tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    told = [token for token in tokens if token in marks or token not in special]
    return str(tokenizer.decode(told, skip_special_tokens=False, clean_up_tokenization_spaces=False))


def _end_of_turn(tokenizer: PreTrainedTokenizerBase) -> int | None:
    """Return the special token that the chat template puts right after an answer, if it puts one."""
    from jinja2 import TemplateError

    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": MARK}]
    try:
        text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    except TemplateError:
        return None
    special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    tail = text.rpartition(MARK)[2]
    return next((token for token in tokenizer(tail, add_special_tokens=False).input_ids if token in special), None)
