"""Shopify's reports of sales by product and by variant SKU.  All figures are invented."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.delimited import peek_header
from shoptune_shops.shop_rows import ShopOptions
from shoptune_shops.shopify_sales import recognises, shopify_sales

FILES = Path(__file__).parent / "files"
BY_PRODUCT = "shopify_sales_by_product - 2026-01-01 - 2026-01-31.csv"


def read(path: Path) -> list[Record | Dropped | Note]:
    return list(shopify_sales.read(path, ShopOptions()))


def write(folder: Path, content: str) -> Path:
    path = folder / "sales.csv"
    path.write_text(content, encoding="utf-8")
    return path


def fields(**known: Any) -> dict[str, Any]:
    absent = {**dict.fromkeys(("product_id", "sku", "name", "start", "end"), ""), "views": None, "added_to_cart": None}
    return absent | known


def test_sales_by_product_with_the_period_in_the_name() -> None:
    january = {"start": "2026-01-01", "end": "2026-01-31"}
    assert read(FILES / BY_PRODUCT) == [
        Record(
            id=f"{BY_PRODUCT}:2",
            group="Fell Jumper",
            origin=f"{BY_PRODUCT}:2",
            fields=fields(name="Fell Jumper", units=33, revenue=2744.0, **january),
        ),
        Record(
            id=f"{BY_PRODUCT}:3",
            group="Tin Mug, half a pint",
            origin=f"{BY_PRODUCT}:3",
            fields=fields(name="Tin Mug, half a pint", units=1204, revenue=52976.0, **january),
        ),
        Dropped(origin=f"{BY_PRODUCT}:4", reason="more came back than was sold", detail="Kettle"),
        Dropped(origin=f"{BY_PRODUCT}:5", reason="no product is named"),
        Dropped(
            origin=f"{BY_PRODUCT}:6",
            reason="Net items sold is no whole number",
            detail="found '1.5'; write one such as 1204",
            bad=True,
        ),
    ]


def test_sales_by_variant_sku_and_day() -> None:
    small, medium = read(FILES / "shopify_sales_by_sku.csv")
    assert small == Record(
        id="shopify_sales_by_sku.csv:2",
        group="FELL-S-G",
        origin="shopify_sales_by_sku.csv:2",
        fields=fields(sku="FELL-S-G", name="Fell Jumper", units=2, revenue=179.0, start="2026-01-01", end="2026-01-01"),
    )
    assert isinstance(medium, Record)
    assert (medium.fields["units"], medium.fields["revenue"], medium.fields["end"]) == (0, -10.0, "2026-01-02")


def test_the_result_of_a_query_with_net_quantity() -> None:
    (record,) = read(FILES / "shopify_sales_older.csv")
    assert isinstance(record, Record)
    assert record.fields == fields(name="Fell Jumper", units=33, revenue=2744.0)


@pytest.mark.parametrize(
    ("header", "cells", "revenue"),
    [
        ("Net sales,Total sales", "1.00,2.00", 1.0),
        ("Total sales,Net sales", "2.00,1.00", 1.0),
        ("Total sales", "2.00", 2.0),
        ("Taxes", "2.00", None),
    ],
)
def test_net_sales_go_before_total_sales(tmp_path: Path, header: str, cells: str, revenue: float | None) -> None:
    (record,) = read(write(tmp_path, f"Product title,Net quantity,{header}\nA,1,{cells}\n"))
    assert isinstance(record, Record)
    assert record.fields["revenue"] == revenue


@pytest.mark.parametrize(
    ("content", "column"),
    [("Product title,Gross sales\nA,1\n", "net items sold"), ("Product type,Net quantity\nA,1\n", "product title")],
)
def test_missing_columns(tmp_path: Path, content: str, column: str) -> None:
    with pytest.raises(DataError, match=f"^sales.csv:1: there is no column '{column}' or "):
        read(write(tmp_path, content))


def recognised(path: Path) -> bool:
    return recognises(path, [column.casefold() for column in peek_header(path)])


@pytest.mark.parametrize("name", [BY_PRODUCT, "shopify_sales_by_sku.csv", "shopify_sales_older.csv"])
def test_reports_are_recognised(name: str) -> None:
    assert recognised(FILES / name)


@pytest.mark.parametrize("header", ["Product title,Gross sales", "Day,Net items sold", "product_id,units,revenue", ""])
def test_other_files_are_not(tmp_path: Path, header: str) -> None:
    assert not recognised(write(tmp_path, header))
    assert not recognised(tmp_path / "missing.csv")


name = st.text(st.sampled_from('abcß ,;"\n'), min_size=1, max_size=12).map(lambda text: " ".join(text.split()))
row = st.fixed_dictionaries(
    {
        "Product title": name,
        "Product variant SKU": name,
        "Net items sold": st.integers(-3, 10**6),
        "Net sales": st.integers(-(10**6), 10**8).map(lambda cents: cents / 100),
    }
)


@given(st.lists(row, min_size=1, max_size=5), st.sampled_from([",", ";"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[Mapping[str, Any]], separator: str
) -> None:
    path = tmp_path_factory.mktemp("shop") / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows(rows)
    for record, row in zip(read(path), rows, strict=True):
        title, sku = row["Product title"], row["Product variant SKU"]
        units, revenue = row["Net items sold"], row["Net sales"]
        if not title and not sku:
            assert isinstance(record, Dropped)
            assert (record.reason, record.bad) == ("no product is named", False)
        elif units < 0:
            assert isinstance(record, Dropped)
            assert (record.reason, record.bad) == ("more came back than was sold", False)
        else:
            assert isinstance(record, Record)
            assert record.fields == fields(sku=sku, name=title, units=units, revenue=revenue)
