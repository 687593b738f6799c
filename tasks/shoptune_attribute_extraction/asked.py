"""Which attributes are asked for: those that the experiment file names, or those that are common in a category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shoptune.data import Record
from shoptune.errors import UsageError, did_you_mean
from shoptune_attribute_extraction.targets import Unreadable, target_values

__all__ = ["Asked", "category_of", "find_asked"]

EVERYWHERE = ""
"""Stands for all records; also the category of those that have none."""

SMALL = 10
"""A category of fewer products is asked for what is common in the whole table: what its few products have would tell
what each of them has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The attributes that are asked for."""

    everywhere: tuple[str, ...]
    of_category: Mapping[str, tuple[str, ...]]

    def of(self, record: Record) -> tuple[str, ...]:
        """Return the attributes that are asked for of a record."""
        return self.of_category.get(category_of(record), self.everywhere)


def category_of(record: Record) -> str:
    """Return the record's category, of "Luggage & Bags > Backpacks" the last part; empty if it has none."""
    category = record.fields.get("category")
    return category.rsplit(" > ", 1)[-1].strip() if isinstance(category, str) else ""


def find_asked(
    records: Iterable[Record],
    named: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None,
    *,
    targets: str,
    at_least: float,
) -> Asked:
    """Return the attributes that are `named`, else those that a walk through the records finds to be common.

    Args:
        records: The products.
        named: The attributes of all products, or those of each category; None for what is common.
        targets: The field that holds a record's attributes.
        at_least: The share of a category's products that must have an attribute for it to be common.

    Raises:
        UsageError: No record has the field `targets`.

    """
    if isinstance(named, Mapping):
        return Asked((), named)
    if named is not None:
        return Asked(named, {})
    size: Counter[str] = Counter()
    having: defaultdict[str, Counter[str]] = defaultdict(Counter)
    fields: set[str] = set()
    for record in records:
        fields |= record.fields.keys()
        try:
            names = target_values(record, targets).keys()
        except Unreadable:
            continue
        for category in {EVERYWHERE, category_of(record)} if names else ():
            size[category] += 1
            having[category].update(names)
    if targets not in fields:
        raise UsageError(f"targets: no product has a field {targets!r}.{did_you_mean(targets, fields)}")
    common = {category: _common(names, size[category] * at_least) for category, names in having.items()}
    everywhere = common.pop(EVERYWHERE, ())
    return Asked(everywhere, {category: names for category, names in common.items() if size[category] >= SMALL})


def _common(having: Counter[str], least: float) -> tuple[str, ...]:
    """Return the attributes that at least so many records have, the most frequent first."""
    ranked = sorted(having.items(), key=lambda item: (-item[1], item[0]))
    return tuple(name for name, count in ranked if count >= least)
