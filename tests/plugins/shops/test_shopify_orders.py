"""Shopify order exports: sales are read, people are not.  All orders and persons are invented."""

from pathlib import Path

import pytest

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.delimited import open_table
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns
from shoptune_shops.shopify_orders import shopify_orders

HEADER = (
    "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem sku,Billing Name,Billing Street,Shipping Phone,Notes,Cancelled at,Refunded Amount,Browser IP,Customer"
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


def read(folder: Path, *rows: str) -> list[Record | Dropped]:
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return list(shopify_orders.read(path, ShopOptions()))


def refused(folder: Path, *rows: str) -> str:
    with pytest.raises(DataError) as raised:
        read(folder, *rows)
    return str(raised.value)


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
    )
    assert len(records) == 3
    for value in PERSONAL.values():
        assert value not in repr(records)
        assert value not in refused(tmp_path, line("#1", "Mug", price="?", **(FIRST | planted)))
    assert "Planted" not in repr(records)


def test_rows_hold_no_column_that_was_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Name,Email,Note\n#1,ada.planted@invented.example,x\n")
    with open_table(path) as table:
        (row,) = select_columns(table, {"order": ("name",), "sku": ("lineitem sku",)})
    assert row == ShopRow("orders.csv:2", {"order": "#1"}, {"order": "Name"})
    assert row["sku"] == ""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([line("", "Mug", **FIRST)], "orders.csv:2: Name: found ''; this can't be empty."),
        ([line("#1", "", **FIRST)], "orders.csv:2: Lineitem name: found ''; this can't be empty."),
        (
            [line("#1", "Mug", "1.5", **FIRST)],
            "orders.csv:2: Lineitem quantity: found '1.5'; write a whole number such as 12.",
        ),
        (
            [line("#1", "Mug", **FIRST), line("#1", "Jug", price="")],
            "orders.csv:3: Lineitem price: found ''; write an amount such as 12.50.",
        ),
        (
            [line("#1", "Mug", **(FIRST | {"Created_at": "31/03/2026 10:00"}))],
            "orders.csv:2: Created at: found '31/03/2026 10:00'; write a date such as 2026-03-31.",
        ),
        (
            [line("#1", "Mug", **FIRST), line("#2", "Mug", **FIRST), line("#1", "Jug")],
            "orders.csv:4: Name: '#1' stands at orders.csv:2 too; its rows must stand together: mend or sort the file.",
        ),
    ],
)
def test_bad_input(tmp_path: Path, rows: list[str], expected: str) -> None:
    assert refused(tmp_path, *rows) == expected


def test_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Name,Created at,Lineitem quantity,Lineitem nam,Lineitem price\n#1,2026-03-31,1,Mug,1\n")
    with pytest.raises(DataError, match=r"orders.csv:1: there is no column 'lineitem name' .* mean 'Lineitem nam'\?"):
        list(shopify_orders.read(path, ShopOptions()))
