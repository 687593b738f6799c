"""Write a product's description from its facts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from shoptune.components import Options, Task
from shoptune.data import Dropped, Example, Invalid, Message, Note, PreferencePair, Record, Tables, prompt_of
from shoptune.errors import UsageError, did_you_mean
from shoptune.formatting import format_value, label
from shoptune.thoughts import after_thought
from shoptune_sales.corruption import synthetic_pairs
from shoptune_sales.preference import preference_pairs
from shoptune_sales.weights import Standing, sales_standings
from shoptune_text import COPYING, FORM, OVERLAP
from shoptune_text.placeholders import placeholder_in

__all__ = [
    "CATALOGUE_FACTS",
    "PRODUCT_DESCRIPTION",
    "ProductDescriptionOptions",
    "SalesOptions",
    "facts_of",
    "options_among",
]


CATALOGUE_FACTS = ("name", "brand", "category", "color", "size", "material")
"""The fields that are facts in any shop.  Price is none of them: it changes, and marketplaces forbid it in the text."""


GROUPS = ("options", "attributes")
"""The fields that hold facts by name: what a product's variants differ in, and its free attributes."""


class SalesOptions(Options):
    """How orders and sales reports weigh products, if the shop has any."""

    weights: bool = True
    """Whether products that sell better than others of their category and price count more."""
    keep: float = Field(default=1.0, gt=0, le=1)
    """The share of products, those that sell best in their category and price band, that is trained on; the others get
    weight 0."""
    low: float = Field(default=0.5, gt=0)
    """The weight of the worst seller of its category and price band."""
    high: float = 1.5
    """The weight of the best."""

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.high < self.low:
            raise ValueError(f"the best seller would count less ({self.high}) than the worst ({self.low})")
        return self


class ProductDescriptionOptions(Options):
    """How products become prompts, sales weights, and A/B tests preference pairs."""

    instruction: str = "You write product descriptions for a shop. State every fact and invent none."
    """The system message of every prompt."""
    facts: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields, attributes and options that the prompt shows and a description may state, in this order; `options`
    stands for all options that variants differ in, `attributes` for all free attributes. Default: name, brand,
    category, color, size, material, options, attributes."""
    threshold: float = Field(default=0.95, gt=0.5, lt=1.0)
    """How probable it must be that a text converts better than another of its product for the two to become a
    preference pair."""
    sales: SalesOptions = SalesOptions()
    """How sales become weights."""
    synthetic_pairs: int = Field(default=0, ge=0, le=4)
    """Preference pairs per product in which its description is preferred to the same text with one fault: a changed
    fact, an unsupported claim, broken markup, a broken limit."""

    @field_validator("facts")
    @classmethod
    def _keep_the_answer_out(cls, facts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if facts and any(name.startswith("description") for name in facts):
            raise ValueError("the description is what a model has to write, so it can't be among the facts")
        return facts


def facts_of(record: Record, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return the product's facts as text, in the order of `names`; those that it does not have are left out.

    A name is that of a free attribute, or else of an option (whose values are listed: ``red, blue``), or else of a
    field; `GROUPS` stand for all of a kind.  Without names: `CATALOGUE_FACTS` and these.  Of a category such as
    "Luggage & Bags > Backpacks" the last part is enough.
    """
    groups = _groups(record)
    values = {**record.fields, **groups["options"], **groups["attributes"]}
    wanted: dict[str, None] = {}
    for name in (*CATALOGUE_FACTS, *GROUPS) if names is None else names:
        wanted |= dict.fromkeys(groups.get(name) or (name,))
    found = {name: format_value(values.get(name)) for name in wanted}
    if "category" in found:
        found["category"] = found["category"].rsplit(" > ", 1)[-1]
    return {name: text for name, text in found.items() if text}


def options_among(facts: Iterable[str], record: Record) -> tuple[str, ...]:
    """Return the facts that are options: what a buyer may choose from, which no text has to list."""
    groups = _groups(record)
    return tuple(name for name in facts if name in groups["options"] and name not in groups["attributes"])


def _groups(record: Record) -> dict[str, Mapping[str, Any]]:
    """Return for each of `GROUPS` what the product has, by name."""
    found = ((group, record.fields.get(group)) for group in GROUPS)
    return {group: of if isinstance(of, Mapping) else {} for group, of in found}


