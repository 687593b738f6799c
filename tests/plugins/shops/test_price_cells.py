"""What 1.299 means in a shop's export: the prices beside it tell, or their currency, or nobody."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from shoptune.data import Dropped, Note, Record
from shoptune_shops.magento_products import MagentoOptions, magento_products
from shoptune_shops.platform_products import OwnPlatformOptions, platform_products
from shoptune_shops.shopify_products import ProductOptions, shopify_products
from shoptune_shops.woocommerce_products import WooCommerceOptions, woocommerce_products

Found = Iterable[Record | Dropped | Note]
Read = Callable[[Path, Sequence[str]], Found]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    file = path / "products.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return file


def shopify(path: Path, prices: Sequence[str]) -> Found:
    rows = [(f"h{n}", f"Blanket {n}", "Warm.", price) for n, price in enumerate(prices)]
    header = ("Handle", "Title", "Body (HTML)", "Variant Price")
    return shopify_products.read(_write(path, header, rows), ProductOptions())


def woocommerce(path: Path, prices: Sequence[str]) -> Found:
    rows = [(str(n), "simple", f"S{n}", f"Blanket {n}", "1", "Warm.", price) for n, price in enumerate(prices)]
    header = ("ID", "Type", "SKU", "Name", "Published", "Description", "Regular price")
    return woocommerce_products.read(_write(path, header, rows), WooCommerceOptions())


def magento(path: Path, prices: Sequence[str]) -> Found:
    rows = [(f"S{n}", "simple", "Default", f"Blanket {n}", "Warm.", price) for n, price in enumerate(prices)]
    header = ("sku", "product_type", "attribute_set_code", "name", "description", "price")
    return magento_products.read(_write(path, header, rows), MagentoOptions())


def platform(path: Path, prices: Sequence[str], currency: str = "") -> Found:
    rows = [(f"S{n}", f"Blanket {n}", "Warm.", price, currency) for n, price in enumerate(prices)]
    columns = {"id": "no", "name": "title", "description": "text", "price": "costs", "currency": "in"}
    table = {"summary": "An invented form", "columns": columns}
    file = _write(path, ("no", "title", "text", "costs", "in"), rows)
    return platform_products.read(file, OwnPlatformOptions.model_validate({"platform": table}))


ADAPTERS = pytest.mark.parametrize("read", [shopify, woocommerce, magento, platform])


def sorted_out(found: Found) -> tuple[list[float | None], list[Note]]:
    every = list(found)
    assert not [row for row in every if isinstance(row, Dropped)]
    prices = [row.fields["price"] for row in every if isinstance(row, Record)]
    return prices, [row for row in every if isinstance(row, Note) and row.topic == "prices"]


@ADAPTERS
@pytest.mark.parametrize(
    ("prices", "amounts"),
    [
        (["1.299", *["899"] * 300, "12,50"], [1299.0, *[899.0] * 300, 12.5]),  # however far down the evidence stands
        (["1.299", "12.50"], [1.299, 12.5]),
        (["1.299 €", "899 €"], [1299.0, 899.0]),
    ],
)
def test_the_other_prices_tell(
    tmp_path: Path, read: Read, prices: Sequence[str], amounts: Sequence[float | None]
) -> None:
    assert sorted_out(read(tmp_path, prices)) == (amounts, [])


@ADAPTERS
@pytest.mark.parametrize("beside", [["899"], ["12.50", "12,50"], []])
def test_what_nothing_tells_is_no_price_and_is_said(tmp_path: Path, read: Read, beside: Sequence[str]) -> None:
    prices, notes = sorted_out(read(tmp_path, ["1.299", *beside, "2.499"]))
    assert (prices[0], prices[-1]) == (None, None)
    said: dict[str, str | int | float] = {
        "a thousand and more, or one and a bit: not read": 2,
        "the first of these": "products.csv:2: '1.299'",
    }
    (note,) = notes
    remedy = str(note.figures["what to do"])
    assert note == Note(topic="prices", figures={**said, "what to do": remedy})
    assert ("same decimal mark" in remedy) is (len(beside) == 2)


@ADAPTERS
def test_the_remedy_for_what_nothing_tells_is_one(tmp_path: Path, read: Read) -> None:
    assert "1.299,00" in str(sorted_out(read(tmp_path, ["1.299", "2.499"]))[1])
    assert sorted_out(read(tmp_path, ["1.299,00", "2.499"])) == ([1299.0, 2499.0], [])


def test_the_currency_tells_where_no_other_price_does(tmp_path: Path) -> None:
    assert sorted_out(platform(tmp_path, ["1.299", "899"], "EUR")) == ([1299.0, 899.0], [])
    assert sorted_out(platform(tmp_path, ["1.299", "899.500"], "KWD"))[0] == [None, None]
    assert sorted_out(platform(tmp_path, ["1.299", "12.50", "12,50"], "EUR"))[0] == [None, 12.5, 12.5]
