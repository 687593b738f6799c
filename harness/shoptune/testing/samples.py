"""A small shop to check plugins with.  Every product, review and word in it is invented."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shoptune.data import Example, Judgement, Message, PreferencePair, Record, Tables

__all__ = [
    "COLOURS",
    "THINGS",
    "ask_for",
    "sample_attribute_examples",
    "sample_examples",
    "sample_judgements",
    "sample_label_examples",
    "sample_pairs",
    "sample_products",
    "sample_reviews",
    "sample_tables",
]

THINGS = ("vase", "lamp", "mug", "scarf", "chair", "clock", "bowl", "basket")
COLOURS = ("red", "blue", "green", "amber")
MATERIALS = ("oak", "wool", "brass", "linen", "cork")
BRANDS = ("Fernhollow", "Tarnside", "Ottermere")
STARS = (
    (5, "Lovely {thing}, I use it every day and would buy it again."),
    (1, "The {thing} broke within a week and nobody answered me."),
    (4, "A good {thing} for the price, though the box was dented."),
    (2, "This {thing} is smaller than in the picture, what a pity."),
)


def _facts(i: int) -> dict[str, str]:
    return {
        "color": COLOURS[i % 4],
        "material": MATERIALS[i % 5],
        "brand": BRANDS[i % 3],
        "weight": f"{120 + 10 * i} g",
    }


def _description(i: int) -> str:
    of = _facts(i)
    ends = ("for quiet evenings at home", "that brightens a plain corner", "to give away or to keep")
    return f"A {of['color']} {THINGS[i % 8]} of {of['material']} by {of['brand']}, {of['weight']}, {ends[i % 3]}."


def sample_products(n: int = 24) -> list[Record]:
    """Return `n` products with the fields that shops' adapters give; every fourth is a variant of the one before."""
    return [
        Record(
            id=f"p{i}",
            fields={
                "name": f"{_facts(i)['brand']} {THINGS[i % 8]} {i + 1}",
                "description": _description(i),
                "category": THINGS[i % 8],
                "sku": f"SKU-{i}",
                "price": 10.0 + i,
                "tags": ["home", COLOURS[i % 4]],
                **_facts(i),
                "attributes": {"shape": ("round", "square")[i % 2], "origin": ("valley", "coast", "hills")[i % 3]},
            },
            origin=f"products.csv:{i + 2}",
            group=f"g{i - 1 if i % 4 == 3 else i}",
        )
        for i in range(n)
    ]


def sample_reviews(n: int = 24) -> list[Record]:
    """Return `n` reviews: fields ``text``, ``stars`` (1 to 5) and ``product_id``."""
    return [
        Record(
            id=f"r{i}",
            fields={
                "text": STARS[i % 4][1].format(thing=f"{COLOURS[i // 4 % 4]} {THINGS[i % 8]}"),
                "stars": STARS[i % 4][0],
                "product_id": f"p{i}",
            },
            origin=f"reviews.csv:{i + 2}",
            group=f"p{i}",
        )
        for i in range(n)
    ]


def sample_tables() -> Tables:
    """Return the tables ``products`` and ``reviews``."""
    return {"products": sample_products(), "reviews": sample_reviews()}


def ask_for(thing: str, colour: str) -> tuple[Message, ...]:
    """Return a prompt: a system message and a user's."""
    return ({"role": "system", "content": "Write."}, {"role": "user", "content": f"Describe a {colour} {thing}."})


def sample_examples(n: int = 16) -> list[Example]:
    """Return `n` examples with a text to write, and the facts that it may state."""
    return [
        Example(
            id=f"e{i}",
            messages=ask_for(THINGS[i % 8], COLOURS[i % 4]),
            references=(_description(i),),
            group=f"g{i // 2}",
            slices={"category": THINGS[i % 8]},
            facts={"name": f"{_facts(i)['brand']} {THINGS[i % 8]}", **_facts(i)},
        )
        for i in range(n)
    ]


def sample_label_examples(
    n: int = 24, choices: Sequence[str] = ("exact", "substitute", "complement", "irrelevant")
) -> list[Example]:
    """Return `n` examples that are answered with one of the `choices`; those with one fact ``query`` make a group."""
    return [
        Example(
            id=f"l{i}",
            messages=({"role": "user", "content": f"Is a {COLOURS[i % 4]} {THINGS[i % 8]} a {THINGS[i // 4 % 8]}?"},),
            references=(choices[(i * 7 // 3) % len(choices)],),
            choices=tuple(choices),
            group=f"query {i // 4}",
            facts={"query": f"query {i // 4}", "product": f"{COLOURS[i % 4]} {THINGS[i % 8]}"},
        )
        for i in range(n)
    ]


def sample_attribute_examples(n: int = 16) -> list[Example]:
    """Return `n` examples whose answer is a JSON object of attributes; ``n/a`` stands for what the text doesn't say."""
    return [
        Example(
            id=f"a{i}",
            messages=({"role": "user", "content": f"color, material, size?\n{_description(i)}"},),
            references=(json.dumps({"color": _facts(i)["color"], "material": _facts(i)["material"], "size": "n/a"}),),
            answer_schema={"type": "object", "additionalProperties": {"type": "string"}},
            group=f"g{i // 2}",
            content=_description(i),
        )
        for i in range(n)
    ]


def sample_pairs(n: int = 12) -> list[PreferencePair]:
    """Return `n` preference pairs."""
    return [
        PreferencePair(
            id=f"p{i}",
            messages=ask_for(THINGS[i % 8], COLOURS[i % 4]),
            chosen=f"A {COLOURS[i % 4]} {THINGS[i % 8]}, made to last.",
            rejected="Buy now! " * (1 + i % 3),
            group=f"g{i}",
        )
        for i in range(n)
    ]


def sample_judgements(n: int = 12) -> list[Judgement]:
    """Return `n` judgements, good and bad in turn."""
    return [
        Judgement(
            id=f"j{i}",
            messages=ask_for(THINGS[i % 8], COLOURS[i % 4]),
            text=f"A {COLOURS[i % 4]} {THINGS[i % 8]}, made to last." if i % 2 == 0 else "Buy now! " * (1 + i % 3),
            good=i % 2 == 0,
            group=f"g{i}",
        )
        for i in range(n)
    ]
