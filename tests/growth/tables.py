"""Everything that reads a table with many columns, under a name; all that is in the tables is invented."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from shoptune.components import AnyAdapter
from shoptune.data import Record
from shoptune.dataset.personal_data import without_personal_data
from shoptune.dataset.profile import Profile
from tests.registered import data_adapters

__all__ = ["TABLES"]

ROWS = 2


def _reader(adapter: str, header: Sequence[str], column: str, *, asked_for: bool = False) -> Callable[[int], object]:
    """Return what reads a table with so many columns beside `header`, in whose names ``{}`` is a number."""

    def read(columns: int) -> object:
        further = [column.format(number) for number in range(columns)]
        found: AnyAdapter = data_adapters()[adapter]
        options = found.options(attributes=further) if asked_for else found.options()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "products.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                rows = ([*(f"oak {row}" for _ in header), *("soft" for _ in further)] for row in range(ROWS))
                csv.writer(file).writerows([[*header, *further], *rows])
            return list(found.read(path, options))

    return read


def _profiled(columns: int) -> None:
    profile = Profile()
    for row in range(ROWS):
        profile.add(_record(columns, row))


def _masked(columns: int) -> None:
    for row in range(ROWS):
        without_personal_data(_record(columns, row), Counter(), Counter())


def _record(columns: int, row: int) -> Record:
    fields = {f"property {number}": "soft and warm" for number in range(columns)}
    return Record(id=str(row), group=str(row), origin=f"products.csv:{row + 2}", fields=fields)


_PLAIN = ("id", "name", "description", "price")
_MAGENTO = ("sku", "name", "description", "price")

TABLES: dict[str, Callable[[int], object]] = {
    "CSV": _reader("csv", _PLAIN, "property {}"),
    "CSV whose columns are attributes": _reader("csv", _PLAIN, "property {}", asked_for=True),
    "Magento's attributes": _reader("magento_products", _MAGENTO, "property {}"),
    "Magento's attributes that are asked for": _reader("magento_products", _MAGENTO, "property {}", asked_for=True),
    "Shopify's metafields": _reader(
        "shopify_products", ("Handle", "Title", "Body (HTML)"), "Wood {0} (product.metafields.custom.wood{0})"
    ),
    "WooCommerce's further fields": _reader("woocommerce_products", ("ID", "SKU", "Name", "Description"), "Meta: w{}"),
    "a merchant feed's columns": _reader("merchant_feed", ("id", "title", "description"), "property {}"),
    "a platform's properties": _reader("ebay_products", ("Action(Site)", "Title", "Description"), "C:Wood {}"),
    "profile": _profiled,
    "personal data": _masked,
}
"""Name -> the function, as it is called with a number of columns."""
