"""`custom_label`: the answer is one of some labels."""

from collections.abc import Iterator
from dataclasses import replace

from shoptune.components import Task
from shoptune.data import Dropped, Example, Note, Tables
from shoptune_custom.examples import make_examples
from shoptune_custom.options import LabelOptions
from shoptune_labels.baselines import ALWAYS
from shoptune_labels.choices import parse_choice

__all__ = ["CUSTOM_LABEL"]


def examples(tables: Tables, options: LabelOptions) -> Iterator[Example | Dropped | Note]:
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
    examples=examples,
    parse=parse_choice,
    baselines=ALWAYS,
    metrics=("macro_f1", "accuracy", "lowest_recall", "invalid_share"),
    max_new_tokens=8,
)
