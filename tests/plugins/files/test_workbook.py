"""Excel workbooks, written by openpyxl as an independent hand, and broken by ours."""

from __future__ import annotations

import datetime as dt
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.csv_file import CsvOptions, csv_adapter
from shoptune_files.delimited import Table, open_table, peek_header
from shoptune_files.workbook import MOST_COLUMNS, MOST_ROWS
from shoptune_shops.platform_products import PlatformOptions
from shoptune_shops.plugin import select_data_adapter
from shoptune_shops.shipped_platforms import __getattr__ as platform_adapter
from shoptune_shops.shopify_products import ProductOptions, shopify_products

Rows = Sequence[Sequence[Any]]
HEADER = ("id", "name", "price")


def workbook(folder: Path, sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        if title in hidden:
            sheet.sheet_state = "hidden"
        for row in rows:
            sheet.append(row)
    book.save(folder / "shop.xlsx")
    return folder / "shop.xlsx"


def cells(path: Path) -> list[tuple[str, ...]]:
    with open_table(path) as table:
        return [row[1] for row in _select(table)]


def _select(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    rows = list(table.select(table.header))
    assert not [row for row in rows if isinstance(row, Dropped)]
    return [row for row in rows if not isinstance(row, Dropped)]


def read(path: Path) -> tuple[list[Record], list[Note]]:
    found = list(csv_adapter.read(path, CsvOptions()))
    assert not [row for row in found if isinstance(row, Dropped)], found
    return [row for row in found if isinstance(row, Record)], [row for row in found if isinstance(row, Note)]


def changed(path: Path, member: str, change: tuple[str, str]) -> Path:
    """Rewrite one member of a workbook, and return it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[member].decode()
    assert change[0] in text
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, text.replace(*change, 1) if name == member else content)
    return path


SHEET = "xl/worksheets/sheet1.xml"

texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), max_size=30).map(
    lambda text: ILLEGAL_CHARACTERS_RE.sub("", text).strip().lstrip("=#")
)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text("abc019", min_size=1), texts, texts), min_size=1, max_size=8))
def test_rows_that_were_written_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    path = workbook(tmp_path_factory.mktemp("book"), {"Sheet": [HEADER, *rows]})
    escaped = re.compile("_x[0-9A-Fa-f]{4}_")  # Excel's way to write a character that XML can't hold
    wanted = [tuple(escaped.sub("", cell).strip() for cell in row) for row in rows]
    assert [tuple(escaped.sub("", cell) for cell in row) for row in cells(path)] == wanted


@settings(max_examples=25)
@given(st.lists(st.integers(-(10**15), 10**15) | st.integers(-(10**9), 10**9).map(lambda n: n / 1000), min_size=1))
def test_numbers_are_written_out(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    path = workbook(tmp_path_factory.mktemp("book"), {"Sheet": [HEADER, *(("x", "y", number) for number in numbers)]})
    read_back = [row[2] for row in cells(path)]
    assert [float(cell) for cell in read_back] == numbers
    assert not [cell for cell in read_back if "e" in cell.lower() or cell.endswith(".0")]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (4006381333931.0, "4006381333931"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2026, 3, 31), "2026-03-31"),
        (dt.datetime(2026, 3, 31, 12, 30), "2026-03-31T12:30:00"),
        (dt.time(12, 30), "12:30:00"),
        ("#N/A", ""),
        ("#DIV/0!", ""),
        (None, ""),
        ("  warm \n soft", "warm \n soft"),
        ("0012", "0012"),
    ],
)
def test_a_cell_is_written_as_in_csv(tmp_path: Path, value: object, wanted: str) -> None:
    path = workbook(tmp_path, {"Sheet": [("id", "name", "x"), ("1", "Blanket", value)]})
    assert cells(path) == [("1", "Blanket", wanted)]


def test_an_id_that_excel_stored_with_a_fraction_is_an_id(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Sheet": [HEADER, (4006381333931, "Blanket", 1)]})
    changed(path, SHEET, ("<v>4006381333931</v>", "<v>4.006381333931E+12</v>"))
    assert [record.id for record in read(path)[0]] == ["4006381333931"]


def test_a_column_of_bar_codes_keeps_the_zeros_that_excel_shows(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(("id", "name", "gtin"))
    sheet.append((1, "Blanket", 12345670))
    sheet["C2"].number_format = "0000000000000"
    book.save(tmp_path / "shop.xlsx")
    assert cells(tmp_path / "shop.xlsx") == [("1", "Blanket", "0000012345670")]


def test_texts_in_excels_own_table_of_strings_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Sheet": [HEADER, (1, "shared", 2)]})
    table = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>Warm </t></r><r><t>wool'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"{table}</t></r></si></sst>")
    changed(path, SHEET, ('t="inlineStr"><is><t>shared</t></is>', 't="s"><v>0</v>'))
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'
    changed(path, "[Content_Types].xml", ("</Types>", f"{part}</Types>"))
    assert cells(path) == [("1", "Warm wool", "2")]


def test_a_row_is_known_by_its_number_in_the_sheet(tmp_path: Path) -> None:
    rows: Rows = [("Our shop, spring",), (), HEADER, ("1", "two\nlines", 2), (), ("2", "b", 3, None, "")]
    with open_table(workbook(tmp_path, {"Sheet": rows})) as table:
        assert (table.origin, table.header) == ("shop.xlsx:3", HEADER)
        assert [place for place, _ in _select(table)] == ["shop.xlsx:4", "shop.xlsx:6"]


def test_empty_columns_and_what_stands_beside_the_table_are_no_fault(tmp_path: Path) -> None:
    rows: Rows = [(*HEADER, None, ""), ("1", "a", 2, None, None, "ask Kim"), ("2",), ("3", "c", "")]
    path = workbook(tmp_path, {"Sheet": rows})
    with open_table(path) as table:
        assert [row.cells for row in table.rows if not isinstance(row, Dropped)] == [
            {"id": "1", "name": "a", "price": "2"},
            {"id": "2", "name": "", "price": ""},
            {"id": "3", "name": "c", "price": ""},
        ]


def test_separators_and_encodings_of_text_files_change_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Sheet": [HEADER, ("1", 'Wärme; 5" | \\"a\\"', 2)]})
    options = CsvOptions(separator=";", encoding="cp1252")
    assert [row.fields["name"] for row in csv_adapter.read(path, options) if isinstance(row, Record)] == [
        'Wärme; 5" | \\"a\\"'
    ]


def test_the_first_sheet_with_a_shops_header_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Read me": [("How to fill this in",), ("Write a name", "and a price")],
        "Empty": [],
        "Old": [HEADER, ("0", "old", 1)],
        "Products": [HEADER, ("1", "Blanket", 2)],
        "More": [HEADER, ("2", "Cushion", 3)],
    }
    path = workbook(tmp_path, sheets, hidden=["Old"])
    assert peek_header(path) == HEADER
    records, notes = read(path)
    assert [record.id for record in records] == ["1"]
    figures = {"read": "Products", "not read, though they hold rows": "'Read me', 'More'"}
    assert notes == [Note(topic="sheets of shop.xlsx", figures=figures)]


def test_a_sheet_of_unknown_words_is_read_where_none_is_known(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Leer": [], "Eins": [("a", "b"), ("1", "2")], "Zwei": [("c",), ("3",)]})
    assert peek_header(path) == ("a", "b")


def test_one_sheet_needs_no_word(tmp_path: Path) -> None:
    assert read(workbook(tmp_path, {"Sheet": [HEADER, ("1", "Blanket", 2)]}))[1] == []


def test_adapters_of_shops_read_workbooks(tmp_path: Path) -> None:
    header = (
        "Handle",
        "Title",
        "Body (HTML)",
        "Variant SKU",
        "Variant Price",
        "Variant Barcode",
        "Published",
    )
    row = ("blanket", "Blanket", "<p>Warm\nand soft.</p>", 4711, 19.9, 4006381333931, True)
    path = workbook(tmp_path, {"Notes": [("kept by Kim",)], "Products": [header, row]})
    assert select_data_adapter(path) == "shopify_products"
    record, note = shopify_products.read(path, ProductOptions())
    assert isinstance(record, Record)
    assert isinstance(note, Note)
    assert {name: record.fields[name] for name in ("description", "sku", "price", "gtin", "status")} == {
        "description": "Warm and soft.",
        "sku": "4711",
        "price": 19.9,
        "gtin": "4006381333931",
        "status": "active",
    }


def test_a_platforms_template_of_three_header_rows_is_read(tmp_path: Path) -> None:
    names = ("item_sku", "item_name", "product_description", "standard_price", "brand_name")
    rows: Rows = [
        ("TemplateType=home", "Version=2023.0101", "The top 3 rows are for Amazon.com use only."),
        ("Seller SKU", "Product Name", "Product Description", "Standard Price", "Brand Name"),
        names,
        ("A1", "Blanket", "Warm and soft.", 19.9, "Nordlicht"),
    ]
    path = workbook(tmp_path, {"Instructions": [("Read this first",)], "Template": rows})
    adapter = select_data_adapter(path)
    assert adapter == "amazon_products"
    found = [row for row in platform_adapter(adapter).read(path, PlatformOptions()) if isinstance(row, Record)]
    assert [(record.id, record.fields["price"], record.origin) for record in found] == [("A1", 19.9, "shop.xlsx:4")]


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path, {"Sheet": [HEADER, ("1", "a", 2)]})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DataError, match=r"pip install 'shoptune\[excel\]'; or save the sheet as CSV"):
        read(path)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        (SHEET, ("<sheetData>", "<sheetData><row")),
        (SHEET, ("<sheetData>", '<sheetData><row r="1"><c r="A1" t="s"><v>99999</v></c></row>')),
        ("xl/workbook.xml", ("<workbook", "<book")),
        (SHEET, ("<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet')),
    ],
)
def test_a_broken_workbook_is_refused_with_what_to_do(tmp_path: Path, member: str, change: tuple[str, str]) -> None:
    path = changed(workbook(tmp_path, {"Sheet": [HEADER, ("1", "a", 2)]}), member, change)
    with pytest.raises(DataError, match=r"^shop\.xlsx: .*CSV \(UTF-8\)"):
        read(path)


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^shop\.xlsx: the workbook has no sheet with rows"):
        read(workbook(tmp_path, {"Sheet": [], "Other": []}))


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Sheet": [HEADER, ("1", "a", 2)]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as member:
        for _ in range(70):
            member.write(bytes(2**20))
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        read(path)


def test_a_cell_and_a_row_beyond_what_excel_has_are_refused(tmp_path: Path) -> None:
    rows: Rows = [HEADER, ("1", "a", 2)]
    far = changed(workbook(tmp_path, {"Sheet": rows}), SHEET, ('r="C2"', 'r="AAAAAA2"'))
    with pytest.raises(DataError, match=f"beyond column {MOST_COLUMNS:,}"):
        read(far)
    deep = changed(workbook(tmp_path, {"Sheet": rows}), SHEET, ('<row r="2"', '<row r="999999999"'))
    with pytest.raises(DataError, match=f"more than {MOST_ROWS:,} rows"):
        read(deep)


def test_an_amazon_template_of_today_is_read(tmp_path: Path) -> None:
    italian = "[marketplace_id=APJ6JRA9NG5V4][language_tag=it_IT]#1.value"
    names = (
        "contribution_sku#1.value",
        "parentage_level[marketplace_id=APJ6JRA9NG5V4]#1.value",
        f"item_name{italian}",
        f"product_description{italian}",
    )
    rows: Rows = [
        ("settings=" + "x" * 30_000,),
        ("Compila questo modello in ITALIANO",),
        ("Identità", "", "Descrizione"),
        ("SKU", "Livello", "Nome dell'articolo", "Descrizione del prodotto"),
        names,
        ("ABC123", "Child", "Example", "An example."),
        ("P1", "Articolo padre", "Coperta", "Tutte le coperte."),
        ("A1", "Child", "Coperta rossa", "Calda e morbida."),
    ]
    path = workbook(tmp_path, {"Istruzioni": [("Leggi prima",)], "Modello": rows})
    adapter = select_data_adapter(path)
    assert adapter == "amazon_products"
    found = [row for row in platform_adapter(adapter).read(path, PlatformOptions()) if isinstance(row, Record)]
    assert [(record.id, record.fields["name"], record.origin) for record in found] == [
        ("A1", "Coperta rossa", "shop.xlsx:8")
    ]
