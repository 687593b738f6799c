"""The texts of an A/B test with their figures, and which of them were shown side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shoptune.data import Dropped, Record

__all__ = ["Variant", "differ_only_in_length", "read_variant", "shown_together"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Variant(BaseModel):
    """One text of a product, when it was shown, how often, and how often the product was then bought."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    product_id: Text
    variant_id: Text
    text: Text
    exposures: int = Field(gt=0)
    conversions: int = Field(ge=0)
    start: date
    end: date
    origin: str

    @model_validator(mode="after")
    def _is_possible(self) -> Variant:
        if self.conversions > self.exposures:
            raise ValueError(f"{self.conversions} conversions of {self.exposures} exposures")
        if self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}")
        return self


def read_variant(record: Record) -> Variant | Dropped:
    """Return the variant of a row of the table ``tests``; where it has none, which field is wrong."""
    try:
        return Variant.model_validate({**record.fields, "origin": record.origin})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        detail = f"{field}: {first['msg']}" if field else first["msg"]
        return Dropped(origin=record.origin, reason="not a variant's figures", detail=detail)


def shown_together(variants: Iterable[Variant]) -> list[list[Variant]]:
    """Return a product's variants by the period in which they were shown, each period's by name."""

    def period(variant: Variant) -> tuple[date, date]:
        return variant.start, variant.end

    ordered = sorted(variants, key=lambda v: (*period(v), v.variant_id, v.origin))
    return [list(together) for _, together in groupby(ordered, key=period)]


def differ_only_in_length(one: str, other: str) -> bool:
    """Tell whether one text is a beginning, an end or a part of the other; case, spaces and punctuation don't count.

    Such a pair would teach a model how long to write, and nothing about how.
    """
    shorter, longer = sorted(("".join(re.findall(r"\w+", text.casefold())) for text in (one, other)), key=len)
    return shorter in longer
