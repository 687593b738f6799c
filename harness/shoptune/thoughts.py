"""Thoughts: what some models write down before they answer, between marks, and what is no part of the answer.

Whether a model thinks, and how it marks it, is its chat template's and its training's business.  The pairs of marks
below are those of the families that are published: DeepSeek-R1, Qwen3, QwQ and SmolLM3 (``<think>``), Magistral,
Command A, Kimi, Seed-OSS, gpt-oss, and the names that prompts and data sets use for it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from shoptune.data import Example, Invalid

__all__ = ["MARKS", "after_thought", "refuse_unfinished", "split_thought", "without_thoughts"]

MARKS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
"""What begins a thought, and what ends it."""

_CLOSING = {opening.casefold(): re.compile(re.escape(closing), re.IGNORECASE) for opening, closing in MARKS}
_OPENING = re.compile(rf"\s*({'|'.join(re.escape(opening) for opening, _ in MARKS)})", re.IGNORECASE)
_ANY_CLOSING = re.compile("|".join(re.escape(closing) for _, closing in MARKS), re.IGNORECASE)
_BLANKS = re.compile(r"\s*")


def split_thought(text: str) -> tuple[str, str]:
    """Return the thoughts that a text begins with, marks, white space and all, and the rest, which is the answer.

    A chat template may open the thought itself, so that the text shows its end alone.  One that never ends leaves no
    answer.

    >>> split_thought("<think>Wool?</think> A soft rug.")
    ('<think>Wool?</think> ', 'A soft rug.')
    >>> split_thought("Wool? </think>A soft rug.")
    ('Wool? </think>', 'A soft rug.')
    >>> split_thought("<think>Wool, I th")
    ('<think>Wool, I th', '')
    """
    end = 0
    if not _OPENING.match(text) and (closing := _ANY_CLOSING.search(text)):
        end = closing.end()
    while opening := _OPENING.match(text, end):
        closing = _CLOSING[opening[1].casefold()].search(text, opening.end())
        if closing is None:
            return text, ""
        end = closing.end()
    if end and (blanks := _BLANKS.match(text, end)):
        end = blanks.end()
    return text[:end], text[end:]


def after_thought(text: str) -> str:
    """Return what a text says when it has been thought about: the text itself where it holds no thought."""
    return split_thought(text)[1]


def refuse_unfinished(thought: str, answer: str) -> Invalid | None:
    """Return why a thought without an answer behind it is none; None where there is one, or no thought."""
    if not thought.strip() or answer.strip():
        return None
    return Invalid("a thought and no answer" if _ANY_CLOSING.search(thought) else "cut off within a thought: no answer")


def without_thoughts(example: Example) -> Example:
    """Return an example whose good answers are those alone, for data that teaches thoughts as well."""
    references = tuple(map(after_thought, example.references))
    if references == example.references:
        return example
    return replace(example, references=references)
