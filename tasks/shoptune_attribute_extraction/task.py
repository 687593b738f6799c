"""Read a product's attributes from its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shoptune.components import Task
from shoptune.data import Dropped, Example, Invalid, Note, Record, Tables
from shoptune_attribute_extraction.asked import Asked, category_of, find_asked
from shoptune_attribute_extraction.options import AttributeExtractionOptions
from shoptune_attribute_extraction.prompt import answer_schema, prompt, references
from shoptune_attribute_extraction.targets import Unreadable, Values, target_values, values_of
from shoptune_attributes import METRICS
from shoptune_attributes.answers import NOT_STATED, read_attributes, write_attributes
from shoptune_attributes.outcomes import stated_values

__all__ = ["ATTRIBUTE_EXTRACTION"]


def examples(tables: Tables, options: AttributeExtractionOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per product that has a text and states at least one attribute, then what was asked for.

    Raises UsageError where no product has the field that the option `targets` names.
    """
    asked = find_asked(tables["products"], options)
    figures: Counter[str] = Counter()
    for record in tables["products"]:
        made = _example(record, asked, options)
        yield made
        if isinstance(made, Example):
            figures.update(_figures(made))
    yield Note(topic="attributes", figures=dict(figures))


def _example(record: Record, asked: Asked, options: AttributeExtractionOptions) -> Example | Dropped:
    text = "\n".join(filter(None, (_text(record.fields.get(field)) for field in options.text)))
    if not text:
        return Dropped(origin=record.origin, reason="product without a text", detail=f"no {' or '.join(options.text)}")
    names = asked.of(record)
    if not names:
        return Dropped(origin=record.origin, reason="nothing is asked for of its category", detail=category_of(record))
    try:
        values = _values(record, names, options)
    except Unreadable as error:
        return Dropped(origin=record.origin, reason="attributes of an unknown form", detail=str(error))
    if not any(values.values()):
        return Dropped(origin=record.origin, reason="product with none of the attributes")
    return Example(
        id=record.id,
        messages=prompt(options.instruction, names, text, options.show),
        references=references(names, values, options.show),
        group=record.group,
        answer_schema=answer_schema(names, options.show),
        slices={"category": category} if (category := category_of(record)) else {},
        content=text,
        date=str(record.fields.get("created_at") or ""),
        origin=record.origin,
    )


def _values(record: Record, names: tuple[str, ...], options: AttributeExtractionOptions) -> dict[str, Values]:
    """Return the values of the attributes asked for; one that the options name may also be a field of the record."""
    values = target_values(record, options.targets)
    if options.attributes is None:
        return {name: values.get(name, ()) for name in names}
    return {name: values.get(name) or values_of(record.fields.get(name)) for name in names}


def _text(value: object) -> str:
    """Return a text field with its lines, but without blank ones and white space around them."""
    lines = map(str.split, value.splitlines()) if isinstance(value, str) else ()
    return "\n".join(" ".join(words) for words in lines if words)


def _figures(example: Example) -> dict[str, int]:
    stated = {name: values for name, values in stated_values(example).items() if values}
    text = " ".join(example.content.split()).casefold()
    return {
        "asked for": len(stated_values(example)),
        "stated": len(stated),
        "stated in other words than the text's": sum(
            not any(value.casefold() in text for value in values) for values in stated.values()
        ),
    }


def parse(text: str, example: Example) -> dict[str, str] | Invalid:  # noqa: ARG001 - every parser is given the example
    """Return the first JSON object in the answer as attribute -> value, see `shoptune_attributes.answers`."""
    return read_attributes(text)


def nothing(example: Example) -> str:
    """Say of every attribute that the text does not state it."""
    return write_attributes(dict.fromkeys(stated_values(example), NOT_STATED))


ATTRIBUTE_EXTRACTION = Task(
    name="attribute_extraction",
    summary="Read a product's attributes from its text, as JSON",
    options=AttributeExtractionOptions,
    tables=("products",),
    examples=examples,
    parse=parse,
    baselines={"nothing": nothing},
    metrics=(*METRICS, "memorised_canaries", "invalid_share", "cut_off_share"),
    max_new_tokens=256,
    answers_called="extractions",
)
