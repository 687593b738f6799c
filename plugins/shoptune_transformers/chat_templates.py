"""What is put before a model's chat template, so that tuning and answering render the same prompts with it.

A template without a system role (Gemma 2, Mistral 7B) gets the system text in front of the user's first; and whether a
model thinks is set there, where the experiment says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shoptune.errors import UsageError
from shoptune.thoughts import MARKS, split_thought

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["answer_begins", "folds_system", "with_system_folded", "with_thinking"]

THINKING = "enable_thinking"
"""What chat templates call the switch."""
SYSTEM_FOLDED = (
    "{% if messages and messages[0]['role'] == 'system' %}"
    "{% if messages | length > 1 and messages[1]['role'] == 'user' %}"
    "{% set messages = [{'role': 'user', 'content': messages[0]['content'] + '\n\n' + messages[1]['content']}]"
    " + messages[2:] %}"
    "{% else %}"
    "{% set messages = [{'role': 'user', 'content': messages[0]['content']}] + messages[1:] %}"
    "{% endif %}"
    "{% endif %}"
)
MARK = "shoptune-marks-this-text"


def with_thinking(template: str, *, thinking: bool | None) -> str:
    """Return a template that thinks or does not; raises UsageError for one that has no such switch."""
    if thinking is None:
        return template
    if THINKING not in template:
        raise UsageError(
            f"thinking: {str(thinking).lower()} was asked for, and the model's chat template has no {THINKING}, which "
            "would switch it. Leave `thinking` out, or give a chat_template that has it."
        )
    setting = f"{{% set {THINKING} = {str(thinking).lower()} %}}"
    return template if template.startswith(setting) else setting + template


def with_system_folded(tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the tokenizer's template; one that refuses or passes over system turns with them folded in."""
    template = str(tokenizer.chat_template)
    asked = {"role": "user", "content": "?"}
    takes_system = MARK in _rendered(tokenizer, [{"role": "system", "content": MARK}, asked])
    return template if takes_system or not _rendered(tokenizer, [asked]) else SYSTEM_FOLDED + template


def folds_system(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Say whether system texts are put before the user's."""
    return SYSTEM_FOLDED in str(tokenizer.chat_template)


def answer_begins(tokenizer: PreTrainedTokenizerBase) -> tuple[str, str]:
    """Return what the template does with thoughts where an answer begins.

    First what it opens in the prompt (``<think>`` and a line's end), which so is missing in what a model writes, else
    nothing.  Then the whole thought, as a rule an empty one, that it puts between prompt and answer where a model
    learns, else nothing.
    """
    asked = {"role": "user", "content": "?"}
    prompt = _rendered(tokenizer, [asked], add_generation_prompt=True)
    end = prompt.rstrip()
    opened = next((mark for mark, _ in MARKS if end.casefold().endswith(mark.casefold())), "")
    learnt = _rendered(tokenizer, [asked, {"role": "assistant", "content": MARK}]).partition(MARK)[0]
    between = learnt.removeprefix(prompt) if prompt and learnt.startswith(prompt) else ""
    thought, rest = split_thought(between)
    return prompt[len(end) - len(opened) :] if opened else "", between if thought and not rest else ""


def _rendered(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[dict[str, str]], *, add_generation_prompt: bool = False
) -> str:
    """Return messages through the template; empty where it refuses them."""
    from jinja2 import TemplateError

    turns: Any = list(messages)
    try:
        return str(tokenizer.apply_chat_template(turns, add_generation_prompt=add_generation_prompt, tokenize=False))
    except (TemplateError, TypeError, ValueError, KeyError, IndexError):
        return ""
