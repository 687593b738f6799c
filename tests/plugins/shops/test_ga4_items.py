"""Google Analytics 4 on items: the report's own export and tables with the Data API's names.  Figures are invented."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.delimited import peek_header
from shoptune_shops.ga4_items import ga4_items, recognises
from shoptune_shops.shop_rows import ShopOptions

FILES = Path(__file__).parent / "files"
JANUARY = {"start": "2026-01-01", "end": "2026-01-31"}


def read(path: Path) -> list[Record | Dropped]:
    return [row for row in ga4_items.read(path, ShopOptions()) if not isinstance(row, Note)]


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "items.csv"
    path.write_text(content, encoding=encoding, newline="")
    return path


def record(origin: str, name: str, figures: Sequence[Any], product_id: str = "", **period: str) -> Record:
    views, added_to_cart, units, revenue = figures
    fields = {"product_id": product_id, "sku": "", "name": name, "views": views, "added_to_cart": added_to_cart}
    return Record(
        id=origin,
        group=product_id or name,
        origin=origin,
        fields=fields | {"units": units, "revenue": revenue} | period,
    )


def test_an_exported_report() -> None:
    at = "ga4_report.csv:{}".format
    assert read(FILES / "ga4_report.csv") == [
        Dropped(origin=at(10), reason="a table without purchases of items", detail="Nth day, Fell Jumper, Tin Mug"),
        Dropped(origin=at(19), reason="a line of totals"),
        record(at(20), "Fell Jumper", (1204, 201, 33, 2953.5), **JANUARY),
        record(at(21), "Tin Mug, half a pint", (510, 60, 12, 528.0), **JANUARY),
        record(at(22), "#1 Dad Apron", (20, 1, 0, 0.0), **JANUARY),
        Dropped(origin=at(23), reason="belongs to no item", detail="(not set)"),
        Dropped(
            origin=at(24),
            reason="Items added to cart is no whole number",
            detail="found 'x'; write one such as 1204",
            bad=True,
        ),
    ]


def test_a_table_of_the_data_api_with_dates() -> None:
    at = "ga4_api.csv:{}".format
    first, second = ({"start": day, "end": day} for day in ("2026-01-01", "2026-01-02"))
    assert read(FILES / "ga4_api.csv") == [
        record(at(2), "Fell Jumper", (40, 8, 2, 179.0), "FELL-S-G", **first),
        record(at(3), "Fell Jumper", (38, 5, 0, 0.0), "FELL-S-G", **second),
        record(at(4), "Tin Mug", (12, 3, 1, 44.0), **first),
        Dropped(origin=at(5), reason="belongs to no item", detail="RESERVED_TOTAL"),
    ]


def test_two_tables_each_with_its_period(tmp_path: Path) -> None:
    table = "# Start date: {}\n# End date: {}\nItem name,Items purchased\nA,{}\n,{}\n\n"
    path = write(tmp_path, table.format("20260101", "20260131", 1, 1) + table.format("2026-02-01", "2026-02-28", 2, 2))
    january, totals, february, _ = read(path)
    assert january == record("items.csv:4", "A", (None, None, 1, None), **JANUARY)
    assert totals == Dropped(origin="items.csv:5", reason="a line of totals")
    assert february == record("items.csv:10", "A", (None, None, 2, None), start="2026-02-01", end="2026-02-28")


def test_a_table_without_purchases_is_passed_over(tmp_path: Path) -> None:
    content = "Item name,Items viewed\nA,1\n#\nItem name,Items purchased\nA,1\n"
    assert read(write(tmp_path, content)) == [
        Dropped(origin="items.csv:1", reason="a table without purchases of items", detail="Item name, Items viewed"),
        record("items.csv:5", "A", (None, None, 1, None), start="", end=""),
    ]


def test_a_packed_report(tmp_path: Path) -> None:
    packed = tmp_path / "ga4_report.csv.gz"
    packed.write_bytes(gzip.compress((FILES / "ga4_report.csv").read_bytes()))
    assert recognised(packed)
    assert len(read(packed)) == len(read(FILES / "ga4_report.csv"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(tmp_path: Path, separator: str, encoding: str) -> None:
    report = StringIO(newline="")
    report.write("# Start date: 20260101\r\n# End date: 20260131\r\n")
    rows = [["Item name", "Items purchased", "Item revenue"], ["Wolljacke, grün", "1", "1.204,50"]]
    csv.writer(report, delimiter=separator).writerows(rows)
    path = write(tmp_path, report.getvalue(), encoding)
    assert read(path) == [record("items.csv:4", "Wolljacke, grün", (None, None, 1, 1204.5), **JANUARY)]
    assert recognised(path)


def test_rows_with_too_few_cells_are_bad(tmp_path: Path) -> None:
    bad, good = read(write(tmp_path, "Item name,Items viewed,Items purchased\nA,1\nB,1,1\n"))
    assert bad == Dropped(
        origin="items.csv:2", reason="wrong number of cells", detail="2 cells, the header has 3", bad=True
    )
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "# Start date: 20260101\nPage title,Views\nHome,1\n",
            "items.csv: this report of Google Analytics has no table with the columns 'Items purchased' and",
        ),
        (
            "",
            "items.csv: this report of Google Analytics has no table with the columns 'Items purchased' and",
        ),
        (
            'Item name,Items purchased\nA,1\n"B,1\nC,1\n',
            "items.csv:3: the row that starts here can't be read: unexpected end of data (line 4).",
        ),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: str, expected: str) -> None:
    with pytest.raises(DataError) as raised:
        read(write(tmp_path, content))
    assert str(raised.value).startswith(expected)


def recognised(path: Path) -> bool:
    return recognises(path, [column.casefold() for column in peek_header(path)])


@pytest.mark.parametrize("name", ["ga4_report.csv", "ga4_api.csv"])
def test_reports_are_recognised(name: str) -> None:
    assert recognised(FILES / name)


@pytest.mark.parametrize(
    "content",
    ["Item name,Items viewed\n", "# A comment\nPage title,Views\n", "#\n#\n", "name,units,revenue\n", "", '# "\n"\n'],
)
def test_other_files_are_not(tmp_path: Path, content: str) -> None:
    assert not recognised(write(tmp_path, content))
    assert not recognised(tmp_path)
    assert not recognised(tmp_path / "missing.csv")


name = st.text(st.sampled_from('abcß# ,;"\n'), min_size=1, max_size=12).map(str.strip).filter(bool)
count = st.integers(0, 10**7)
row = st.tuples(name, count, count, count, st.integers(0, 10**9).map(lambda cents: cents / 100))


@given(st.lists(row, min_size=1, max_size=5), st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[tuple[str, int, int, int, float]], comments: bool
) -> None:
    path = tmp_path_factory.mktemp("shop") / "items.csv"
    period: Mapping[str, str] = JANUARY if comments else {"start": "", "end": ""}
    with path.open("w", encoding="utf-8", newline="") as file:
        if comments:
            file.write("# ---\n# Account: Invented, 1\n#\n# Start date: 20260101\n# End date: 20260131\n")
        writer = csv.writer(file)
        writer.writerow(["Item name", "Items viewed", "Items added to cart", "Items purchased", "Item revenue"])
        writer.writerows([name, *map("{:,}".format, counts), f"{revenue:.2f}"] for name, *counts, revenue in rows)
    for read_back, (name, *figures) in zip(read(path), rows, strict=True):
        assert read_back == record(read_back.origin, name, figures, **period)


TRANSLATED = {
    "de": (
        "# Startdatum: 20260101\n# Enddatum: 20260131",
        "Artikelname,Aufgerufene Artikel,In den Einkaufswagen gelegte Artikel,Gekaufte Artikel,Artikelumsatz",
    ),
    "fr": (
        "# Date de début: 20260101\n# Date de fin: 20260131",
        "Nom de l’article,Articles consultés,Articles ajoutés au panier,Articles achetés,Revenus des articles",
    ),
    "es": (
        "# Fecha de inicio: 20260101\n# Fecha de finalización: 20260131",
        "Nombre del artículo,Artículos vistos,Artículos añadidos al carrito,Artículos comprados,Ingresos por artículo",
    ),
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_report_in_another_language_is_read_alike(tmp_path: Path, language: str) -> None:
    period, header = TRANSLATED[language]
    path = write(tmp_path, f"# ---\n{period}\n{header}\nFell Jumper,1204,201,33,2953.50\n(not set),1,1,1,1\n")
    assert recognises(path, ["# ---"])
    jumper, other = read(path)
    assert jumper == record("items.csv:5", "Fell Jumper", (1204, 201, 33, 2953.5), **JANUARY)
    assert other == Dropped(origin="items.csv:6", reason="belongs to no item", detail="(not set)")


@pytest.mark.parametrize("words", ["Grand total", "Total global de tous", ""])
def test_the_totals_of_an_exploration_are_no_product(tmp_path: Path, words: str) -> None:
    content = "# Shop\n# 20260101-20260131\n\nItem name,Items viewed,Items purchased\n"
    path = write(tmp_path, f"{content},900,50,{words}\nFell Jumper,1204,33\n#1 Apron,3,1\n")
    totals, jumper, apron = read(path)
    assert totals == Dropped(origin="items.csv:5", reason="a line of totals")
    assert isinstance(jumper, Record)
    assert isinstance(apron, Record)
    assert (jumper.fields["units"], jumper.fields["start"], jumper.fields["end"]) == (33, "2026-01-01", "2026-01-31")


@pytest.mark.parametrize(
    "header",
    [
        "Nom de l'article,Articles consultés,Articles ajoutés au panier,Articles achetés,Revenu des articles",
        "Nome articolo,Articoli visualizzati,Articoli aggiunti al carrello,Articoli acquistati,Entrate articoli",
        "Itemnaam,Bekeken items,Items toegevoegd aan winkelwagen,Gekochte items,Itemopbrengst",
        "Nazwa produktu,Wyświetlone produkty,Produkty dodane do koszyka,Kupione produkty,Przychody z produktów",
        "Nome do item,Itens visualizados,Itens adicionados ao carrinho,Itens comprados,Receita do item",
    ],
)
def test_a_report_in_another_language_is_read_by_its_words(tmp_path: Path, header: str) -> None:
    path = write(tmp_path, f"# Od dnia: 20260101\n# Do dnia: 20260131\n{header}\nTin Mug,510,60,12,528.5\n")
    assert recognised(path)
    [row] = read(path)
    assert isinstance(row, Record)
    assert [row.fields[name] for name in ("name", "views", "added_to_cart", "units", "revenue")] == [
        "Tin Mug",
        510,
        60,
        12,
        528.5,
    ]
    assert (row.fields["start"], row.fields["end"]) == ("2026-01-01", "2026-01-31")


def test_a_report_in_a_language_that_is_not_read_says_what_it_is_and_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path, "# 開始日: 20260101\n# 終了日: 20260131\nアイテム名,購入されたアイテム\nTin Mug,12\n")
    assert recognised(path)
    with pytest.raises(
        DataError, match=r"report of Google Analytics .*'アイテム名'.*\n.* switch .* to English.*generic_sales"
    ):
        read(path)
