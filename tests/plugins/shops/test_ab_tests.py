"""A/B test files.  All figures are invented."""

from pathlib import Path

import pytest

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_shops.ab_tests import ab_tests
from shoptune_shops.shop_rows import ShopOptions

HEADER = "product_id,variant_id,text,exposures,conversions,start,end"


def read(folder: Path, *rows: str, header: str = HEADER) -> list[Record | Dropped]:
    path = folder / "ab_tests.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return list(ab_tests.read(path, ShopOptions()))


def test_one_record_per_text(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        'jumper,A,"Warm, and\nkind.",1200,54,2026-01-01,2026-01-31',
        "jumper,B,Warm.,1180,0,2026-01-01T00:00:00Z,2026-01-31 23:59",
    )
    common = {"product_id": "jumper", "start": "2026-01-01", "end": "2026-01-31"}
    assert records == [
        Record(
            id="jumper/A",
            group="jumper",
            origin="ab_tests.csv:2",
            fields=common | {"variant_id": "A", "text": "Warm, and\nkind.", "exposures": 1200, "conversions": 54},
        ),
        Record(
            id="jumper/B",
            group="jumper",
            origin="ab_tests.csv:4",
            fields=common | {"variant_id": "B", "text": "Warm.", "exposures": 1180, "conversions": 0},
        ),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("p,A,x,10,11,2026-01-01,2026-01-02", "conversions: 11 conversions of 10 exposures can't be."),
        ("p,A,x,-1,0,2026-01-01,2026-01-02", "exposures: found '-1'; write a whole number such as 12."),
        ("p,A,x,many,0,2026-01-01,2026-01-02", "exposures: found 'many'; write a whole number such as 12."),
        ("p,A,x,10,²,2026-01-01,2026-01-02", "conversions: found '²'; write a whole number such as 12."),
        ("p,A,x,10,1,2026-02-30,2026-01-02", "start: found '2026-02-30'; write a date such as 2026-03-31."),
        ("p,A,x,10,1,2026-01-01,", "end: found ''; write a date such as 2026-03-31."),
        ("p,A,x,10,1,2026-01-02,2026-01-01", "end: 2026-01-01 is before the start, 2026-01-02."),
        (",A,x,10,1,2026-01-01,2026-01-02", "product_id: found ''; this can't be empty."),
        ("p, ,x,10,1,2026-01-01,2026-01-02", "variant_id: found ''; this can't be empty."),
        ("p,A,,10,1,2026-01-01,2026-01-02", "text: found ''; this can't be empty."),
        (
            "q,A,x,10,1,2026-01-01,2026-01-02",
            "variant_id: 'q/A' stands at ab_tests.csv:2 too; name each test's variants apart.",
        ),
    ],
)
def test_bad_input(tmp_path: Path, row: str, expected: str) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, "q,A,x,10,1,2026-01-01,2026-01-02", row)
    assert str(raised.value) == f"ab_tests.csv:3: {expected}"


def test_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, "p,A,x,10,1,2026-01-01", header="product_id,variant_id,text,exposures,conversions,start")
    assert str(raised.value).startswith("ab_tests.csv:1: there is no column 'end' (upper or lower case). ")
