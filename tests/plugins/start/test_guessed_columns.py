"""What `init` takes the columns of an unknown table for.  All tables are invented."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shoptune.errors import DataError
from shoptune_start.columns import Columns, guess_columns

COLOURS = ("grün", "rot", "blau", "sand", "grau")
CLOTHS = ("Wolle", "Leinen", "Hanf", "Filz")
ENGLISH = "plain thing house made people like which warm light oak linen stands table window every winter quiet"
GERMAN = "schlichtes Stück für die Wohnung gemacht von Leuten welche ruhige Dinge mögen und jeden Winter warme Decken"


def guess(*columns: str, **more: Sequence[object]) -> Columns:
    """Guess the columns of a table of two rows that has texts in all columns."""
    cells = {"Name": ("A mug", "A jug"), "Description": (ENGLISH, GERMAN), **dict.fromkeys(columns, ("a", "b")), **more}
    return guess_columns([dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)], "a.csv")


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Vendor", "brand"),
        ("Manufacturer", "brand"),
        ("Marke", "brand"),
        ("productType", "category"),
        ("Product category", "category"),
        ("PRICE (EUR)", "price"),
        ("net_price", "price"),
        ("Colour", "color"),
        ("Größe", "size"),
        ("Groesse", "size"),
        ("Matière", "material"),
        ("Artikel-Nr.", "sku"),
    ],
)
def test_what_columns_are_called(column: str, field: str) -> None:
    assert guess(column).columns == {"name": "Name", "description": "Description", field: column}


def test_the_surest_column_is_taken() -> None:
    found = guess("Kurzbeschreibung", "Title", "Brand", "Vendor")
    assert found.columns == {"name": "Name", "description": "Description", "brand": "Brand"}


def test_a_column_without_texts_is_not_taken() -> None:
    rows = [{"Name": "A mug", "Description": " ", "Body": ENGLISH, "Title": None}] * 2
    assert guess_columns(rows, "a.csv").columns == {"name": "Name", "description": "Body"}


@pytest.mark.parametrize(
    ("column", "values", "is_one"),
    [
        ("Fit", ["loose", "slim"], True),
        ("Weight", ["12", "450"], True),
        ("Weight", [12, 4.5], True),
        ("Wash", [["30 °C", "gentle"], ["cold"]], True),
        ("Level", ["12", "450"], False),
        ("Fit", ["loose", "loose"], False),
        ("Organic", ["yes", "no"], False),
        ("Organic", ["Sí", "No"], False),
        ("Sold since", ["2026-01-02", "02.01.2026"], False),
        ("Manual", ["https://invented.example/1", "https://invented.example/2"], False),
        ("Series", ["AX-100", "AX-101"], False),
        ("Story", ["a b c d e f g", "short"], False),
        ("Story", ["An-endless-word-" * 4, "short"], False),
        ("Customer email", ["petra", "paul"], False),
        ("SEO title", ["A fine mug", "A fine jug"], False),
        ("GTIN", ["a", "b"], False),
        ("Sizes", [{"a": 1}, {"a": 2}], False),
    ],
)
def test_what_looks_like_an_attribute(column: str, values: list[object], is_one: bool) -> None:
    found = guess(**{column: values})
    assert found.attributes == ((column,) if is_one else ())
    assert found.left_out == (() if is_one else (column,))


def test_an_attribute_may_be_rare_but_not_an_exception() -> None:
    rows = [{"name": f"n{i}", "text": "t", "rare": str(i) + " cm" * (i < 5), "often": ""} for i in range(50)]
    for i, row in enumerate(rows):
        row["rare"] = f"{i} cm" if i < 2 else ""
        row["often"] = f"{i} cm" if i < 6 else ""
    assert guess_columns(rows, "a.csv").attributes == ("often",)


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ({"ID": ("1", "2")}, ("ID", None)),
        ({"Handle": ("a", "a"), "SKU": ("1", "2")}, ("SKU", "Handle")),
        ({"id": ("1", "2"), "item_group_id": ("g", "g")}, ("id", "item_group_id")),
        ({"id": ("1", "1"), "sku": ("1", "2")}, ("sku", "id")),
        ({"sku": ("1", "")}, (None, None)),
        ({"sku": ("1", "1")}, (None, None)),
    ],
)
def test_what_tells_rows_and_products_apart(
    columns: dict[str, Sequence[object]], keys: tuple[str | None, str | None]
) -> None:
    found = guess(**columns)
    assert (found.id, found.group) == keys


@pytest.mark.parametrize(
    ("text", "html"),
    [("<p>Warm.</p>", True), ("Salt &amp; pepper", True), ("Under 5 < 6 > 4", False), ("R&D; A", False)],
)
def test_html_is_seen(text: str, html: bool) -> None:
    assert guess_columns([{"name": "a", "text": text}], "a.csv").html is html


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Status", ["Active", "draft"]),
        ("Aktiv", ["ja", "nein"]),
        ("Publié", ["oui", "non"]),
        ("is_visible", ["1", "0"]),
        ("Hidden", ["no", "yes"]),
        ("Online", ["x", "x"]),
    ],
)
def test_a_column_that_says_what_is_shown_is_heeded(column: str, values: list[object]) -> None:
    found = guess(**{column: values})
    assert (found.published, found.attributes, found.left_out) == (column, (), ())
    assert found.options()["published"] == column


@pytest.mark.parametrize(
    ("column", "values"),
    [("Status", ["new", "refurbished"]), ("Aktiv", ["nein", "nein"]), ("In stock", ["yes", "no"])],
)
def test_another_column_says_nothing_of_it(column: str, values: list[object]) -> None:
    assert guess(**{column: values}).published is None


@pytest.mark.parametrize(
    "column", ["Fournisseur", "Délai de livraison", "Proveedor", "Giacenza", "Levertijd", "Dostawca", "Leverantör"]
)
def test_what_shops_keep_for_themselves_is_no_attribute_in_any_language(column: str) -> None:
    assert guess(column).left_out == (column,)


@pytest.mark.parametrize(
    ("name", "description", "brand", "color"),
    [
        ("Nazwa", "Opis", "Producent", "Kolor"),
        ("Namn", "Beskrivning", "Varumärke", "Färg"),
        ("Navn", "Beskrivelse", "Brand", "Farve"),
        ("Název", "Popis", "Značka", "Barva"),
        ("Название", "Описание", "Бренд", "Цвет"),
        ("商品名", "説明", "ブランド", "色"),
        ("Title (1)", "Description (1)", "Brand", "Colour"),
    ],
)
def test_columns_in_many_languages(name: str, description: str, brand: str, color: str) -> None:
    row = {name: "A mug", description: ENGLISH, brand: "Brindle", color: "ochre"}
    rows = [row, row | {description: GERMAN, name: "A jug"}]
    assert guess_columns(rows, "a.csv").columns == {
        "name": name,
        "description": description,
        "brand": brand,
        "color": color,
    }


def test_a_table_in_one_column_is_asked_for_its_separator() -> None:
    with pytest.raises(DataError, match=r"'sku\^name\^text'\nThere is one column alone: .*`separator:"):
        guess_columns([{"sku^name^text": "1^Mug^Warm"}], "a.csv")


def test_a_table_without_a_header_is_told_so() -> None:
    with pytest.raises(DataError, match=r"first row looks like a product .*`header:"):
        guess_columns([{"A-1": "A-2", "Mug": "Jug", "8.50": "9.00"}], "a.csv")
