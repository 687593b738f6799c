"""Tasks whose prompt and target stand in the experiment file, one for each kind of answer: text, label, JSON."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shoptune.components import Task
from shoptune.data import Dropped, Example, Invalid, Note, Tables
from shoptune.thoughts import after_thought
from shoptune_attributes import METRICS
from shoptune_attributes.answers import read_attributes
from shoptune_custom.examples import make_examples
from shoptune_custom.options import JsonOptions, LabelOptions, TextOptions
from shoptune_custom.schemas import follows
from shoptune_labels.baselines import ALWAYS
from shoptune_labels.choices import parse_choice
from shoptune_text import COPYING, FORM, OVERLAP

__all__ = ["CUSTOM_JSON", "CUSTOM_LABEL", "CUSTOM_TEXT"]


def text_examples(tables: Tables, options: TextOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record; see `make_examples`."""
    return make_examples(tables, options, parse_text, facts=options.facts)


def parse_text(text: str, example: Example) -> str | Invalid:  # noqa: ARG001 - every task's parser is given the example
    """Return the answer without white space around it; `Invalid` if it is empty."""
    return after_thought(text).strip() or Invalid("empty answer")


def copy(example: Example) -> str:
    """Repeat what the prompt shows, which is what a shop has without any model."""
    return example.messages[-1]["content"]


CUSTOM_TEXT = Task(
    name="custom_text",
    summary="Write a text: prompt and target are templates in the experiment file",
    options=TextOptions,
    tables=(),
    answers="text",
    examples=text_examples,
    parse=parse_text,
    baselines={"copy": copy},
    metrics=(*OVERLAP, "attribute_coverage", "unsupported_claims", *COPYING, *FORM),
    max_new_tokens=150,
)


def label_examples(tables: Tables, options: LabelOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record whose target is one of the choices; see `make_examples`."""
    return make_examples(
        tables, options, parse_choice, complete=lambda example: replace(example, choices=options.choices)
    )


CUSTOM_LABEL = Task(
    name="custom_label",
    summary="Choose a label: prompt and target are templates in the experiment file",
    options=LabelOptions,
    tables=(),
    answers="choices",
    examples=label_examples,
    parse=parse_choice,
    baselines=ALWAYS,
    metrics=("macro_f1", "accuracy", "lowest_recall", "invalid_share"),
    max_new_tokens=8,
)


def json_examples(tables: Tables, options: JsonOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record whose target is JSON that follows the schema; see `make_examples`."""
    return make_examples(
        tables, options, compact_json, complete=lambda example: replace(example, answer_schema=options.answer_schema)
    )


def parse_json(text: str, example: Example) -> dict[str, str] | Invalid:
    """Return the object as attribute -> value, see `shoptune_attributes.answers`; what stands around it is passed over.

    `Invalid` for one that does not follow the schema, and where a value is an object itself.
    """
    written = compact_json(text, example)
    return written if isinstance(written, Invalid) else read_attributes(written)


def compact_json(text: str, example: Example) -> str | Invalid:
    """Return the object as a model is to write it: on one line without spaces, since every token costs time."""
    try:
        found = _object(after_thought(text))
        if wrong := follows(found, example.answer_schema):
            return Invalid(f"against the schema: {wrong}")
    except ValueError:
        return Invalid("no JSON object, or one that is broken or cut off")
    except RecursionError:
        return Invalid("brackets within brackets without end")
    written = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    flat = read_attributes(written)
    return flat if isinstance(flat, Invalid) else written


def _object(text: str) -> dict[str, Any]:
    found: dict[str, Any]
    found, _ = json.JSONDecoder(strict=False, parse_constant=_refuse).raw_decode(text, text.index("{"))
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


CUSTOM_JSON = Task(
    name="custom_json",
    summary="Write a JSON object: prompt, target and schema stand in the experiment file",
    options=JsonOptions,
    tables=(),
    answers="json",
    examples=json_examples,
    parse=parse_json,
    metrics=(*METRICS, "memorised_canaries", "invalid_share", "cut_off_share"),
    max_new_tokens=256,
)
