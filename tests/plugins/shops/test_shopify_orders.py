"""Shopify order exports: sales are read, people are not.  All orders and persons are invented."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_files.delimited import open_table
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns
from shoptune_shops.shopify_orders import shopify_orders

HEADER = (
    "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem sku,Billing Name,Billing Street,Shipping Phone,Notes,Cancelled at,Payment Method,Refunded Amount,"
    "Browser IP,Customer"
)
PERSONAL = {
    "Email": "ada.planted@invented.example",
    "Billing Name": "Ada Planted",
    "Billing Street": "Planted Road 7",
    "Shipping Phone": "+00 555 7531",
    "Notes": "ring twice, Planted",
    "Browser IP": "203.0.113.7",
    "Customer": "Planted-77",
}


def order(name: str, **cells: str) -> str:
    """Write one row; columns are named with underscores for spaces."""
    named = {"Name": name} | {key.replace("_", " "): value for key, value in cells.items()}
    return ",".join(f'"{named.get(column, "")}"' for column in HEADER.split(","))


def line(name: str, item: str, quantity: str = "1", price: str = "10.00", **cells: str) -> str:
    return order(name, Lineitem_name=item, Lineitem_quantity=quantity, Lineitem_price=price, **cells)


FIRST = {
    "Financial_Status": "paid",
    "Created_at": "2026-03-31 23:59:59 +0200",
    "Currency": "EUR",
    "Refunded_Amount": "0.00",
}


def read(folder: Path, *rows: str) -> list[Record | Dropped | Note]:
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return list(shopify_orders.read(path, ShopOptions()))


def test_a_real_header() -> None:
    path = Path(__file__).parent / "files" / "shopify_orders.csv"
    jumper, mug, refunded = shopify_orders.read(path, ShopOptions())
    common = {"order": "#1001", "created_at": "2026-03-31", "currency": "EUR"}
    assert jumper == Record(
        id="#1001/1",
        group="#1001",
        origin="shopify_orders.csv:2",
        fields=common | {"sku": "FJ-M", "name": "Fell Jumper - M / Wide", "quantity": 2, "price": 89.5},
    )
    assert mug == Record(
        id="#1001/2",
        group="#1001",
        origin="shopify_orders.csv:3",
        fields=common | {"sku": "", "name": "Tin Mug", "quantity": 1, "price": 10.0},
    )
    assert refunded == Dropped(origin="shopify_orders.csv:4", reason="refunded order", detail="#1000")


def test_one_record_per_line_item(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        line("#1001", "Fell Jumper - M", "2", "89.50", Lineitem_sku="FJ-M", **FIRST),
        line("#1001", "Tin Mug"),
        line("#1002", "Tin Mug", price="10,00", **FIRST),
    )
    common = {"order": "#1001", "created_at": "2026-03-31", "currency": "EUR"}
    assert records[:2] == [
        Record(
            id="#1001/1",
            group="#1001",
            origin="orders.csv:2",
            fields=common | {"sku": "FJ-M", "name": "Fell Jumper - M", "quantity": 2, "price": 89.5},
        ),
        Record(
            id="#1001/2",
            group="#1001",
            origin="orders.csv:3",
            fields=common | {"sku": "", "name": "Tin Mug", "quantity": 1, "price": 10.0},
        ),
    ]
    assert isinstance(records[2], Record)
    assert (records[2].id, records[2].fields["price"]) == ("#1002/1", 10.0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Cancelled_at": "2026-04-01 08:00:00 +0200"}, "cancelled order"),
        ({"Financial_Status": "voided"}, "voided order"),
        ({"Financial_Status": "Refunded"}, "refunded order"),
        ({"Financial_Status": "partially_refunded"}, "refunded order"),
        ({"Refunded_Amount": "5.00"}, "refunded order"),
        ({"Financial_Status": "expired"}, "expired order"),
        ({"Payment_Method": "Bogus Gateway (for testing purposes only)"}, "test order"),
        ({"Payment_Method": "Test"}, "test order"),
    ],
)
def test_all_lines_of_an_undone_order_are_dropped(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    records = read(tmp_path, line("#1", "Mug", **(FIRST | cells)), line("#1", "Jug"), line("#2", "Jug", **FIRST))
    assert records[:2] == [
        Dropped(origin="orders.csv:2", reason=reason, detail="#1"),
        Dropped(origin="orders.csv:3", reason=reason, detail="#1"),
    ]
    assert [isinstance(record, Record) for record in records] == [False, False, True]


def test_personal_data_reach_no_record(tmp_path: Path) -> None:
    planted = {key.replace(" ", "_"): value for key, value in PERSONAL.items()}
    records = read(
        tmp_path,
        line("#1", "Mug", **(FIRST | planted)),
        line("#1", "Jug", **planted),
        line("#2", "Mug", **(FIRST | planted | {"Cancelled_at": "2026-04-01"})),
        line("#3", "Mug", price="soon", **(FIRST | planted)),
    )
    assert len(records) == 5
    assert isinstance(records[3], Record)
    for value in (*PERSONAL.values(), "Planted"):
        assert value not in repr(records)


def test_rows_hold_no_column_that_was_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Name,Email,Note\n#1,ada.planted@invented.example,x\n")
    with open_table(path) as table:
        (row,) = select_columns(table, {"order": ("name",), "sku": ("lineitem sku",)})
    assert isinstance(row, ShopRow)
    assert (row.origin, row["order"], row["sku"], row["Email"]) == ("orders.csv:2", "#1", "", "")
    assert "planted" not in repr(row)


@pytest.mark.parametrize(
    ("rows", "number", "reason", "detail"),
    [
        ([line("", "Mug", **FIRST)], 3, "Name is empty", "every row needs one"),
        ([line("#1", "", **FIRST)], 3, "Lineitem name is empty", "found ''; every row needs one"),
        (
            [line("#1", "Mug", "1.5", **FIRST)],
            3,
            "Lineitem quantity is no whole number",
            "found '1.5'; write one such as 12",
        ),
        (
            [line("#1", "Mug", **(FIRST | {"Created_at": "03/04/2026 10:00"}))],
            3,
            "Created at is no date",
            "found '03/04/2026 10:00'; write one such as 2026-03-31",
        ),
    ],
)
def test_a_bad_order_is_counted_and_the_others_are_read(
    tmp_path: Path, rows: list[str], number: int, reason: str, detail: str
) -> None:
    records = read(tmp_path, line("#0", "Mug", **FIRST), *rows, line("#9", "Mug", **FIRST))
    bad = Dropped(origin=f"orders.csv:{number}", reason=reason, detail=detail, bad=True)
    assert [record for record in records if isinstance(record, Dropped)] == [bad]
    assert [record.id for record in records if isinstance(record, Record)] == ["#0/1", "#9/1"]


def test_tips_and_gift_cards_are_no_products(tmp_path: Path) -> None:
    names = ("Mug", "Tip", "Gift card - 50", "Geschenkgutschein (25 EUR)", "Tipi tent", "Gift card holder")
    first, *others = names
    rows = read(tmp_path, line("#1", first, **FIRST), *(line("#1", name) for name in others))
    assert [row.fields["name"] for row in rows if isinstance(row, Record)] == ["Mug", "Tipi tent", "Gift card holder"]
    assert [row.reason for row in rows if isinstance(row, Dropped)] == ["tip", "gift card", "gift card"]


def test_what_a_line_takes_back_is_below_zero(tmp_path: Path) -> None:
    rows = read(tmp_path, line("#1", "Mug", "3", **FIRST), line("#1", "Mug", "-1"))
    assert [row.fields["quantity"] for row in rows if isinstance(row, Record)] == [3, -1]


def test_orders_that_a_spreadsheet_sorted_are_put_together_again(tmp_path: Path) -> None:
    voided = FIRST | {"Financial_Status": "voided"}
    rows = read(tmp_path, line("#1", "Jug"), line("#2", "Mug", **FIRST), line("#1", "Mug", **voided))
    assert [row.fields["name"] for row in rows if isinstance(row, Record)] == ["Mug"]
    assert [row.reason for row in rows if isinstance(row, Dropped)] == ["voided order"] * 2


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["1/5/2026 10:12", "1/25/2026 9:00"], ["2026-01-05", "2026-01-25"]),
        (["5/1/2026 10:12", "25/1/2026 9:00"], ["2026-01-05", "2026-01-25"]),
        (["5.1.26 10:12", "6.1.26 9:00"], ["2026-01-05", "2026-01-06"]),
        (["2026/01/05 10:12", "2026/01/25 9:00"], ["2026-01-05", "2026-01-25"]),
    ],
)
def test_dates_that_a_spreadsheet_rewrote(tmp_path: Path, dates: list[str], expected: list[str]) -> None:
    rows = [line(f"#{n}", "Mug", **(FIRST | {"Created_at": day})) for n, day in enumerate(dates)]
    found = read(tmp_path, *rows)
    assert [row.fields["created_at"] for row in found if isinstance(row, Record)] == expected


def test_dates_that_nothing_tells_apart_are_one_error(tmp_path: Path) -> None:
    rows = [line(f"#{n}", "Mug", **(FIRST | {"Created_at": f"1/{n}/2026 10:12"})) for n in (5, 6)]
    with pytest.raises(DataError, match=r"orders.csv:2: Created at is '1/5/2026 10:12', and no date .* spreadsheet"):
        read(tmp_path, *rows)


def test_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Name,Created at,Lineitem quantity,Lineitem nam,Lineitem price\n#1,2026-03-31,1,Mug,1\n")
    with pytest.raises(DataError, match=r"orders.csv:1: there is no column 'lineitem name' .* mean 'Lineitem nam'\?"):
        list(shopify_orders.read(path, ShopOptions()))


# What is written in Shopify's dialect is read back: orders -> file -> the same order lines.

text = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
text = text.filter(lambda word: clean_text(word) == word)
item = st.fixed_dictionaries(
    {"sku": text | st.just(""), "name": text, "quantity": st.integers(0, 99), "price": st.integers(0, 10**6)}
)


@given(st.lists(st.lists(item, min_size=1, max_size=3), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, orders: list[list[dict[str, Any]]], end: str
) -> None:
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER.split(","), restval="", lineterminator=end)
        writer.writeheader()
        for order_number, items in enumerate(orders):
            for number, one in enumerate(items):
                row = {"Name": f"#{order_number}", "Lineitem sku": one["sku"], "Lineitem name": one["name"]}
                row |= {"Lineitem quantity": one["quantity"], "Lineitem price": f"{one['price'] / 100:.2f}"}
                row |= {key.replace("_", " "): value for key, value in FIRST.items()} if number == 0 else {}
                writer.writerow(row | PERSONAL)
    records = [record for record in shopify_orders.read(path, ShopOptions()) if isinstance(record, Record)]
    assert [(record.group, record.fields["sku"], record.fields["name"]) for record in records] == [
        (f"#{number}", one["sku"], one["name"]) for number, items in enumerate(orders) for one in items
    ]
    assert [(record.fields["quantity"], record.fields["price"]) for record in records] == [
        (one["quantity"], one["price"] / 100) for items in orders for one in items
    ]
