"""The adapter ``shopify_orders``: a Shopify order export, without anybody's personal data.

One row stands for a line item.  The rows of an order share its name (``#1001``) and stand together; what is said of the
order as a whole stands in the first of them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune_files.delimited import open_table
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.dates import DateOrder
from shoptune_shops.order_lines import find_date_order, find_scattered_orders, no_product
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.scattered_rows import put_together
from shoptune_shops.shop_rows import ShopOptions, ShopRow, group_rows, select_columns

__all__ = ["shopify_orders"]

COLUMNS = {
    "order": ("name",),
    "created_at": ("created at",),
    "currency": ("currency",),
    "status": ("financial status",),
    "payment": ("payment method",),
    "test": ("test",),
    "cancelled_at": ("cancelled at",),
    "refunded": ("refunded amount",),
    "sku": ("lineitem sku",),
    "name": ("lineitem name",),
    "quantity": ("lineitem quantity",),
    "price": ("lineitem price",),
}
"""All that is read.  Emails, names, addresses, phones, notes and whatever else an export brings are not among it."""


TEST = re.compile(r"\bbogus\b|\(for testing|^test(?: gateway)?$", re.IGNORECASE)
"""How orders are paid that try a shop out: ``Bogus Gateway (for testing purposes only)``."""


def read(path: Path, options: ShopOptions) -> Iterator[Record | Dropped | Note]:
    """Read an order export, one record per line item: id ``#1001/1``, group the order.

    Fields: ``order``, ``created_at`` (ISO date, in the shop's time zone), ``sku`` (may be ""), ``name``, ``quantity``,
    ``price`` (of one, before discounts) and ``currency``.  The lines of cancelled, voided, expired, test and refunded
    orders are dropped; so are those of partly refunded ones, since an export does not say which line was returned, and
    tips and gift cards.  What a line takes back (a quantity below 0) is subtracted where sales are joined.
    """
    prices = PriceCells(partial(open_table, path, encoding=options.encoding))
    dates = find_date_order(path, options, COLUMNS, ("created_at",))
    scattered = find_scattered_orders(path, options, COLUMNS)
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, COLUMNS, needed=("order", "created_at", "name", "quantity", "price"))
        groups = group_rows(put_together(rows, scattered, "order", "status"), "order")
        yield from usable(groups, lambda lines: _lines(lines, dates, prices))
        yield from prices.notes()


def _undone(first: ShopRow) -> str:
    """Return why an order is no sale; "" if it is one."""
    status = first["status"].lower()
    if first["cancelled_at"]:
        return "cancelled order"
    if status in {"voided", "expired", "abandoned"}:
        return f"{status} order"
    if TEST.search(first["payment"]) or first["test"].lower() in {"true", "yes", "1"}:
        return "test order"
    if status in {"refunded", "partially_refunded"} or (first["refunded"] and first.amount("refunded") > 0):
        return "refunded order"
    return ""


def _lines(lines: Sequence[ShopRow], dates: DateOrder | None, prices: PriceCells) -> Iterator[Record | Dropped]:
    first, order = lines[0], lines[0]["order"]
    if undone := _undone(first):
        yield from (Dropped(origin=line.origin, reason=undone, detail=order) for line in lines)
        return
    common = {"order": order, "created_at": first.iso_date("created_at", dates), "currency": first["currency"]}
    for number, line in enumerate(lines, start=1):
        item = {
            "sku": line["sku"],
            "name": line.text("name"),
            "quantity": line.whole("quantity"),
            "price": prices.read(line),
        }
        if what := no_product(line["name"]):
            yield Dropped(origin=line.origin, reason=what, detail=order)
            continue
        yield Record(id=f"{order}/{number}", group=order, origin=line.origin, fields=common | item)


shopify_orders = DataAdapter(
    name="shopify_orders",
    table="orders",
    summary="A Shopify order export (CSV); personal columns are never read",
    options=ShopOptions,
    read=with_workbooks(read),
)
