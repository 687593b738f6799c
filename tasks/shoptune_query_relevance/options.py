"""What an experiment file may set of the task."""

from typing import Self

from pydantic import Field, model_validator

from shoptune.components import Options

__all__ = ["CHOICES", "PRODUCT_FIELDS", "QueryRelevanceOptions"]

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
