"""The adapter ``woocommerce_orders``: orders as export plugins for WooCommerce write them, without personal data.

WooCommerce itself exports no orders.  Two families of headers are known: that of "Advanced Order Export For
WooCommerce" (``Order Number``, ``Item Cost``, ...), and that of "Customer / Order / Coupon Export" and of "Import
Export Suite" (``order_id``, ``item_name``, ...).  All can write one row per line item, with the order's own columns in
each.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.amounts import parse_amount
from shoptune_files.delimited import open_table
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.dates import DateOrder
from shoptune_shops.order_lines import find_date_order, no_product
from shoptune_shops.product_parts import snake_case
from shoptune_shops.shop_rows import ShopOptions, ShopRow, group_rows, select_columns
from shoptune_shops.woocommerce_cells import unprotected

__all__ = ["WooCommerceOrderOptions", "woocommerce_orders"]


class WooCommerceOrderOptions(ShopOptions):
    """Which orders are sales."""

    statuses: tuple[str, ...] = ("completed", "processing")
    """Orders with another status are dropped: ``pending_payment``, ``on_hold``, ``cancelled``, ``refunded``,
    ``failed``, ``trash`` or one of the shop's own; in small letters, words joined by ``_``."""


COLUMNS = {
    "order": ("order_id", "order id", "order number", "order_number"),
    "created_at": ("order_date", "order date", "date"),
    "status": ("order_status", "order status", "status"),
    "currency": ("order_currency", "order currency", "currency"),
    "product_id": ("item_product_id", "product id", "product_id"),
    "sku": ("item_sku", "sku"),
    "name": ("item_name", "item name", "product name", "name"),
    "quantity": ("item_quantity", "quantity"),
    "quantity_kept": ("quantity (- refund)",),
    "quantity_refunded": ("item_refunded_qty",),
    "price": ("item_price", "item cost"),
    "subtotal": ("item_subtotal", "item_total"),
}
"""All that is read.  Names, addresses, emails, phones and notes are not among it."""


def read(path: Path, options: WooCommerceOrderOptions) -> Iterator[Record | Dropped]:
    """Read an order export, one record per line item: id ``1001/1``, group the order.

    Fields: ``order``, ``created_at`` (ISO date), ``product_id``, ``sku`` (each may be ""), ``name``, ``quantity``
    (without what was refunded), ``price`` (of one, before discounts where the file says so) and ``currency`` (may be
    "").  Lines of orders that are no sale, and lines that were refunded, are dropped.
    """
    dates = find_date_order(path, options, COLUMNS, ("created_at",))
    with open_table(path, encoding=options.encoding) as table:
        header = {column.casefold() for column in table.header}
        if header.isdisjoint(COLUMNS["name"]) and any(column.startswith("line_item") for column in header):
            raise DataError(
                f"{table.origin}: this export has all line items of an order in one row. Export the orders again with "
                "one row per item (in the plugin's settings: 'One row per line item', or 'separate row')."
            )
        rows = select_columns(table, COLUMNS, needed=("order", "created_at", "status", "name"))
        yield from usable(group_rows(rows, "order"), lambda lines: _lines(lines, options, dates))


def _lines(
    lines: Sequence[ShopRow], options: WooCommerceOrderOptions, dates: DateOrder | None
) -> Iterator[Record | Dropped]:
    first, order = lines[0], lines[0]["order"]
    status = snake_case(first.text("status").replace("-", " ")).removeprefix("wc_")
    if status not in options.statuses:
        reason = f"{status.replace('_', ' ')} order"
        yield from (Dropped(origin=line.origin, reason=reason, detail=order) for line in lines)
        return
    common = {"order": order, "created_at": first.iso_date("created_at", dates), "currency": first["currency"]}
    for number, line in enumerate(lines, start=1):
        if what := no_product(unprotected(line["name"])):
            yield Dropped(origin=line.origin, reason=what, detail=order)
        elif quantity := _quantity(line):
            item = {
                "product_id": line["product_id"],
                "sku": unprotected(line["sku"]),
                "name": unprotected(line.text("name")),
                "quantity": quantity,
                "price": _price(line),
            }
            yield Record(id=f"{order}/{number}", group=order, origin=line.origin, fields=common | item)
        else:
            yield Dropped(origin=line.origin, reason="refunded line", detail=f"{order}/{number}")


def _quantity(line: ShopRow) -> int:
    """Return how many were bought and not given back; below 0 where the line takes something back."""
    if line["quantity_kept"]:
        return line.whole("quantity_kept")
    refunded = line["quantity_refunded"].removeprefix("'").lstrip("-")  # some plugins write -1, or '-1
    quantity = line.whole("quantity")
    if quantity < 0:
        return quantity
    return max(quantity - (int(refunded) if refunded.isascii() and refunded.isdigit() else 0), 0)


def _price(line: ShopRow) -> float:
    """Return what one cost."""
    if line["price"]:
        return line.amount("price")
    subtotal = parse_amount(line["subtotal"].lstrip("-\u2212"))
    return line.amount("subtotal") if subtotal is None else round(subtotal / max(abs(line.whole("quantity")), 1), 4)


woocommerce_orders = DataAdapter(
    name="woocommerce_orders",
    table="orders",
    summary="A WooCommerce order export with one row per line item (CSV); personal columns are never read",
    options=WooCommerceOrderOptions,
    read=with_workbooks(read),
)
