"""Write a product's description from its facts."""

from collections.abc import Iterable, Iterator

from shoptune.components import Task
from shoptune.data import Dropped, Example, Note, PreferencePair, Record, Tables
from shoptune.errors import UsageError, did_you_mean
from shoptune_product_description.facts import facts_of
from shoptune_product_description.options import ProductDescriptionOptions
from shoptune_product_description.prompt import parse, prompt
from shoptune_product_description.template import template
from shoptune_sales.corruption import synthetic_pairs
from shoptune_sales.preference import preference_pairs
from shoptune_sales.weights import Standing, sales_standings
from shoptune_text import COPYING, FORM, OVERLAP

__all__ = ["PRODUCT_DESCRIPTION"]


def examples(tables: Tables, options: ProductDescriptionOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per product that has a name and a description, weighted by its sales where there are any.

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
        has = {*record.fields, *(record.fields.get("attributes") or {})}
        missing -= has
        known |= has
    if missing:
        name = min(missing)
        raise UsageError(f"facts: no product has a field or attribute {name!r}.{did_you_mean(name, known)}")


def pairs(
    tables: Tables, examples: Iterable[Example], options: ProductDescriptionOptions
) -> Iterator[PreferencePair | Dropped | Note]:
    """Yield preference pairs from the shop's A/B tests, if it has any, then the synthetic ones that were asked for."""
    yield from preference_pairs(tables.get("tests", ()), examples, options.threshold)
    if options.synthetic_pairs:
        yield from synthetic_pairs(examples, options.synthetic_pairs)


PRODUCT_DESCRIPTION = Task(
    name="product_description",
    summary="Write a product's description from its facts",
    options=ProductDescriptionOptions,
    tables=("products",),
    examples=examples,
    pairs=pairs,
    parse=parse,
    baselines={"template": template},
    metrics=(*OVERLAP, "attribute_coverage", "unsupported_claims", "marketplace_limits", *COPYING, *FORM),
    max_new_tokens=150,
    answers_called="descriptions",
)
