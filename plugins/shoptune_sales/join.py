"""Which product an order line or a row of a sales report tells of.

A line belongs to the product that has its SKU (of the product or one of its variants), else to the one whose id is its
product id (or that has that as a SKU, as items in Google Analytics often do), else to the one with its name: exactly
that of the product, or ``Product name - Variant``, as shops write it.  Case and white space in a name don't count.

What several products share matches none of them, and a SKU that several share isn't settled by a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from shoptune.data import Note, Record
from shoptune_sales.lines import SOURCES, Figures, Key, Source, TableLines, fold

__all__ = ["Joined", "join"]

Match = Literal["matched by SKU", "matched by id", "matched by name", "ambiguous", "unmatched"]

MATCHES: tuple[Match, ...] = get_args(Match)


@dataclass(frozen=True, slots=True)
class Joined:
    """What was sold of each product."""

    figures: Mapping[str, tuple[Source, Figures]]
    """Product id -> where its figures come from, and the figures.  What was never sold or viewed is not in it."""
    period: Mapping[Source, tuple[str, str]]
    """Of each source that there is, the first and last day (ISO dates, "" where it doesn't say)."""
    notes: tuple[Note, ...]


@dataclass(slots=True)
class _Owners:
    """Which product has a key, of those keys that lines name: nothing is held of all the others."""

    wanted: set[str]
    product: dict[str, str | None] = field(default_factory=dict)
    """None where several products have the key."""

    def claim(self, key: str, product: str) -> None:
        """Note that a product has a key."""
        if key in self.wanted:
            self.product[key] = product if self.product.get(key, product) == product else None


def join(lines: Mapping[str, TableLines], products: Iterable[Record]) -> Joined:
    """Find the product of each line, in one pass over the products."""
    keys = [key for table in lines.values() for _, key in table.figures]
    skus = _Owners({sku for key in keys for sku in (key.sku, key.product_id) if sku})
    ids = _Owners({key.product_id for key in keys if key.product_id})
    names = _Owners({name for key in keys for name in _names(key.name)})
    for record in products:
        ids.claim(record.id, record.id)
        names.claim(fold(str(record.fields.get("name") or "")), record.id)
        for thing in (record.fields, *(record.fields.get("variants") or ())):
            skus.claim(str(thing.get("sku") or "").strip(), record.id)

    sold: dict[Source, dict[str, Figures]] = {source: {} for source in SOURCES}
    notes = []
    for name, table in lines.items():
        matches: Counter[Match] = Counter()
        for (source, key), figures in table.figures.items():
            product, match = _match(key, skus, ids, names)
            matches[match] += figures.lines
            if product is not None:
                of_source = sold[source]
                of_source[product] = of_source[product] + figures if product in of_source else figures
        notes.append(_note(name, matches, table))
    return Joined(
        # The first of the sources comes last, and so is the one that counts.
        figures={product: (source, _kept(of)) for source in reversed(SOURCES) for product, of in sold[source].items()},
        period={source: period for source in SOURCES if (period := _period(source, lines.values()))},
        notes=tuple(notes),
    )


def _match(key: Key, skus: _Owners, ids: _Owners, names: _Owners) -> tuple[str | None, Match]:
    by_sku = skus.product.get(key.sku)
    by_id = ids.product.get(key.product_id) or skus.product.get(key.product_id)
    if by_sku:
        return by_sku, "matched by SKU"
    if by_id:
        return by_id, "matched by id"
    if key.sku in skus.product or key.product_id in skus.product:
        return None, "ambiguous"
    for name in _names(key.name):
        if name in names.product:
            product = names.product[name]
            return product, "matched by name" if product else "ambiguous"
    return None, "unmatched"


def _names(name: str) -> Iterator[str]:
    """Yield the names that a product may have of which a line has this one: the longest first."""
    while name:
        yield name
        name = name.rpartition(" - ")[0]


def _kept(figures: Figures) -> Figures:
    """Return figures without sales below 0, where more came back than was sold in the period."""
    return replace(figures, units=0) if figures.units < 0 else figures


def _note(table: str, matches: Mapping[Match, int], of: TableLines) -> Note:
    lines = sum(matches.values()) + of.unreadable + of.returned
    matched = sum(count for match, count in matches.items() if match.startswith("matched"))
    figures = {"lines": lines, **{str(match): matches.get(match, 0) for match in MATCHES}}
    if of.unreadable:
        figures["without a number of units"] = of.unreadable
    if of.returned:
        figures["more came back than was sold"] = of.returned
    return Note(topic=table, figures=figures | {"match rate in %": round(100 * matched / lines) if lines else 0})


def _period(source: Source, tables: Iterable[TableLines]) -> tuple[str, str] | None:
    found = [figures for table in tables for (of, _), figures in table.figures.items() if of == source]
    if not found:
        return None
    return min((f.first for f in found if f.first), default=""), max(f.last for f in found)
