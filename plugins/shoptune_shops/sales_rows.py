"""Sales figures as records, whatever report they stand in: who sold how often, and was looked at how often."""

import re

from shoptune.data import Dropped, Record
from shoptune.errors import RowError
from shoptune_files.amounts import parse_amount
from shoptune_shops.dates import DateOrder
from shoptune_shops.shop_rows import ShopRow

__all__ = ["NAMES", "names_product", "sale", "whole_number"]

NAMES = ("product_id", "sku", "name")
"""The fields that say which product it is, the surest first."""

COUNTS = ("views", "added_to_cart", "units")
BACK = "more came back than was sold"

MINUS = re.compile(r"(?P<sign>[$€£¥]?\s*)[-\u2212]")


def names_product(row: ShopRow) -> bool:
    """Say whether a row names a product at all; a line of totals does not."""
    return any(row[name] for name in NAMES)


def sale(row: ShopRow, dates: DateOrder | None = None) -> Record | Dropped:
    """Make a record of a row with the columns of the table ``sales`` (our names): id is its place, group the product.

    A row of which more came back than was sold, or with another number below 0, is dropped.  Raises `RowError` where no
    product is named, ``units`` is no whole number, or ``end`` is before ``start``; the same holds for the other figures
    and dates where the row has them.
    """
    named = {name: row[name] for name in NAMES}
    group = next(filter(None, named.values()), "")
    if not group:
        raise RowError(row.origin, "no product is named", "a row needs a product id, a SKU or a name")
    start, end = (row.iso_date(name, dates) if row[name] else "" for name in ("start", "end"))
    if start and end and end < start:
        raise row.error("end", "is before start", f"{end} is before {start}")
    counts = {name: whole_number(row, name) if row[name] or name == "units" else None for name in COUNTS}
    for name, count in counts.items():
        if count is not None and count < 0:
            reason = BACK if name == "units" else f"{row.columns.get(name, name)} is below 0"
            return Dropped(origin=row.origin, reason=reason, detail=group)
    fields = named | {
        **counts,
        "revenue": _revenue(row) if row["revenue"] else None,
        "start": start,
        "end": end,
    }
    return Record(id=row.origin, group=group, origin=row.origin, fields=fields)


def whole_number(row: ShopRow, name: str) -> int:
    """Return a whole number, which may be below 0 and have thousands separators: ``1,204``, ``12.0``."""
    number = _signed(row[name])
    if number is None or not number.is_integer():
        raise row.error(name, "is no whole number", f"found {row[name]!r}; write one such as 1204")
    return int(number)


def _revenue(row: ShopRow) -> float:
    amount = _signed(row["revenue"])
    if amount is None:
        raise row.error("revenue", "is no amount", f"found {row['revenue']!r}; write one such as 12.50")
    return amount


def _signed(text: str) -> float | None:
    """Return the amount that `text` states, below 0 where a minus stands before it or its currency sign."""
    below = MINUS.match(text)
    if below is None:
        return parse_amount(text)
    amount = parse_amount(below["sign"] + text[below.end() :])
    return None if amount is None else -amount
