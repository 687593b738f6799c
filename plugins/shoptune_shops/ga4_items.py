"""The adapter ``ga4_items``: what Google Analytics 4 knows of items: viewed, added to the cart, purchased.

Reads a report as its own export writes it, with lines of comment before each table, and a plain table with the names of
Google's Data API.  An exported report may hold several tables (the points of a chart, then the items).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.rows import usable
from shoptune_files.text_file import open_text, peek_text, text_lines
from shoptune_files.workbook import with_workbooks
from shoptune_shops.sales_rows import names_product, sale
from shoptune_shops.shop_rows import ShopOptions, ShopRow
from shoptune_shops.woocommerce_headers import plain_name

__all__ = ["COLUMNS", "ga4_items", "recognises"]

COLUMNS: Mapping[str, Sequence[str]] = {
    "product_id": (
        *("itemid", "item id", "artikel-id", "artikelnummer", "id de l'article", "id d'article", "id article"),
        *("id del artículo", "id de artículo"),
    ),
    "name": ("itemname", "item name", "artikelname", "nom de l'article", "nom d'article", "nombre del artículo"),
    "views": (
        *("itemsviewed", "items viewed", "aufgerufene artikel", "angesehene artikel", "articles consultés"),
        *("articles vus", "artículos vistos", "artículos visualizados"),
    ),
    "added_to_cart": (
        *("itemsaddedtocart", "items added to cart", "in den einkaufswagen gelegte artikel"),
        *("dem einkaufswagen hinzugefügte artikel", "in den warenkorb gelegte artikel", "articles ajoutés au panier"),
        *("artículos añadidos al carrito", "artículos agregados al carrito"),
    ),
    "units": ("itemspurchased", "items purchased", "gekaufte artikel", "articles achetés", "artículos comprados"),
    "revenue": (
        *("itemrevenue", "item revenue", "grossitemrevenue", "gross item revenue", "artikelumsatz"),
        *("bruttoumsatz mit artikeln", "revenus des articles", "revenus de l'article", "revenus générés par l'article"),
        *("revenu généré par l'article", "revenu de l'article", "ingresos por artículo", "ingresos por artículos"),
        *("ingresos del artículo", "ingresos de artículos"),
    ),
    "date": ("date", "datum", "fecha"),
}
"""Our field -> what the Data API and the report call it, in English, German, French and Spanish."""

_ITEM = r"(?:item|artikel|article|artículo|articol|prodotto|produkt|iten)"
STEMS: Mapping[str, re.Pattern[str]] = {
    "added_to_cart": re.compile(r"cart\b|wagen|korb|panier|carrito|carrello|carrinho|koszyk|kundvagn|kurv"),
    "revenue": re.compile(r"revenue|umsatz|revenus?\b|ingreso|entrat|ricav|receita|opbrengst|omzet|przychod|intäkt"),
    "units": re.compile(r"purchased|gekaufte|achetés|comprad|acquistat|gekocht|kupion|köpta|købte"),
    "views": re.compile(
        r"viewed|aufgeruf|angesehen|consult|\bvus\b|vist[oa]s?\b|visualizz?ad|visualizzat|bekeken|wyświetl"
    ),
    "name": re.compile(r"name\b|\bnom\b|nombre|\bnome\b|naam|nazwa|namn|navn"),
}
"""Our field -> what its column is known by in a report whose wording is not in `COLUMNS`; each names an item, too."""

EDGES = {
    **dict.fromkeys(("start date", "startdatum", "date de début", "fecha de inicio"), "start"),
    **dict.fromkeys(("end date", "enddatum", "date de fin", "fecha de finalización", "fecha de fin"), "end"),
}
PERIOD = re.compile(rf"#\s*(?P<edge>{'|'.join(EDGES)})\s*:\s*(?P<date>[0-9-]+)\s*", re.IGNORECASE)
RANGE = re.compile(r"#\s*(?P<start>\d{8})\s*-\s*(?P<end>\d{8})\s*")
"""The period of an exploration."""
_DATED = re.compile(r"#[^:#]{3,60}:\s*(?P<date>20\d{6})\s*")
"""A comment with the first or the last day of a report, in any language."""
NO_ITEM = {
    *("(not set)", "(other)", "(data not available)", "reserved_total", "(nicht festgelegt)", "(andere)"),
    *("(non défini)", "(autre)", "(sin definir)", "(otros)"),
}
"""What stands in an item's place for views and sales that belong to no item, or to many."""
TOTALS = {"grand total", "gesamtsumme", "total général", "total general", "totals"}
"""Stands in a cell more than the header has, beside an item without a name."""


def read(path: Path, options: ShopOptions) -> Iterator[Record | Dropped]:
    """Read a report, one record per row: id is the row's place, group the item's id or else its name.

    Fields: ``product_id``, ``sku`` (""), ``name``, ``views``, ``added_to_cart``, ``units`` (purchased), ``revenue``,
    ``start`` and ``end`` (the row's date, or else the report's first and last day).  Lines of totals and of what
    belongs to no item are dropped.
    """
    with open_text(path, options.encoding) as file:
        yield from usable(_table_rows(_cells(text_lines(file, path.name), path), path.name), lambda row: [_sale(row)])


