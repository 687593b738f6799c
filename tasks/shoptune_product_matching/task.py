"""Tell whether two offers sell the same product."""

from collections.abc import Iterator, Mapping

from shoptune.components import Task
from shoptune.data import Dropped, Example, Message, Record, Tables
from shoptune.formatting import format_value
from shoptune_labels.choices import listed, parse_choice
from shoptune_labels.fields import refuse_unknown_fields, shown
from shoptune_product_matching.baselines import always_match, never_match, same_words
from shoptune_product_matching.options import ProductMatchingOptions

__all__ = ["PRODUCT_MATCHING"]


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
    left, right = shown(record, options.left, "left"), shown(record, options.right, "right")
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


def _prompt(
    options: ProductMatchingOptions, left: list[tuple[str, str]], right: list[tuple[str, str]]
) -> tuple[Message, ...]:
    offers = (
        "\n".join([f"{number} offer", *(f"{label}: {text}" if label else text for label, text in offer)])
        for number, offer in (("First", left), ("Second", right))
    )
    return (
        {"role": "system", "content": f"{options.instruction} Answer {listed(options.choices)}."},
        {"role": "user", "content": "\n\n".join(offers)},
    )


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
