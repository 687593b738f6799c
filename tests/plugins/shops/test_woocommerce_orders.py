"""WooCommerce orders as export plugins write them: sales are read, people are not.  All of them are invented."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_shops.order_lines import no_product
from shoptune_shops.woocommerce_orders import WooCommerceOrderOptions, woocommerce_orders

FILES = Path(__file__).parent / "files"
HEADER = "order_id,order_date,status,order_currency,item_sku,item_name,item_quantity,item_price,billing_email\n"


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped | Note]:
    path = folder / "orders.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(woocommerce_orders.read(path, WooCommerceOrderOptions(**options)))


def line(order: str, number: int, origin: str, /, **fields: Any) -> Record:
    return Record(id=f"{order}/{number}", group=order, origin=origin, fields={"order": order, "currency": ""} | fields)


def test_an_export_of_advanced_order_export() -> None:
    name = "woocommerce_orders_advanced.csv"
    day = {"created_at": "2026-03-31", "product_id": ""}
    song = day | {"created_at": "2026-04-02", "sku": "song", "name": "Hill Song", "quantity": 1, "price": 1.0}
    assert list(woocommerce_orders.read(FILES / name, WooCommerceOrderOptions())) == [
        line("3001", 1, f"{name}:2", **day, sku="fell-tee-moss", name="Fell Tee - Moss", quantity=2, price=25.0),
        line("3001", 2, f"{name}:3", **day, sku="", name="+1 Mug", quantity=1, price=10.5),
        Dropped(origin=f"{name}:4", reason="refunded line", detail="3001/3"),
        Dropped(origin=f"{name}:5", reason="on hold order", detail="3002"),
        line("3003", 1, f"{name}:6", **song),
    ]


def test_an_export_of_customer_order_coupon_export() -> None:
    name = "woocommerce_orders_default.csv"
    day = {"created_at": "2026-03-31", "currency": "EUR"}
    tee = {"product_id": "44", "sku": "fell-tee-moss", "name": "Fell Tee - Moss", "quantity": 2, "price": 25.0}
    mug = {"product_id": "46", "sku": "", "name": "+1 Mug", "quantity": 1, "price": 10.5}
    assert list(woocommerce_orders.read(FILES / name, WooCommerceOrderOptions())) == [
        line("3001", 1, f"{name}:2", **day, **tee),  # three at 25.00, one of which came back
        line("3001", 2, f"{name}:3", **day, **mug),
        Dropped(origin=f"{name}:4", reason="cancelled order", detail="3002"),
    ]


def test_tips_and_gift_cards_are_no_products_and_returns_are_below_zero(tmp_path: Path) -> None:
    rows = [("Mug", 3), ("Pourboire", 1), ("Buono regalo - 20", 1), ("Mug", -1)]
    content = "".join(f"1,1/31/2026,completed,EUR,,{name},{units},5,\n" for name, units in rows)
    found = read(tmp_path, HEADER + content)
    kept = [(row.fields["name"], row.fields["quantity"]) for row in found if isinstance(row, Record)]
    assert kept == [("Mug", 3), ("Mug", -1)]
    assert [row.reason for row in found if isinstance(row, Dropped)] == ["tip", "gift card"]
    assert {row.fields["created_at"] for row in found if isinstance(row, Record)} == {"2026-01-31"}


@pytest.mark.parametrize("name", ["woocommerce_orders_advanced.csv", "woocommerce_orders_default.csv"])
def test_personal_data_reach_no_record(name: str) -> None:
    content = (FILES / name).read_text(encoding="utf-8")
    records = repr(list(woocommerce_orders.read(FILES / name, WooCommerceOrderOptions())))
    for value in ("Planted", "ada.planted", "555 7531"):
        assert value in content
        assert value not in records


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("completed", ""),
        ("wc-processing", ""),
        ("Processing", ""),
        ("wc-on-hold", "on hold order"),
        ("Pending payment", "pending payment order"),
        ("Refunded", "refunded order"),
        ("wc-failed", "failed order"),
        ("trash", "trash order"),
    ],
)
def test_only_sales_count(tmp_path: Path, status: str, reason: str) -> None:
    (record,) = read(tmp_path, f"{HEADER}1,2026-01-01,{status},EUR,a,A,1,5,x@invented.example\n")
    assert (
        isinstance(record, Record)
        if not reason
        else record == Dropped(origin="orders.csv:2", reason=reason, detail="1")
    )


def test_a_shop_may_have_statuses_of_its_own(tmp_path: Path) -> None:
    (record,) = read(tmp_path, f"{HEADER}1,2026-01-01,Ready to ship,EUR,a,A,1,5,\n", statuses=("ready_to_ship",))
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (",2026-01-01,completed,EUR,a,A,1,5,", "order_id is empty", "every row needs one"),
        ("2,2026-01-01,,EUR,a,A,1,5,", "status is empty", "found ''; every row needs one"),
        (
            "2,yesterday,completed,EUR,a,A,1,5,",
            "order_date is no date",
            "found 'yesterday'; write one such as 2026-03-31",
        ),
        ("2,2026-01-01,completed,EUR,a,,1,5,", "item_name is empty", "found ''; every row needs one"),
        ("2,2026-01-01,completed,EUR,a,A,x,5,", "item_quantity is no whole number", "found 'x'; write one such as 12"),
        ("2,2026-01-01,completed,EUR,a,A,1,x,", "item_price is no amount", "found 'x'; write one such as 12.50"),
    ],
)
def test_a_bad_order_is_counted_and_the_others_are_read(tmp_path: Path, row: str, reason: str, detail: str) -> None:
    good = "2026-01-01,completed,EUR,a,A,1,5,\n"
    records = read(tmp_path, f"{HEADER}1,{good}{row}\n9,{good}")
    assert [record.id for record in records if isinstance(record, Record)] == ["1/1", "9/1"]
    bad = Dropped(origin="orders.csv:3", reason=reason, detail=detail, bad=True)
    assert [record for record in records if isinstance(record, Dropped)] == [bad]


@pytest.mark.parametrize("items", ["line_items", "line_item_1"])
def test_an_export_with_all_items_in_one_row_says_how_to_make_another(tmp_path: Path, items: str) -> None:
    with pytest.raises(DataError, match="one row per item"):
        read(tmp_path, f"order_id,order_date,status,{items}\n1,2026-01-01,completed,name:Mug|quantity:1\n")


def test_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'order_date' or .* mean 'order_dat'\?"):
        read(tmp_path, "order_id,order_dat,status,item_name\n1,2026-01-01,completed,Mug\n")


# What is written in the plugins' dialects is read back: orders -> file -> the same order lines.

ADVANCED = ["Order Number", "Order Status", "Order Date", "SKU", "Item Name", "Quantity (- Refund)", "Item Cost"]
DEFAULT = ["order_id", "status", "order_date", "item_sku", "item_name", "item_quantity", "item_subtotal"]


def is_clean(text: str) -> bool:
    return clean_text(text) == text


text = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(is_clean)
text = text.filter(lambda text: text[0] not in "'=+-@")
name = text.filter(lambda text: not no_product(text))
item = st.fixed_dictionaries(
    {"sku": text | st.just(""), "name": name, "quantity": st.integers(1, 99), "cents": st.integers(0, 10**6)}
)


@given(st.lists(st.lists(item, min_size=1, max_size=3), min_size=1, max_size=4), st.sampled_from([ADVANCED, DEFAULT]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, orders: list[list[dict[str, Any]]], header: list[str]
) -> None:
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "billing_email"])
        for number, items in enumerate(orders):
            for one in items:
                price = one["cents"] / 100 * (one["quantity"] if header is DEFAULT else 1)
                row = (
                    number,
                    "completed",
                    "2026-01-31 10:00:00",
                    one["sku"],
                    one["name"],
                    one["quantity"],
                    f"{price:.2f}",
                )
                writer.writerow([*row, "planted@invented.example"])
    records = [r for r in woocommerce_orders.read(path, WooCommerceOrderOptions()) if isinstance(r, Record)]
    fields = [(r.group, r.fields["sku"], r.fields["name"], r.fields["quantity"], r.fields["price"]) for r in records]
    assert fields == [
        (str(number), one["sku"], one["name"], one["quantity"], pytest.approx(one["cents"] / 100))
        for number, items in enumerate(orders)
        for one in items
    ]
    assert "planted" not in repr(records)
