"""The adapter ``shopify_sales``: Shopify's report of sales by product, or by variant SKU."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.delimited import open_table
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.sales_rows import names_product, sale
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns

__all__ = ["COLUMNS", "recognises", "shopify_sales"]

COLUMNS: Mapping[str, Sequence[str]] = {
    "product_id": ("product id", "product_id"),
    "sku": ("product variant sku", "product variant sku at time of sale", "variant sku", "product_variant_sku"),
    "name": ("product title", "product title at time of sale", "product_title"),
    "units": ("net items sold", "net quantity", "net_items_sold", "net_quantity"),
    "revenue": ("net sales", "total sales", "net_sales", "total_sales"),
    "day": ("day",),
}
"""Reports in use since 2024 say "net items sold", those before "net quantity"; a query's result has underscores."""

PERIOD = re.compile(r"(\d{4}-\d\d-\d\d) - (\d{4}-\d\d-\d\d)")
"""In the file's name, as Shopify gives it: ``Total sales by product - 2026-01-01 - 2026-01-31.csv``."""


def read(path: Path, options: ShopOptions) -> Iterator[Record | Dropped]:
    """Read a report of sales, one record per row: id is the row's place, group the product as far as it is named.

    Fields: ``product_id``, ``sku``, ``name``, ``units`` (sold less returned), ``revenue`` (net sales; without them,
    total sales), ``start`` and ``end`` (the row's day, or else the period in the file's name); ``views`` and
    ``added_to_cart`` are None.  Rows of which more came back than was sold are dropped, and those without a product
    (tips, shipping, a line of totals).
    """
    period = PERIOD.search(path.name)
    start, end = period.groups() if period else ("", "")
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, COLUMNS, needed=("name", "units"))
        yield from usable(rows, lambda row: [_sale(row, start, end)])


def recognises(path: Path, header: Sequence[str]) -> bool:  # noqa: ARG001 - all adapters are asked alike
    """Say whether a header is that of a report of sales by product."""
    columns = set(header)
    return all(columns.intersection(COLUMNS[field]) for field in ("name", "units"))


def _sale(row: ShopRow, start: str, end: str) -> Record | Dropped:
    if not names_product(row):
        return Dropped(origin=row.origin, reason="no product is named")
    day = row["day"]
    return sale(replace(row, cells={**row.cells, "start": day or start, "end": day or end}))


shopify_sales = DataAdapter(
    name="shopify_sales",
    table="sales",
    summary="Shopify's report of sales by product, or by variant SKU (CSV)",
    options=ShopOptions,
    read=with_workbooks(read),
)
