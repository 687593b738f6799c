"""`custom_json`: the answer is a JSON object that follows a schema."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from shoptune.components import Task
from shoptune.data import Dropped, Example, Invalid, Note, Tables
from shoptune_attributes import METRICS
from shoptune_attributes.answers import read_attributes
from shoptune_custom.examples import make_examples
from shoptune_custom.options import JsonOptions

__all__ = ["CUSTOM_JSON"]


def examples(tables: Tables, options: JsonOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record whose target is JSON that follows the schema; see `make_examples`."""
    return make_examples(
        tables, options, reference, complete=lambda example: replace(example, answer_schema=options.answer_schema)
    )


def parse(text: str, example: Example) -> dict[str, str] | Invalid:
    """Return the object as attribute -> value, see `shoptune_attributes.answers`; what stands around it is passed over.

    `Invalid` for one that does not follow the schema, and where a value is an object itself.
    """
    written = reference(text, example)
    return written if isinstance(written, Invalid) else read_attributes(written)


def reference(text: str, example: Example) -> str | Invalid:
    """Return the object as a model is to write it: on one line without spaces, since every token costs time."""
    try:
        found = _object(text)
        errors = Draft202012Validator(example.answer_schema).iter_errors(found)
        if error := next(errors, None):
            return Invalid(f"against the schema: {error.json_path}: {error.validator}")
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
    examples=examples,
    parse=parse,
    metrics=(*METRICS, "memorised_canaries", "invalid_share", "cut_off_share"),
    max_new_tokens=256,
)
