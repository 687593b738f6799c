"""Read a product's attributes from its text."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shoptune.components import Options, Task
from shoptune.data import Dropped, Example, Invalid, Message, Note, Record, Tables, prompt_of
from shoptune_attribute_extraction.asked import Asked, category_of, find_asked
from shoptune_attribute_extraction.targets import Unreadable, Values, target_values, values_of
from shoptune_attributes import METRICS
from shoptune_attributes.answers import NOT_STATED, read_attributes, write_attributes
from shoptune_attributes.outcomes import stated_values

__all__ = ["ATTRIBUTE_EXTRACTION", "AttributeExtractionOptions"]


def _one_alone(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], Field(min_length=1)]
Show = Literal["all", "stated"]


class AttributeExtractionOptions(Options):
    """Which text is read, and which attributes are asked for."""

    instruction: str | None = None
    """The system message of every prompt; default: to extract the attributes as JSON, and what to do with those that
    the text does not state."""
    text: Annotated[Names, BeforeValidator(_one_alone, json_schema_input_type=str | Names)] = (
        "name",
        "description",
    )
    """The fields that are read, one or several."""
    targets: str = "attributes"
    """The field that holds the right answers: attribute -> value, list of values, or {value: score}, of whose values
    any is right."""
    attributes: Names | dict[str, Names] | None = None
    """The attributes that are asked for: a list, or a list for each category. Default: those that `at_least` this share
    of a category's products have."""
    at_least: float = Field(default=0.05, ge=0, le=1)
    """The share of a category's products that must have an attribute for it to be asked for."""
    show: Show = "all"
    """What a good answer names: ``all`` attributes that are asked for, n/a where the text states none, or only those
    ``stated``, which is shorter."""


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
    return prompt_of(INSTRUCTIONS[show] if instruction is None else instruction, content)


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


def examples(tables: Tables, options: AttributeExtractionOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per product that has a text and states at least one attribute, then what was asked for.

    Raises UsageError where no product has the field that the option `targets` names.
    """
    asked = find_asked(tables["products"], options.attributes, targets=options.targets, at_least=options.at_least)
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
    answers="json",
    examples=examples,
    parse=parse,
    baselines={"nothing": nothing},
    metrics=(*METRICS, "memorised_canaries", "invalid_share", "cut_off_share"),
    max_new_tokens=256,
    answers_called="extractions",
)