def prompt(instruction: str, facts: Mapping[str, str]) -> tuple[Message, ...]:
    """Return the chat: the instruction, then the facts, one a line and nothing else, since every token costs time."""
    lines = (f"{label(name)}: {value}" for name, value in facts.items())
    return prompt_of(instruction, "\n".join(lines))


def examples(tables: Tables, options: ProductDescriptionOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per product with a name and a description of its own, weighted by its sales if it has any.

    Raises UsageError where the option `facts` names one that no product has.
    """
    _refuse_unknown_facts(tables["products"], options.facts or ())
    sales = options.sales
    standings = sales_standings(tables, low=sales.low, high=sales.high, keep=sales.keep)
    if standings:
        yield from standings.notes
    for record in tables["products"]:
        yield _example(record, options, standings.of(record.id) if standings else None)


def _example(record: Record, options: ProductDescriptionOptions, standing: Standing | None) -> Example | Dropped:
    name, description = (str(record.fields.get(field) or "").strip() for field in ("name", "description"))
    facts = facts_of(record, options.facts)
    if not name:
        return Dropped(origin=record.origin, reason="product without a name")
    if not description:
        return Dropped(origin=record.origin, reason="product without a description", detail=name)
    if kind := placeholder_in(description):
        reason = f"product with a placeholder for a description ({kind})"
        return Dropped(origin=record.origin, reason=reason, detail=f"{name}: {description[:60]!r}")
    if not facts:
        return Dropped(origin=record.origin, reason="product without any of the facts", detail=name)
    weighed = standing if options.sales.weights else None
    return Example(
        id=record.id,
        messages=prompt(options.instruction, facts),
        references=(description,),
        group=record.group,
        slices=facts_of(record, ("category", "brand")) | ({"sales": standing.slice} if standing else {}),
        facts=facts,
        optional_facts=options_among(facts, record),
        weight=weighed.weight if weighed else 1.0,
        evidence=weighed.evidence if weighed else {},
        date=str(record.fields.get("created_at") or ""),
        origin=record.origin,
    )


def _refuse_unknown_facts(products: Iterable[Record], wanted: Iterable[str]) -> None:
    missing, known = set(wanted), set[str]()
    for record in products:
        if not missing:
            return
        has = {*record.fields}.union(*_groups(record).values())
        missing -= has
        known |= has
    if missing:
        name = min(missing)
        raise UsageError(f"facts: no product has a field, attribute or option {name!r}.{did_you_mean(name, known)}")


def pairs(
    tables: Tables, examples: Iterable[Example], options: ProductDescriptionOptions
) -> Iterator[PreferencePair | Dropped | Note]:
    """Yield preference pairs from the shop's A/B tests, if it has any, then the synthetic ones that were asked for."""
    yield from preference_pairs(tables.get("tests", ()), examples, options.threshold)
    if options.synthetic_pairs:
        yield from synthetic_pairs(examples, options.synthetic_pairs)


_LABEL = re.compile(r"\A[\s*_#]*(?:product\s+)?description[\s*_]*:[\s*_]*", re.IGNORECASE)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}


def parse(text: str, example: Example) -> str | Invalid:  # noqa: ARG001 - every task's parser is given the example
    """Return the description without a leading "Description:" and enclosing quotes; `Invalid` if it is empty."""
    text = _LABEL.sub("", after_thought(text)).strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text or Invalid("empty answer")


def template(example: Example) -> str:
    """State every fact but the category, and nothing else.

    "The Tarn 27 Backpack by Fellfoot, made of waxed cotton in moss green. Capacity 27 L, weight 1140 g."
    """
    facts = {name: value for name, value in example.facts.items() if name != "category"}
    opening = f"The {facts.pop('name', 'product')}"
    if brand := facts.pop("brand", ""):
        opening += f" by {brand}"
    made = [f"{word} {facts.pop(name)}" for name, word in (("material", "made of"), ("color", "in")) if name in facts]
    if made:
        opening += f", {' '.join(made)}"
    rest = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return f"{opening}. {rest[:1].upper()}{rest[1:]}." if rest else f"{opening}."


PRODUCT_DESCRIPTION = Task(
    name="product_description",
    summary="Write a product's description from its facts",
    options=ProductDescriptionOptions,
    tables=("products",),
    answers="text",
    examples=examples,
    rows={"pairs": pairs},
    parse=parse,
    baselines={"template": template},
    metrics=(*OVERLAP, "attribute_coverage", "unsupported_claims", "marketplace_limits", *COPYING, *FORM),
    max_new_tokens=150,
    answers_called="descriptions",
)
