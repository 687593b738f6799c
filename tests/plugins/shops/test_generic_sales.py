"""Tables of sales with columns named in the experiment file.  All figures are invented."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.delimited import peek_header
from shoptune_shops.generic_sales import SalesOptions, generic_sales, recognises

FILES = Path(__file__).parent / "files"
GERMAN = {
    "sku": "Artikelnummer",
    "name": "bezeichnung",
    "units": "Stück",
    "revenue": "Umsatz",
    "views": "Aufrufe",
    "start": "Von",
    "end": "Bis",
}


def read(path: Path, **options: Any) -> list[Record | Dropped | Note]:
    return list(generic_sales.read(path, SalesOptions(**options)))


def write(folder: Path, content: str) -> Path:
    path = folder / "sales.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_columns_called_as_our_fields_need_no_options() -> None:
    assert read(FILES / "sales_own.tsv") == [
        Record(
            id="sales_own.tsv:2",
            group="fell-jumper",
            origin="sales_own.tsv:2",
            fields={
                "product_id": "fell-jumper",
                "sku": "FELL-S-G",
                "name": "",
                "views": 1204,
                "added_to_cart": 201,
                "units": 33,
                "revenue": 2953.5,
                "start": "2026-01-01",
                "end": "2026-01-31",
            },
        ),
        Record(
            id="sales_own.tsv:3",
            group="MUG",
            origin="sales_own.tsv:3",
            fields={
                "product_id": "",
                "sku": "MUG",
                "name": "",
                "views": None,
                "added_to_cart": None,
                "units": 0,
                "revenue": None,
                "start": "",
                "end": "",
            },
        ),
    ]


def test_columns_by_option_decimal_commas_and_bad_rows() -> None:
    fell, mug, *bad = read(FILES / "sales_german.csv", columns=GERMAN)
    assert isinstance(fell, Record)
    assert (fell.group, fell.fields["revenue"], fell.fields["views"]) == ("FELL-S-G", 2953.5, 1204)
    assert isinstance(mug, Record)
    assert (mug.group, mug.fields["revenue"], mug.fields["views"]) == ("Tin Mug", 528.0, None)
    assert bad == [
        Dropped(
            origin="sales_german.csv:4",
            reason="no product is named",
            detail="a row needs a product id, a SKU or a name",
            bad=True,
        ),
        Dropped(origin="sales_german.csv:5", reason="more came back than was sold", detail="KETTLE"),
        Dropped(
            origin="sales_german.csv:6",
            reason="Bis is before start",
            detail="2026-01-01 is before 2026-01-31",
            bad=True,
        ),
    ]


@pytest.mark.parametrize("cell", ["-1", "\u22121", "-1.0"])
@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("units", "more came back than was sold"),
        ("views", "views is below 0"),
        ("added_to_cart", "added_to_cart is below 0"),
    ],
)
def test_rows_with_a_number_below_zero_are_left_out(tmp_path: Path, field: str, reason: str, cell: str) -> None:
    cells = {"sku": "a", "units": "1", field: cell}
    rows = read(write(tmp_path, f"{','.join(cells)}\n{','.join(cells.values())}\n"))
    assert rows == [Dropped(origin="sales.csv:2", reason=reason, detail="a")]


def test_dates_of_a_spreadsheet(tmp_path: Path) -> None:
    (record,) = read(write(tmp_path, "sku,units,start,end\na,1,1/1/2026,1/31/2026\n"))
    assert isinstance(record, Record)
    assert (record.fields["start"], record.fields["end"]) == ("2026-01-01", "2026-01-31")


@pytest.mark.parametrize(
    ("cell", "units"),
    [("12", 12), ("12.0", 12), ("1,204", 1204), ("1 204", 1204), ("1,204,000", 1204000), ("0", 0)],
)
def test_units(tmp_path: Path, cell: str, units: int) -> None:
    (record,) = read(write(tmp_path, f'sku,units\na,"{cell}"\n'))
    assert isinstance(record, Record)
    assert record.fields["units"] == units
    assert isinstance(record.fields["units"], int)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "is no whole number"),
        ("1.5", "is no whole number"),
        ("1,5", "is no whole number"),
        ("many", "is no whole number"),
        ("--1", "is no whole number"),
    ],
)
@pytest.mark.parametrize("field", ["units", "views", "added_to_cart"])
def test_what_are_no_counts(tmp_path: Path, field: str, cell: str, reason: str) -> None:
    cells = {"sku": "a", "units": "1", field: cell}
    (row,) = read(write(tmp_path, f"{','.join(cells)}\n" + ",".join(f'"{text}"' for text in cells.values())))
    if cell or field == "units":
        assert isinstance(row, Dropped)
        assert (row.reason, row.bad, row.origin) == (f"{field} {reason}", True, "sales.csv:2")
    else:
        assert isinstance(row, Record)
        assert row.fields[field] is None


@pytest.mark.parametrize(
    ("cell", "revenue"),
    [("-10.50", -10.5), ("$-10.50", -10.5), ("-$1,204.50", -1204.5), ("\u221210,50 €", -10.5), ("0", 0.0), ("", None)],
)
def test_revenue_may_be_below_zero(tmp_path: Path, cell: str, revenue: float | None) -> None:
    (record,) = read(write(tmp_path, f'sku,units,revenue\na,1,"{cell}"\n'))
    assert isinstance(record, Record)
    assert record.fields["revenue"] == revenue


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [("revenue", "a lot", "revenue is no amount"), ("start", "yesterday", "start is no date")],
)
def test_other_bad_cells(tmp_path: Path, field: str, cell: str, reason: str) -> None:
    bad, good = read(write(tmp_path, f"sku,units,{field}\na,1,{cell}\nb,1,\n"))
    assert isinstance(bad, Dropped)
    assert (bad.reason, bad.bad) == (reason, True)
    assert isinstance(good, Record)


def test_missing_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(write(tmp_path, "Artikel,units\na,1\n"))
    assert str(raised.value) == (
        "sales.csv:1: no column names the product; say which one does, for example 'columns: {sku: Artikel}'. "
        "There are: Artikel, units."
    )
    with pytest.raises(DataError, match=r"^sales.csv:1: there is no column 'units'"):
        read(write(tmp_path, "sku,unit\na,1\n"))
    with pytest.raises(DataError, match=r"^sales.csv:1: there is no column 'aufrufe'"):
        read(write(tmp_path, "sku,units\na,1\n"), columns={"views": "Aufrufe"})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        SalesOptions.model_validate({"columns": {"sold": "Stück"}})


def recognised(path: Path) -> bool:
    return recognises(path, [column.casefold() for column in peek_header(path)])


def test_recognition(tmp_path: Path) -> None:
    assert recognised(FILES / "sales_own.tsv")
    assert not recognised(FILES / "sales_german.csv")
    assert not recognised(write(tmp_path, "sku,units\n"))
    assert not recognised(write(tmp_path, "units,revenue\n"))
    assert not recognised(tmp_path / "missing.csv")


name = st.text(st.sampled_from('abcß ,;"\t'), max_size=12).map(lambda text: " ".join(text.split()))
dates = st.sampled_from([("", ""), ("2026-01-01", "2026-01-31"), ("2026-02-28", "2026-02-28")])
row = st.fixed_dictionaries(
    {
        "product_id": name,
        "sku": name,
        "name": name,
        "views": st.none() | st.integers(0, 10**7),
        "added_to_cart": st.none() | st.integers(0, 10**7),
        "units": st.integers(0, 10**7),
        "revenue": st.none() | st.integers(-(10**8), 10**8).map(lambda cents: cents / 100),
    }
).filter(lambda row: any((row["product_id"], row["sku"], row["name"])))


def written(value: Any, mark: str) -> str:
    """Write a figure with thousands separators, with `mark` before decimals."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
    return text if mark == "." or isinstance(value, int) else text.translate(str.maketrans(",.", ".,"))


@given(
    st.lists(st.tuples(row, dates), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: Sequence[tuple[Mapping[str, Any], tuple[str, str]]],
    separator: str,
    mark: str,
    encoding: str,
) -> None:
    path = tmp_path_factory.mktemp("shop") / "sales.csv"
    sales = [{**row, "start": start, "end": end} for row, (start, end) in rows]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, [field.upper() for field in sales[0]], delimiter=separator)
        writer.writeheader()
        writer.writerows({field.upper(): written(value, mark) for field, value in sale.items()} for sale in sales)
    records = read(path)
    assert [record.fields for record in records if isinstance(record, Record)] == sales
    assert len(records) == len(sales)
