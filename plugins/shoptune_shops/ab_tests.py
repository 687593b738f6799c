"""The adapter ``ab_tests``: which text of a product was shown how often, and how often it sold."""

from collections.abc import Iterator
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.delimited import open_table
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.dates import DateOrder
from shoptune_shops.order_lines import find_date_order
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns

__all__ = ["ab_tests"]

COLUMNS = {name: (name,) for name in ("product_id", "variant_id", "text", "exposures", "conversions", "start", "end")}


def read(path: Path, options: ShopOptions) -> Iterator[Record | Dropped]:
    """Read an A/B test file, one record per text: id ``product/variant``, group the product.

    Fields: ``product_id``, ``variant_id``, ``text``, ``exposures`` and ``conversions`` (whole numbers, conversions no
    more than exposures), ``start`` and ``end`` (ISO dates, first and last day).
    """
    dates = find_date_order(path, options, COLUMNS, ("start", "end"))
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, COLUMNS, needed=COLUMNS)
        yield from usable(rows, lambda row: [_record(row, dates)])


def _record(row: ShopRow, dates: DateOrder | None) -> Record:
    product, variant = row.text("product_id"), row.text("variant_id")
    exposures, conversions = row.count("exposures"), row.count("conversions")
    start, end = row.iso_date("start", dates), row.iso_date("end", dates)
    if conversions > exposures:
        raise row.error("conversions", "exceeds exposures", f"{conversions} of {exposures}")
    if end < start:
        raise row.error("end", "is before start", f"{end} is before {start}")
    fields = {
        "product_id": product,
        "variant_id": variant,
        "text": row.text("text"),
        "exposures": exposures,
        "conversions": conversions,
        "start": start,
        "end": end,
    }
    return Record(id=f"{product}/{variant}", group=product, origin=row.origin, fields=fields)


ab_tests = DataAdapter(
    name="ab_tests",
    table="tests",
    summary="A/B tests of texts (CSV): product_id, variant_id, text, exposures, conversions, start, end",
    options=ShopOptions,
    read=with_workbooks(read),
)
