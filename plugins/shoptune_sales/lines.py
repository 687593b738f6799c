"""What order lines and sales reports say of each thing that was sold, summed by the names that they give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from shoptune.data import Record, Tables

__all__ = ["SOURCES", "Figures", "Key", "Source", "TableLines", "fold", "read_lines"]

Number = TypeVar("Number", int, float)

Source = Literal["views", "sales", "orders"]

SOURCES: tuple[Source, ...] = ("views", "sales", "orders")
"""Rows of a sales report with views, those without, order lines.  They tell of the same purchases, so they are never
added up: of a product that several name, the first one counts."""


class Key(NamedTuple):
    """What a line calls the product that it sold; "" where it doesn't say."""

    sku: str
    product_id: str
    name: str
    """Folded."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was sold."""

    units: int = 0
    revenue: float | None = None
    """In the shop's currency.  Never part of a weight: it mostly measures price, traffic and brand."""
    views: int | None = None
    first: str = ""
    """The first day that the figures tell of (ISO date); "" where they don't say."""
    last: str = ""
    lines: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both."""
        return Figures(
            units=self.units + other.units,
            revenue=_sum(self.revenue, other.revenue),
            views=_sum(self.views, other.views),
            first=min(filter(None, (self.first, other.first)), default=""),
            last=max(self.last, other.last),
            lines=self.lines + other.lines,
        )


@dataclass(frozen=True, slots=True)
class TableLines:
    """The lines of one table."""

    figures: Mapping[tuple[Source, Key], Figures]
    unreadable: int
    """Lines that give no whole number of units."""
    returned: int = 0
    """Lines of a sales report of which more came back than was sold."""


def read_lines(tables: Tables) -> dict[str, TableLines]:
    """Return the lines of the tables ``orders`` and ``sales``, of those that the shop has."""
    return {name: _summed(name, tables[name]) for name in ("orders", "sales") if name in tables}


def _summed(table: str, records: Iterable[Record]) -> TableLines:
    figures: dict[tuple[Source, Key], Figures] = {}
    unreadable = returned = 0
    for record in records:
        found = _order_line(record.fields) if table == "orders" else _sales_row(record.fields)
        if found is None:
            unreadable += 1
            continue
        if found.units < 0 and table == "sales":
            returned += 1
            continue
        source: Source = "orders" if table == "orders" else "sales" if found.views is None else "views"
        key = source, _key(record.fields)
        figures[key] = figures[key] + found if key in figures else found
    return TableLines(figures, unreadable, returned)


def _order_line(fields: Mapping[str, Any]) -> Figures | None:
    units, price = _count(fields.get("quantity")), fields.get("price")
    if units is None:
        return None
    day = str(fields.get("created_at") or "")[:10]
    revenue = units * float(price) if isinstance(price, (int, float)) else None
    return Figures(units=units, revenue=revenue, first=day, last=day, lines=1)


def _sales_row(fields: Mapping[str, Any]) -> Figures | None:
    units, revenue = _count(fields.get("units")), fields.get("revenue")
    if units is None:
        return None
    return Figures(
        units=units,
        revenue=float(revenue) if isinstance(revenue, (int, float)) else None,
        views=_above_zero(_count(fields.get("views"))),
        first=str(fields.get("start") or "")[:10],
        last=str(fields.get("end") or "")[:10],
        lines=1,
    )


def _key(fields: Mapping[str, Any]) -> Key:
    sku, product_id, name = (str(fields.get(field) or "").strip() for field in ("sku", "product_id", "name"))
    return Key(sku, product_id, fold(name))


def fold(name: str) -> str:
    """Return a name without what does not count in it: case and white space."""
    return " ".join(name.casefold().split())


def _count(value: object) -> int | None:
    """Return a whole number, which may come as text or as 3.0, below 0 for returns; None for anything else."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None
    return int(number) if number is not None and number.is_integer() else None


def _above_zero(count: int | None) -> int | None:
    return count if count is not None and count >= 0 else None


def _sum(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
