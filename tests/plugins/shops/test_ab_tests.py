"""A/B test files.  All figures are invented."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_shops.ab_tests import ab_tests
from shoptune_shops.shop_rows import ShopOptions

HEADER = "product_id,variant_id,text,exposures,conversions,start,end"


def read(folder: Path, *rows: str, header: str = HEADER) -> list[Record | Dropped | Note]:
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
    ("row", "reason", "detail"),
    [
        ("p,A,x,10,11,2026-01-01,2026-01-02", "conversions exceeds exposures", "11 of 10"),
        ("p,A,x,-1,0,2026-01-01,2026-01-02", "exposures is no whole number", "found '-1'; write one such as 12"),
        ("p,A,x,many,0,2026-01-01,2026-01-02", "exposures is no whole number", "found 'many'; write one such as 12"),
        ("p,A,x,10,²,2026-01-01,2026-01-02", "conversions is no whole number", "found '²'; write one such as 12"),
        ("p,A,x,10,1,2026-02-30,2026-01-02", "start is no date", "found '2026-02-30'; write one such as 2026-03-31"),
        ("p,A,x,10,1,2026-01-01,", "end is no date", "found ''; write one such as 2026-03-31"),
        ("p,A,x,10,1,2026-01-02,2026-01-01", "end is before start", "2026-01-01 is before 2026-01-02"),
        (",A,x,10,1,2026-01-01,2026-01-02", "product_id is empty", "found ''; every row needs one"),
        ("p, ,x,10,1,2026-01-01,2026-01-02", "variant_id is empty", "found ''; every row needs one"),
        ("p,A,,10,1,2026-01-01,2026-01-02", "text is empty", "found ''; every row needs one"),
    ],
)
def test_a_bad_row_is_counted_and_the_others_are_read(tmp_path: Path, row: str, reason: str, detail: str) -> None:
    good = "q,A,x,10,1,2026-01-01,2026-01-02"
    first, bad, last = read(tmp_path, good, row, good.replace("A", "B"))
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.id, last.id) == ("q/A", "q/B")
    assert bad == Dropped(origin="ab_tests.csv:3", reason=reason, detail=detail, bad=True)


def test_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, "p,A,x,10,1,2026-01-01", header="product_id,variant_id,text,exposures,conversions,start")
    assert str(raised.value).startswith("ab_tests.csv:1: there is no column 'end' (upper or lower case). ")


def is_clean(text: str) -> bool:
    return clean_text(text) == text


text = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(is_clean)
day = st.dates().map(str)
test = st.tuples(text, text, text, st.integers(0, 999), st.integers(0, 10**6), day, day)


@given(st.lists(test, min_size=1), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, tests: list[tuple[str, str, str, int, int, str, str]], separator: str
) -> None:
    rows = [
        (product, variant, f"{words}, and\n{words}", conversions + more, conversions, *sorted(days))
        for product, variant, words, conversions, more, *days in tests
    ]
    path = tmp_path_factory.mktemp("shop") / "ab_tests.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=separator).writerows([HEADER.split(","), *rows])
    records = [record for record in ab_tests.read(path, ShopOptions()) if isinstance(record, Record)]
    assert [tuple(record.fields.values()) for record in records] == rows
