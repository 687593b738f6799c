"""The adapter ``generic_sales``: sales figures by product from any table, its columns named in the experiment file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.delimited import open_table
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.order_lines import find_date_order
from shoptune_shops.sales_rows import NAMES, sale
from shoptune_shops.shop_rows import ShopOptions, select_columns

__all__ = ["COLUMNS", "SalesOptions", "generic_sales", "recognises"]

SaleField = Literal["product_id", "sku", "name", "views", "added_to_cart", "units", "revenue", "start", "end"]


class SalesOptions(ShopOptions):
    """How a table of sales is read."""

    columns: dict[SaleField, str] = Field(default_factory=dict)
    """Our field -> the file's column; default: columns called as our fields are."""


COLUMNS: Mapping[str, Sequence[str]] = {
    "product_id": ("product_id",),
    "sku": ("sku",),
    "name": ("name",),
    "views": ("views",),
    "added_to_cart": ("added_to_cart",),
    "units": ("units",),
    "revenue": ("revenue",),
    "start": ("start",),
    "end": ("end",),
}


def read(path: Path, options: SalesOptions) -> Iterator[Record | Dropped]:
    """Read a table of sales, one record per row: id is the row's place, group the product as far as it is named.

    Fields: ``product_id``, ``sku`` and ``name`` (at least one), ``views``, ``added_to_cart``, ``units`` (sold),
    ``revenue``, ``start`` and ``end`` (ISO dates, first and last day).  What is absent is "" or None.
    """
    named: dict[str, Sequence[str]] = {field: (column.casefold(),) for field, column in options.columns.items()}
    wanted = {**COLUMNS, **named}
    dates = find_date_order(path, options, wanted, ("start", "end"))
    with open_table(path, encoding=options.encoding) as table:
        header = {column.casefold() for column in table.header}
        if not any(header.intersection(wanted[name]) for name in NAMES):
            raise DataError(
                f"{table.origin}: no column names the product; say which one does, for example "
                f"'columns: {{sku: {table.header[0]}}}'. There are: {', '.join(table.header)}."
            )
        rows = select_columns(table, wanted, needed=("units", *named))
        yield from usable(rows, lambda row: [sale(row, dates)])


def recognises(path: Path, header: Sequence[str]) -> bool:  # noqa: ARG001 - all adapters are asked alike
    """Say whether a header is that of sales under our own names."""
    columns = set(header)
    return "units" in columns and bool(columns.intersection(NAMES)) and bool(columns & {"revenue", "views", "start"})


generic_sales = DataAdapter(
    name="generic_sales",
    table="sales",
    summary="Sales by product (CSV): units, and product_id, sku or name; perhaps views, revenue, start, end",
    options=SalesOptions,
    read=with_workbooks(read),
)
