"""What a shop's own table says of which products are shown.  All products are invented."""

from pathlib import Path

import pytest

from shoptune.data import Dropped, Record
from shoptune_files.csv_file import CsvOptions, csv_adapter
from shoptune_files.json_file import jsonl_adapter
from shoptune_files.published import is_state_column, says_published
from shoptune_files.records import RecordOptions


@pytest.mark.parametrize(
    ("column", "shown", "not_shown"),
    [
        ("Status", "Active", "draft"),
        ("is_published", "TRUE", "False"),
        ("Aktiv", "ja", "Nein"),
        ("Veröffentlicht", "1", "0"),
        ("Actif", "oui", "non"),
        ("Statut", "En ligne", "Brouillon"),
        ("Activo", "sí", "no"),
        ("Aktywny", "tak", "nie"),
        ("Hidden", "no", "yes"),
        ("Archived?", "0", "1"),
        ("Gesperrt", "", "x"),
    ],
)
def test_a_cell_says_whether_a_product_is_shown(column: str, shown: str, not_shown: str) -> None:
    assert is_state_column(column)
    assert says_published(column, shown) is True
    assert says_published(column, not_shown) is False
    assert says_published(column, "in spring") is None


@pytest.mark.parametrize("column", ["Stock status", "Active ingredient", "Hidden zip", "Online price", "Visible light"])
def test_other_columns_say_something_else(column: str) -> None:
    assert not is_state_column(column)


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        *(("Archiviert", "falsch", True), ("Hidden", "wahr", False), ("Oculto", "verdadero", False)),
        *(("Archived", "live", True), ("Hidden", "draft", False), ("Draft", "yes", False)),
    ],
)
def test_only_yes_and_no_mean_the_opposite_in_a_column_of_what_is_hidden(column: str, cell: str, shown: bool) -> None:
    assert says_published(column, cell) is shown


def test_a_csv_file_leaves_out_and_counts_what_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("id,name,Live\n1,Mug,yes\n2,Jug,no\n3,Cup,later\n4,Pot,\n", "utf-8")
    options = CsvOptions(columns={"name": "name"}, id="id", published="live")
    found = list(csv_adapter.read(path, options))
    assert [row.id for row in found if isinstance(row, Record)] == ["1", "4"]
    assert [row for row in found if isinstance(row, Dropped)] == [
        Dropped(origin="shop.csv:3", reason="unpublished product", detail="Live: no"),
        Dropped(origin="shop.csv:4", reason="unpublished product", detail="Live: later"),
    ]
    assert "Live" not in next(row for row in found if isinstance(row, Record)).fields


def test_json_says_so_with_true_and_false(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    path.write_text('{"id": 1, "name": "Mug", "visible": true}\n{"id": 2, "name": "Jug", "visible": false}\n', "utf-8")
    found = list(jsonl_adapter.read(path, RecordOptions(published="visible")))
    assert [row.reason if isinstance(row, Dropped) else row.id for row in found if not hasattr(row, "topic")] == [
        "1",
        "unpublished product",
    ]
