"""What a description may state of a product."""

from collections.abc import Iterable, Mapping
from typing import Any

from shoptune.data import Record
from shoptune.formatting import format_value

__all__ = ["CATALOGUE_FACTS", "facts_of"]

CATALOGUE_FACTS = ("name", "brand", "category", "color", "size", "material")
"""The fields that are facts in any shop.  Price is none of them: it changes, and marketplaces forbid it in the text."""


def facts_of(record: Record, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return the product's facts as text, in the order of `names`; those that it does not have are left out.

    A name is that of a free attribute or else of a field.  Without names: `CATALOGUE_FACTS` and all free attributes.
    Of a category such as "Luggage & Bags > Backpacks" the last part is enough.
    """
    attributes: Mapping[str, Any] = record.fields.get("attributes") or {}
    wanted = dict.fromkeys((*CATALOGUE_FACTS, *attributes) if names is None else names)
    found = {name: format_value(attributes.get(name, record.fields.get(name))) for name in wanted}
    if "category" in found:
        found["category"] = found["category"].rsplit(" > ", 1)[-1]
    return {name: text for name, text in found.items() if text}
