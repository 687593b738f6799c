"""Files that hold no table say what they are, whatever they are called."""

import io
import zipfile
from pathlib import Path

import pytest

from shoptune.errors import DataError
from shoptune_files.delimited import open_table
from shoptune_files.json_file import json_items
from shoptune_files.plugin import select_data_adapter

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("catalogue.pdf", b"%PDF-1.7\n%\xe2", "this is a PDF, .* export the products as CSV"),
        ("catalogue.csv", b"%PDF-1.7\n%\xe2", "this is a PDF, .* export the products as CSV"),
        ("photo.jpg", b"\xff\xd8\xff\xe0", "this is a picture"),
        ("export.csv", PAGE, "this is a web page and no table; .* download it again"),
        ("export.xls", b"\r\n<html xmlns:x='x'><table></table></html>", "this is a web page .* save the sheet as CSV"),
        ("shop.sql", b"-- a dump\n\nINSERT INTO `goods` VALUES (1);", r"this is a dump of a database \(SQL\)"),
        ("shop.db", b"SQLite format 3\0", "this is a SQLite database"),
        ("list.gsheet", b'{"url": "https://docs.invented.example/1"}', "this is a link to a Google document"),
        (
            "list.numbers",
            zipped("Index/Document.iwa", "Index/Tables.iwa"),
            "another spreadsheet: save the sheet as CSV",
        ),
        ("old.rar", b"Rar!\x1a\x07", "this is a RAR archive: unpack it"),
        ("two.zip", zipped("a.csv", "b.csv"), r"there are 2 files in the zip file \('a.csv', 'b.csv'\); unpack it"),
    ],
)
def test_what_it_is_and_what_to_do(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert select_data_adapter(path) == "csv", "which then says what is wrong"
    with pytest.raises(DataError, match=f"{name}: .*{said}"), open_table(path):
        pass


def test_a_table_may_speak_of_such_things(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("url,name\nhtml,A PDF reader\n", "utf-8")
    with open_table(path) as table:
        assert table.header == ("url", "name")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{'id': 1}]", "in single quotes, as Python prints them"),
        ('callback([{"id": 1}]);', "a call of a function"),
        ('[{"id": 1}, {"id": 2, "name": "Mu', "It ends in the middle: .* Fetch it again"),
        ('[{"id": 1 "name": 2}]', "Export it again"),
    ],
)
def test_text_that_is_no_json_says_what_it_looks_like(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=rf"a.json: this is no JSON: .*{said}"):
        list(json_items(path, None))


def test_objects_under_their_keys_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"K-1": {"name": "Mug"}, "K-2": {"name": "Jug", "id": "own"}}', "utf-8")
    assert list(json_items(path, None)) == [
        ("a.json[0]", {"id": "K-1", "name": "Mug"}),
        ("a.json[1]", {"id": "own", "name": "Jug"}),
    ]
