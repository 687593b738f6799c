"""Numbers that are not what they seem.  All products are invented."""

from typing import Any

from shoptune.data import Record
from shoptune.dataset.profile.numbers import NumberCheck


def warnings(*rows: dict[str, Any]) -> list[str]:
    check = NumberCheck()
    for number, fields in enumerate(rows, start=2):
        record_id = fields.pop("id", f"products.csv:{number}")
        group = fields.pop("group", record_id)
        check.add(Record(id=record_id, group=group, origin=f"products.csv:{number}", fields=fields))
    return list(check.warnings())


def test_prices_that_could_not_be_read_are_counted() -> None:
    assert warnings({"price": 12.5}, {"price": "on request"}, {"price": "2 or 3"}, {"price": None}, {"price": ""}) == [
        "price: 2 records without one amount that can be read (first: products.csv:3: 'on request')"
    ]


def test_prices_that_could_be_either_have_a_remedy() -> None:
    (said,) = warnings({"price": 12.5}, {"price": "2.349"}, {"price": "1.299"})
    assert said.startswith("price: 2 records with a thousand and more, or one and a bit, which are not read (first: ")
    assert "products.csv:3: '2.349'" in said
    assert "1299.00" in said


def test_long_numbers_that_a_spreadsheet_shortened() -> None:
    (sku, gtin) = warnings({"sku": "4.06E+12", "gtin": "4,06021E+12"}, {"sku": "A-1", "gtin": "4060210000018"})
    assert sku.startswith("sku: 1 record with a number in scientific notation")
    assert "products.csv:2: '4.06E+12'" in sku
    assert "with the column formatted as text" in gtin
    assert warnings({"id": "4.06E+12"})[0].startswith("id: 1 record")


def test_skus_that_products_share() -> None:
    (said,) = warnings(*({"sku": "A-1", "description": "x"} for _ in range(3)), {"sku": "B", "description": "y"})
    assert said.startswith("sku: 3 products share 1 SKU (first: products.csv:3: 'A-1')")


def test_variants_and_order_lines_may_share_a_sku() -> None:
    assert not warnings(
        {"sku": "A-1", "description": "x", "group": "g"}, {"sku": "A-1", "description": "x", "group": "g"}
    )
    assert not warnings({"sku": "A-1", "quantity": 1}, {"sku": "A-1", "quantity": 2})


def test_codes_are_no_numbers_in_scientific_notation() -> None:
    assert not warnings({"sku": "1E"}, {"sku": "E12"}, {"sku": "12E3A"}, {"sku": "4.06"})
