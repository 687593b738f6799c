"""`custom_text`: the answer is a text."""

from collections.abc import Iterator

from shoptune.components import Task
from shoptune.data import Dropped, Example, Invalid, Note, Tables
from shoptune_custom.examples import make_examples
from shoptune_custom.options import TextOptions
from shoptune_text import COPYING, FORM, OVERLAP

__all__ = ["CUSTOM_TEXT"]


def examples(tables: Tables, options: TextOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record; see `make_examples`."""
    return make_examples(tables, options, parse, facts=options.facts)


def parse(text: str, example: Example) -> str | Invalid:  # noqa: ARG001 - every task's parser is given the example
    """Return the answer without white space around it; `Invalid` if it is empty."""
    return text.strip() or Invalid("empty answer")


def copy(example: Example) -> str:
    """Repeat what the prompt shows, which is what a shop has without any model."""
    return example.messages[-1]["content"]


CUSTOM_TEXT = Task(
    name="custom_text",
    summary="Write a text: prompt and target are templates in the experiment file",
    options=TextOptions,
    tables=(),
    answers="text",
    examples=examples,
    parse=parse,
    baselines={"copy": copy},
    metrics=(*OVERLAP, "attribute_coverage", "unsupported_claims", *COPYING, *FORM),
    max_new_tokens=150,
)
