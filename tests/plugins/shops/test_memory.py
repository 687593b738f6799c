"""Exports are read as a stream: memory does not grow with the texts in them."""

import csv
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from shoptune.data import Dropped, Record
from shoptune_shops.magento_products import MagentoOptions, magento_products
from shoptune_shops.shopify_products import ProductOptions, shopify_products
from shoptune_shops.woocommerce_products import WooCommerceOptions, woocommerce_products

PRODUCTS = 400
TEXT = "Knitted slowly. " * 1250  # 20,000 characters, so 8 million in all

SHOPIFY = ["URL handle", "Title", "Description", "SKU"]
WOOCOMMERCE = ["ID", "Type", "SKU", "Parent", "Name", "Description"]
MAGENTO = ["sku", "name", "description", "configurable_variations"]


def shopify_rows(n: int) -> list[list[str]]:
    return [[f"p{n}", f"P {n}", TEXT, f"p{n}-s"], [f"p{n}", "", "", f"p{n}-m"]]


def woocommerce_rows(n: int) -> list[list[str]]:
    return [[f"1{n}", "variable", f"p{n}", "", f"P {n}", TEXT], [f"2{n}", "variation", f"p{n}-s", f"p{n}", "P", TEXT]]


def magento_rows(n: int) -> list[list[str]]:
    return [[f"p{n}-s", f"P {n} S", TEXT, ""], [f"p{n}", f"P {n}", TEXT, f"sku=p{n}-s,size=S"]]


@pytest.mark.parametrize(
    ("header", "rows", "read"),
    [
        (SHOPIFY, shopify_rows, lambda path: shopify_products.read(path, ProductOptions())),
        (WOOCOMMERCE, woocommerce_rows, lambda path: woocommerce_products.read(path, WooCommerceOptions())),
        (MAGENTO, magento_rows, lambda path: magento_products.read(path, MagentoOptions())),
    ],
    ids=["shopify", "woocommerce", "magento"],
)
def test_memory_does_not_grow_with_the_texts(
    tmp_path: Path,
    header: Sequence[str],
    rows: Callable[[int], list[list[str]]],
    read: Callable[[Path], Iterable[Record | Dropped]],
) -> None:
    path = tmp_path / "products.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(row for n in range(PRODUCTS) for row in rows(n))])
    tracemalloc.start()
    try:
        count = sum(isinstance(record, Record) for record in read(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == PRODUCTS
    assert peak < 3e6
