"""What a model is asked, and what a good answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shoptune.data import Message
from shoptune_attribute_extraction.options import Show
from shoptune_attribute_extraction.targets import Values
from shoptune_attributes.answers import NOT_STATED, write_attributes

__all__ = ["INSTRUCTIONS", "answer_schema", "prompt", "references"]


INSTRUCTIONS: dict[Show, str] = {
    "all": "Extract the attributes from the product's text as JSON. Write n/a for what the text does not state.",
    "stated": "Extract the attributes from the product's text as JSON. Leave out what the text does not state.",
}
"""The system message, unless the experiment file has its own."""

MAX_CHARACTERS = 200
"""How long a value may get in a constrained answer: a model that finds no end must not fill the whole answer with its
first value.  In published sets of this kind the longest values have about 130 characters."""


def prompt(instruction: str | None, asked: Sequence[str], text: str, show: Show) -> tuple[Message, ...]:
    """Return the chat: the instruction; the attributes, which many prompts share, before the text, which none does."""
    content = f"Attributes: {', '.join(asked)}\n\n{text}"
    return (
        {"role": "system", "content": INSTRUCTIONS[show] if instruction is None else instruction},
        {"role": "user", "content": content},
    )


def references(asked: Sequence[str], values: Mapping[str, Values], show: Show) -> tuple[str, ...]:
    """Return the good answers, the one to learn first.

    Together they name every attribute that is asked for, with each of its right values: as many whole objects as an
    attribute has values at most, and before them, where an answer is to name only what is stated, the short one.
    """
    versions = max((len(values[name]) for name in asked if name in values), default=1)
    whole = [{name: _value(values.get(name, ()), version) for name in asked} for version in range(versions)]
    stated = {name: value for name, value in whole[0].items() if value != NOT_STATED}
    learnt = [stated] if show == "stated" else []
    return tuple(map(write_attributes, learnt + whole))


def answer_schema(asked: Sequence[str], show: Show) -> dict[str, Any]:
    """Return the JSON Schema of a good answer: the attributes in the order that they are asked for, and no other."""
    return {
        "type": "object",
        "properties": {name: {"type": "string", "maxLength": MAX_CHARACTERS} for name in asked},
        "required": list(asked) if show == "all" else [],
        "additionalProperties": False,
    }


def _value(values: Values, version: int) -> str:
    return values[min(version, len(values) - 1)] if values else NOT_STATED
