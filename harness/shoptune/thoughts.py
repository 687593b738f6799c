"""Thoughts: what some models write down before they answer, between marks, and what is no part of the answer.

Whether a model thinks, and how it marks it, is its chat template's and its training's business.  The pairs of marks
below are those of the families that are published: DeepSeek-R1, Qwen3, QwQ and SmolLM3 (``<think>``), Magistral,
Command A, Kimi, Seed-OSS, gpt-oss, Gemma, and the names that prompts and data sets use for it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from shoptune.data import Example, Invalid

__all__ = ["MARKS", "after_thought", "refuse_unfinished", "split_thought", "thought_and_answer", "without_thoughts"]

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
    ("<|channel>thought", "<channel|>"),
    ("<unused94>thought", "<unused95>"),
)
"""What begins a thought, and what ends it."""

_CLOSING = {opening.casefold(): re.compile(re.escape(closing), re.IGNORECASE) for opening, closing in MARKS}
_OPENING = re.compile(rf"\s*({'|'.join(re.escape(opening) for opening, _ in MARKS)})", re.IGNORECASE)
_ANY_CLOSING = re.compile("|".join(re.escape(closing) for _, closing in MARKS), re.IGNORECASE)
_ANY_OPENING = re.compile("|".join(re.escape(opening) for opening, _ in MARKS), re.IGNORECASE)
_ANSWER = re.compile(r"\s*<answer>\s*(.*?)\s*(?:</answer>\s*)?", re.IGNORECASE | re.DOTALL)
_BLANKS = re.compile(r"\s*")


def split_thought(text: str) -> tuple[str, str]:
    """Return the thoughts that a text begins with, marks, white space and all, and the rest, which is the answer.

    A chat template may open the thought itself, so that the text shows its end alone.  Thoughts may hold others.  One
    that never ends leaves no answer.

    >>> split_thought("<think>Wool?</think> A soft rug.")
    ('<think>Wool?</think> ', 'A soft rug.')
    >>> split_thought("Wool? </think>A soft rug.")
    ('Wool? </think>', 'A soft rug.')
    >>> split_thought("<think>Wool, I th")
    ('<think>Wool, I th', '')
    """
    end = 0
    if not _OPENING.match(text) and (closing := _ANY_CLOSING.search(text)):
        opening = _ANY_OPENING.search(text, 0, closing.start())
        end = 0 if opening else closing.end()  # what is opened behind an answer is an afterthought
    while opening := _OPENING.match(text, end):
        end = _end_of(text, opening)
        if end < 0:
            return text, ""
    if end and (blanks := _BLANKS.match(text, end)):
        end = blanks.end()
    return text[:end], text[end:]


def _end_of(text: str, opening: re.Match[str]) -> int:
    """Return where a thought ends, behind those that it holds; -1 where it never does."""
    mark = opening[1].casefold()
    again, closing = re.compile(re.escape(mark), re.IGNORECASE), _CLOSING[mark]
    position, open_ones = opening.end(), 1
    while open_ones and (end := closing.search(text, position)):
        open_ones += sum(1 for _ in again.finditer(text, position, end.start())) - 1
        position = end.end()
        if open_ones and closing.search(text, position) is None:
            return position  # one of the inner marks was mere talk of it
    return position if not open_ones else -1


def after_thought(text: str) -> str:
    """Return what a text says when it has been thought about: the text itself where it holds no thought.

    >>> after_thought("<think>Wool?</think><answer>A soft rug.</answer>"), after_thought("A mat.<think>Ha.</think>")
    ('A soft rug.', 'A mat.')
    """
    return thought_and_answer(text)[1]


def thought_and_answer(text: str) -> tuple[str, str]:
    """Return what a text thinks, and what it says: as `split_thought`, and without what goes with thoughts.

    That is a thought behind the answer, and the marks of DeepSeek-R1's prompt around it (``<answer>``).
    """
    thought, answer = split_thought(text)
    if thought and (wrapped := _ANSWER.fullmatch(answer)):
        answer = wrapped[1]
    if (later := _ANY_OPENING.search(answer)) and _is_afterthought(answer, later):
        thought, answer = thought + answer[later.start() :], answer[: later.start()].rstrip()
    return thought, answer


def _is_afterthought(text: str, opening: re.Match[str]) -> bool:
    """Say whether what begins here is a thought to the text's end, and not a word about a mark."""
    begins_line = not text[: opening.start()].rstrip(" ") or text[: opening.start()].rstrip(" ")[-1] in "\n.!?"
    closing = _CLOSING[opening[0].casefold()].search(text, opening.end())
    return begins_line and (closing is None or not text[closing.end() :].strip())


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
