"""The export formats ``chat``, ``prompt_completion`` and ``openai``.

Keys and shapes are those of TRL's page "Dataset formats and types" (conversational; preferences with explicit prompt,
unpaired ones with a label) and of OpenAI's guides to supervised fine-tuning and to direct preference optimization.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoptune.components import ExportFormat
from shoptune.data import Example, Judgement, Message, PreferencePair

__all__ = ["chat", "openai", "prompt_completion"]


def _whole(example: Example) -> Mapping[str, Any]:
    return {"messages": [*example.messages, *_answer(example.references[0])]}


def _apart(example: Example) -> Mapping[str, Any]:
    return {"prompt": list(example.messages), "completion": _answer(example.references[0])}


def _preference(pair: PreferencePair) -> Mapping[str, Any]:
    return {"prompt": list(pair.messages), "chosen": _answer(pair.chosen), "rejected": _answer(pair.rejected)}


def _unpaired(judgement: Judgement) -> Mapping[str, Any]:
    return {"prompt": list(judgement.messages), "completion": _answer(judgement.text), "label": judgement.good}


def _openai_preference(pair: PreferencePair) -> Mapping[str, Any]:
    return {
        "input": {"messages": list(pair.messages)},
        "preferred_output": _answer(pair.chosen),
        "non_preferred_output": _answer(pair.rejected),
    }


def _answer(text: str) -> list[Message]:
    return [{"role": "assistant", "content": text}]


chat = ExportFormat(
    name="chat",
    summary="TRL: messages, learnt from as a whole; pairs as prompt, chosen and rejected",
    rows={"examples": _whole, "pairs": _preference, "judgements": _unpaired},
)
prompt_completion = ExportFormat(
    name="prompt_completion",
    summary="TRL: prompt and completion, of which only the completion is learnt; pairs as prompt, chosen and rejected",
    rows={"examples": _apart, "pairs": _preference, "judgements": _unpaired},
)
openai = ExportFormat(
    name="openai",
    summary="OpenAI fine-tuning: messages; pairs as input, preferred_output and non_preferred_output",
    rows={"examples": _whole, "pairs": _openai_preference},
)
