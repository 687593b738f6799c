"""Write a product's description from its facts."""

from collections.abc import Iterable, Iterator, Sequence

from shoptune.components import Task
from shoptune.data import Dropped, Example, PreferencePair, Record, Tables
from shoptune.errors import UsageError, did_you_mean
from shoptune_product_description.facts import facts_of
from shoptune_product_description.options import ProductDescriptionOptions
from shoptune_product_description.preference import preference_pairs
from shoptune_product_description.prompt import parse, prompt
from shoptune_product_description.template import template

__all__ = ["PRODUCT_DESCRIPTION"]


def examples(tables: Tables, options: ProductDescriptionOptions) -> Iterator[Example | Dropped]:
    """Yield one example per product that has a name and a description of its own.

    Raises UsageError where the option `facts` names one that no product has.
    """
    _refuse_unknown_facts(tables["products"], options.facts or ())
    first_with: dict[str, Record] = {}
    for record in tables["products"]:
        name, description = (str(record.fields.get(field) or "").strip() for field in ("name", "description"))
        facts = facts_of(record, options.facts)
        if not name:
            yield Dropped(origin=record.origin, reason="product without a name")
        elif not description:
            yield Dropped(origin=record.origin, reason="product without a description", detail=name)
        elif not facts:
            yield Dropped(origin=record.origin, reason="product without any of the facts", detail=name)
        elif (first := first_with.setdefault(" ".join(description.casefold().split()), record)) is not record:
            # The same text in training and test would be learnt by heart and scored as skill.
            yield Dropped(origin=record.origin, reason="same description as another product", detail=first.origin)
        else:
            yield Example(
                id=record.id,
                messages=prompt(options.instruction, facts),
                references=(description,),
                group=record.group,
                slices=facts_of(record, ("category", "brand")),
                facts=facts,
                origin=record.origin,
            )


def _refuse_unknown_facts(products: Iterable[Record], wanted: Iterable[str]) -> None:
    missing, known = set(wanted), set[str]()
    for record in products:
        if not missing:
            return
        has = {*record.fields, *(record.fields.get("attributes") or {})}
        missing -= has
        known |= has
    if missing:
        name = min(missing)
        raise UsageError(f"facts: no product has a field or attribute {name!r}.{did_you_mean(name, known)}")


def pairs(
    tables: Tables, examples: Sequence[Example], options: ProductDescriptionOptions
) -> Iterator[PreferencePair | Dropped]:
    """Yield preference pairs from the shop's A/B tests, if it has any."""
    return preference_pairs(tables.get("tests", ()), examples, options.threshold)


PRODUCT_DESCRIPTION = Task(
    name="product_description",
    summary="Write a product's description from its facts",
    options=ProductDescriptionOptions,
    tables=("products",),
    examples=examples,
    pairs=pairs,
    parse=parse,
    baselines={"template": template},
    metrics=(
        "rouge_1",
        "rouge_2",
        "rouge_l",
        "chrf",
        "attribute_coverage",
        "unsupported_claims",
        "marketplace_limits",
        "copy_rate",
        "distinct_n",
        "output_length",
        "invalid_share",
        "cut_off_share",
    ),
    max_new_tokens=150,
)
