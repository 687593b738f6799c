"""Tell how well a product fits what a customer searches for."""

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import Field, model_validator

from shoptune.components import Options, Task
from shoptune.data import Dropped, Example, Message, Record, Tables, prompt_of
from shoptune.formatting import format_value
from shoptune_labels.baselines import ALWAYS
from shoptune_labels.choices import listed, parse_choice
from shoptune_labels.fields import refuse_unknown_fields, shown
from shoptune_text.words import words

__all__ = ["QUERY_RELEVANCE", "QueryRelevanceOptions"]

CHOICES = ("exact", "substitute", "complement", "irrelevant")
"""From best to worst: the labels of the Shopping Queries Dataset (ESCI)."""

PRODUCT_FIELDS = ("product", "name", "brand", "description")


class QueryRelevanceOptions(Options):
    """How judged products become questions."""

    instruction: str = (
        "A customer searches a shop and finds a product. Is it exactly what they search for, a substitute for it, a "
        "complement that goes with it, or irrelevant?"
    )
    """The system message of every prompt; the choices are added to it."""
    choices: tuple[str, ...] = Field(default=CHOICES, min_length=2)
    """The answers, from best to worst. Other ones than these need an `instruction` that explains them, and `gains` for
    nDCG and MRR."""
    query: str = "query"
    """The field with what the customer searches for."""
    product: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields that describe the product, in the prompt's order. Default: those of product, name, brand and
    description that there are."""
    label: str = "label"
    """The field that says how well the product fits."""
    labels: dict[str, str] = Field(default_factory=dict)
    """What a label in the data stands for, where it is no choice itself: `{E: exact, S: substitute}`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        folded = [choice.strip().casefold() for choice in self.choices]
        if len(set(folded)) < len(folded):
            raise ValueError("a choice stands there twice")
        if unknown := sorted(set(self.labels.values()) - set(self.choices)):
            raise ValueError(f"labels: {unknown[0]!r} is none of the choices ({', '.join(self.choices)})")
        if self.choices != CHOICES and "instruction" not in self.model_fields_set:
            raise ValueError("`choices` of your own need an `instruction` that explains them")
        return self


def _prompt(options: QueryRelevanceOptions, query: str, product: list[tuple[str, str]]) -> tuple[Message, ...]:
    lines = (f"{label}: {text}" if label else text for label, text in product)
    return prompt_of(
        f"{options.instruction} Answer {listed(options.choices)}.".lstrip(), "\n".join([f"Search: {query}", "", *lines])
    )


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


def word_overlap(example: Example) -> str:
    """Judge by the share of the query's words that the product's text has.

    All of them: the first choice; none: the last; in between evenly, rounded to the better side.
    """
    wanted = set(words(example.facts["query"]))
    missing = len(wanted - set(words(example.facts["product"])))
    return example.choices[missing * (len(example.choices) - 1) // max(len(wanted), 1)]


QUERY_RELEVANCE = Task(
    name="query_relevance",
    summary="Tell how well a product fits what a customer searches for",
    options=QueryRelevanceOptions,
    tables=("judgements",),
    answers="choices",
    examples=examples,
    parse=parse_choice,
    baselines={**ALWAYS, "word_overlap": word_overlap},
    metrics=("macro_f1", "accuracy", "recall", "lowest_recall", "ndcg", "mrr", "invalid_share"),
    max_new_tokens=8,
)
