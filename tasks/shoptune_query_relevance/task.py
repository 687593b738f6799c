"""Tell how well a product fits what a customer searches for."""

from collections.abc import Iterator, Mapping

from shoptune.components import Task
from shoptune.data import Dropped, Example, Message, Record, Tables
from shoptune.formatting import format_value
from shoptune_labels.choices import listed, parse_choice
from shoptune_labels.fields import refuse_unknown_fields, shown
from shoptune_query_relevance.baselines import BASELINES
from shoptune_query_relevance.options import PRODUCT_FIELDS, QueryRelevanceOptions

__all__ = ["QUERY_RELEVANCE"]


def examples(tables: Tables, options: QueryRelevanceOptions) -> Iterator[Example | Dropped]:
    """Yield one example per query and product.

    The query is the example's group: it is never divided between training and test, and its products are ranked
    together.  Raises UsageError where the options name a field that no row has.
    """
    refuse_unknown_fields(tables["judgements"], (options.query, *(options.product or ()), options.label))
    answers = {choice.casefold(): choice for choice in options.choices}
    answers |= {label.casefold(): choice for label, choice in options.labels.items()}
    for record in tables["judgements"]:
        yield _example(record, options, answers)


def _example(record: Record, options: QueryRelevanceOptions, answers: Mapping[str, str]) -> Example | Dropped:
    label, query = (format_value(record.fields.get(field)) for field in (options.label, options.query))
    product = shown(record, options.product or PRODUCT_FIELDS, "product")
    answer = answers.get(label.casefold())
    if answer is None:
        detail = f"{options.label} is {label!r}; say under `labels` what it stands for"
        return Dropped(origin=record.origin, reason="label is none of the choices", detail=detail)
    if not query or not product:
        return Dropped(origin=record.origin, reason="product without text" if query else "no query")
    text = "\n".join(text for _, text in product)
    return Example(
        id=record.id,
        messages=_prompt(options, query, product),
        references=(answer,),
        choices=options.choices,
        group=query,
        slices={"category": category} if (category := format_value(record.fields.get("category"))) else {},
        facts={"query": query, "product": text},
        content=f"{query}\n{text}",
        origin=record.origin,
    )


def _prompt(options: QueryRelevanceOptions, query: str, product: list[tuple[str, str]]) -> tuple[Message, ...]:
    lines = (f"{label}: {text}" if label else text for label, text in product)
    return (
        {"role": "system", "content": f"{options.instruction} Answer {listed(options.choices)}."},
        {"role": "user", "content": "\n".join([f"Search: {query}", "", *lines])},
    )


QUERY_RELEVANCE = Task(
    name="query_relevance",
    summary="Tell how well a product fits what a customer searches for",
    options=QueryRelevanceOptions,
    tables=("judgements",),
    answers="choices",
    examples=examples,
    parse=parse_choice,
    baselines=BASELINES,
    metrics=("macro_f1", "accuracy", "recall", "lowest_recall", "ndcg", "mrr", "invalid_share"),
    max_new_tokens=8,
)
