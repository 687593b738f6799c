"""What a model is asked, and how its answer is read."""

import re
from collections.abc import Mapping

from shoptune.data import Example, Invalid, Message
from shoptune.formatting import label

__all__ = ["parse", "prompt"]


def prompt(instruction: str, facts: Mapping[str, str]) -> tuple[Message, ...]:
    """Return the chat: the instruction, then the facts, one a line and nothing else, since every token costs time."""
    lines = (f"{label(name)}: {value}" for name, value in facts.items())
    return ({"role": "system", "content": instruction}, {"role": "user", "content": "\n".join(lines)})


_LABEL = re.compile(r"\A[\s*_#]*(?:product\s+)?description[\s*_]*:[\s*_]*", re.IGNORECASE)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}


def parse(text: str, example: Example) -> str | Invalid:  # noqa: ARG001 - every task's parser is given the example
    """Return the description without a leading "Description:" and enclosing quotes; `Invalid` if it is empty."""
    text = _LABEL.sub("", text).strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text or Invalid("empty answer")