def recognises(path: Path, header: Sequence[str]) -> bool:
    """Say whether a file is a report on items, judging by its header or by the first one under lines of comment."""
    start = peek_text(path)
    if not start.lstrip().startswith("#"):
        return _is_wanted(_columns(header))
    if sum(bool(_DATED.fullmatch(line.strip())) for line in start.splitlines()[:20]) >= 2:
        return True  # a report of Google Analytics; whether it is one on items is said where it is read
    lines = [line for line in start.splitlines() if not line.startswith("#")]
    return any(_is_wanted(_columns(cells)) for cells in csv.reader(lines[:1000], delimiter=_separator(lines)))


def _columns(header: Sequence[str]) -> dict[str, str]:
    """Return our field -> the header's column."""
    found = {plain_name(column): column for column in header}
    named = {field: [found[alias] for alias in aliases if alias in found] for field, aliases in COLUMNS.items()}
    columns = {field: columns[0] for field, columns in named.items() if columns}
    for name, column in found.items():
        if column in columns.values() or not re.search(_ITEM, name):
            continue
        if field := next((field for field, stem in STEMS.items() if stem.search(name)), None):
            columns.setdefault(field, column)
    return columns


def _is_wanted(columns: Mapping[str, str]) -> bool:
    return "units" in columns and not columns.keys().isdisjoint(("product_id", "name"))


def _separator(lines: Iterable[str]) -> str:
    """Return what parts the cells of the first line that is no comment: a comma, unless a spreadsheet wrote it."""
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return max(",", ";", "\t", key=header.count)


def _cells(lines: Iterable[str], path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield (origin, stripped cells) of each row that has any text."""
    rows = csv.reader(lines, delimiter=_separator(peek_text(path).splitlines()), strict=True)
    while True:
        line = rows.line_num + 1
        try:
            cells = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{path.name}:{line}: the row that starts here can't be read: {error} (line {rows.line_num})."
            ) from error
        if any(cells):
            yield f"{path.name}:{line}", cells


def _table_rows(rows: Iterable[tuple[str, list[str]]], name: str) -> Iterator[ShopRow | Dropped]:
    """Yield the rows of the tables on items; of each other table, one `Dropped` for all of it.

    A comment begins with ``#`` and ends the table above it; an item's name may begin so as well, but its row has as
    many cells as the header.
    """
    header: list[str] = []
    columns: dict[str, str] = {}
    period: dict[str, str] = {}
    tables = 0
    seen: list[str] = []
    for origin, cells in rows:
        if cells[0].startswith("#") and len(cells) != len(header):
            header = []
            if match := PERIOD.fullmatch(cells[0]):
                period[EDGES[match["edge"].lower()]] = match["date"]
            elif match := RANGE.fullmatch(cells[0]):
                period.update(match.groupdict())
            elif match := _DATED.fullmatch(cells[0]):  # in a language that is not known: the first day, then the last
                period["end" if "start" in period else "start"] = match["date"]
        elif not header:
            header, columns = cells, _columns(cells)
            seen += cells
            if _is_wanted(columns):
                tables += 1
            else:
                columns = {}
                yield Dropped(
                    origin=origin, reason="a table without purchases of items", detail=", ".join(header)[:200]
                )
        elif columns:
            yield _table_row(origin, header, cells, columns, period)
    if not tables:
        raise DataError(_no_table(name, seen))


def _no_table(name: str, seen: Iterable[str]) -> str:
    found = f" It has {', '.join(map(repr, dict.fromkeys(seen)))}."[:300] if seen else ""
    return (
        f"{name}: this report of Google Analytics has no table with the columns 'Items purchased' and 'Item name' or "
        f"'Item ID'.{found}\nExport the report on e-commerce purchases (Monetisation). If its columns are in a "
        "language that is not read, switch Google Analytics to English and export again, or name them: "
        f"`sales: {{path: {name}, adapter: generic_sales, columns: {{name: ..., units: ..., views: ...}}}}`"
    )


def _table_row(
    origin: str, header: Sequence[str], cells: Sequence[str], columns: Mapping[str, str], period: Mapping[str, str]
) -> ShopRow | Dropped:
    if not TOTALS.isdisjoint(map(str.casefold, cells)) or (len(cells) == len(header) + 1 and not cells[0]):
        return Dropped(origin=origin, reason="a line of totals")
    if len(cells) != len(header):
        detail = f"{len(cells)} cells, the header has {len(header)}"
        return Dropped(origin=origin, reason="wrong number of cells", detail=detail, bad=True)
    row = dict(zip(header, cells, strict=True))
    ours = {field: row[column] for field, column in columns.items()}
    if day := ours.pop("date", ""):
        period = {"start": day, "end": day}
    return ShopRow(origin, {**ours, **period}, columns)


def _sale(row: ShopRow) -> Record | Dropped:
    if not names_product(row):
        return Dropped(origin=row.origin, reason="a line of totals")
    named = replace(row, cells={name: "" if cell.casefold() in NO_ITEM else cell for name, cell in row.cells.items()})
    if not names_product(named):
        return Dropped(origin=row.origin, reason="belongs to no item", detail=row["name"] or row["product_id"])
    return sale(named)


ga4_items = DataAdapter(
    name="ga4_items",
    table="sales",
    summary="Google Analytics 4: items viewed, added to the cart and purchased (CSV)",
    options=ShopOptions,
    read=with_workbooks(read),
)
