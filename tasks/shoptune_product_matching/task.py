"""Tell whether two offers sell the same product."""

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import Field, model_validator

from shoptune.components import Options, Task
from shoptune.data import Dropped, Example, Message, Record, Tables, prompt_of
from shoptune.flags import NO, YES
from shoptune.formatting import format_value, label
from shoptune_labels.choices import listed, parse_choice
from shoptune_labels.fields import refuse_unknown_fields, shown
from shoptune_product_matching.serialised import columns_of
from shoptune_text.words import words

__all__ = ["PRODUCT_MATCHING", "ProductMatchingOptions"]


class ProductMatchingOptions(Options):
    """How pairs of offers become questions."""

    instruction: str = "Do the two offers sell the same product?"
    """The system message of every prompt; the choices are added to it."""
    choices: tuple[str, str] = ("yes", "no")
    """The answer for a match, and the one for none. Write them in quotes."""
    left: tuple[str, ...] = Field(default=("left",), min_length=1)
    """The fields that describe the one offer, in the prompt's order."""
    right: tuple[str, ...] = Field(default=("right",), min_length=1)
    """The fields that describe the other offer."""
    label: str = "label"
    """The field that says whether the pair is a match."""
    match: tuple[str, ...] = Field(default=("1", "match", *YES), min_length=1)
    """What the label says of a match, in any case. Default: 1, match, and yes in many languages."""
    no_match: tuple[str, ...] = Field(default=("0", "no match", *NO), min_length=1)
    """What the label says of a pair that is none, in any case. Default: 0, no match, and no in many languages."""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.choices[0].strip().casefold() == self.choices[1].strip().casefold():
            raise ValueError(f"both choices are {self.choices[0]!r}")
        if both := {m.casefold() for m in self.match} & {m.casefold() for m in self.no_match}:
            raise ValueError(f"the label {min(both)!r} stands for a match and for none")
        return self


def _prompt(
    options: ProductMatchingOptions, left: list[tuple[str, str]], right: list[tuple[str, str]]
) -> tuple[Message, ...]:
    offers = (
        "\n".join([f"{number} offer", *(f"{label}: {text}" if label else text for label, text in offer)])
        for number, offer in (("First", left), ("Second", right))
    )
    return prompt_of(f"{options.instruction} Answer {listed(options.choices)}.".lstrip(), "\n\n".join(offers))


def examples(tables: Tables, options: ProductMatchingOptions) -> Iterator[Example | Dropped]:
    """Yield one example per pair.

    Raises UsageError where the options name a field that no row has.
    """
    refuse_unknown_fields(tables["pairs"], (*options.left, *options.right, options.label))
    match, no_match = options.choices
    answers = {label.casefold(): match for label in options.match}
    answers |= {label.casefold(): no_match for label in options.no_match}
    for record in tables["pairs"]:
        yield _example(record, options, answers)


def _example(record: Record, options: ProductMatchingOptions, answers: Mapping[str, str]) -> Example | Dropped:
    label = format_value(record.fields.get(options.label))
    answer = answers.get(label.casefold())
    if answer is None:
        detail = f"{options.label} is {label!r}; name it under `match` or `no_match`"
        return Dropped(origin=record.origin, reason="label is neither for a match nor for none", detail=detail)
    left, right = _offer(record, options.left, "left"), _offer(record, options.right, "right")
    if not left or not right:
        side = "right" if left else "left"
        return Dropped(origin=record.origin, reason="offer without text", detail=f"the {side} one")
    facts = {side: "\n".join(text for _, text in offer) for side, offer in (("left", left), ("right", right))}
    return Example(
        id=record.id,
        messages=_prompt(options, left, right),
        references=(answer,),
        choices=options.choices,
        group=record.group,
        slices={"category": category} if (category := format_value(record.fields.get("category"))) else {},
        facts=facts,
        content="\n".join(facts.values()),
        origin=record.origin,
    )


def _offer(record: Record, fields: tuple[str, ...], side: str) -> list[tuple[str, str]]:
    """Return (label, text) of what describes an offer; of a serialised one, its columns."""
    offer: list[tuple[str, str]] = []
    for name, text in shown(record, fields, side):
        columns = columns_of(text)
        offer += [(name, text)] if columns is None else [(label(column), value) for column, value in columns]
    return offer


def always_match(example: Example) -> str:
    """Take every pair for a match."""
    return example.choices[0]


def never_match(example: Example) -> str:
    """Take no pair for a match, which is right most of the time where matches are few."""
    return example.choices[1]


ENOUGH = 0.2
"""From which Jaccard similarity of words on two offers are taken to be the same product: of the tenths, the one with
the highest F1 on the training part of Abt-Buy (.36; with .3 it is .21)."""


def same_words(example: Example) -> str:
    """Take a pair for a match where the offers share at least `ENOUGH` of all the words that they have."""
    left, right = (set(words(example.facts[side])) for side in ("left", "right"))
    return example.choices[0 if len(left & right) >= ENOUGH * len(left | right) else 1]


PRODUCT_MATCHING = Task(
    name="product_matching",
    summary="Tell whether two offers sell the same product",
    options=ProductMatchingOptions,
    tables=("pairs",),
    answers="choices",
    examples=examples,
    parse=parse_choice,
    baselines={"always_match": always_match, "never_match": never_match, "same_words": same_words},
    metrics=("f1", "recall", "lowest_recall", "accuracy", "invalid_share"),
    max_new_tokens=8,
)
