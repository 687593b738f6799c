"""The adapters csv, jsonl and json: fields, ids, groups, attributes, and what they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.plugin import select_data_adapter
from tests.registered import data_adapters

ADAPTERS = data_adapters()

ROWS = [
    {"id": "7", "name": "Kettle", "price": "12,50", "maker": "Invented & Co", "color": "red"},
    {"id": "8", "name": "Teapot", "price": "", "maker": "Invented & Co", "color": ""},
    {"id": "9", "name": "Cup", "price": "on request", "maker": "Other", "color": "blue"},
]


def as_csv(rows: list[dict[str, Any]], separator: str = ",") -> str:
    quoted = [[f'"{cell}"' for cell in row.values()] for row in rows]
    return "\n".join(map(separator.join, [list(rows[0]), *quoted]))


def as_jsonl(rows: list[dict[str, Any]]) -> str:
    return "\n".join(map(json.dumps, rows))


def everything(folder: Path, content: str | bytes, name: str, **options: Any) -> list[Record | Dropped]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    chosen = select_data_adapter(path)
    assert chosen is not None
    adapter = ADAPTERS[chosen]
    return [row for row in adapter.read(path, adapter.options(**options)) if not isinstance(row, Note)]


def read(folder: Path, content: str | bytes, name: str, **options: Any) -> list[Record]:
    return [row for row in everything(folder, content, name, **options) if isinstance(row, Record)]


def bad(folder: Path, content: str | bytes, name: str, **options: Any) -> list[str]:
    """What is said of the bad rows, among which the others are read."""
    dropped = [row for row in everything(folder, content, name, **options) if isinstance(row, Dropped)]
    assert all(row.bad for row in dropped)
    return [f"{row.origin}: {row.reason}: {row.detail}" for row in dropped]


def refused(folder: Path, content: str | bytes, name: str, **options: Any) -> str:
    with pytest.raises(DataError) as raised:
        read(folder, content, name, **options)
    return str(raised.value)


FORMS = [
    ("x.csv", as_csv(ROWS), "x.csv:2"),
    ("x.tsv", as_csv(ROWS, "\t"), "x.tsv:2"),
    ("x.psv", as_csv(ROWS, "|"), "x.psv:2"),
    ("x.txt", as_csv(ROWS, ";"), "x.txt:2"),
    ("x.jsonl", as_jsonl(ROWS), "x.jsonl:1"),
    ("x.ndjson", as_jsonl(ROWS), "x.ndjson:1"),
    ("x.json", json.dumps(ROWS), "x.json[0]"),
    ("x.json", json.dumps({"total": 3, "products": ROWS}), "x.json[0]"),
]


@pytest.mark.parametrize(("name", "content", "origin"), FORMS)
def test_all_columns_under_their_own_names(tmp_path: Path, name: str, content: str, origin: str) -> None:
    records = read(tmp_path, content, name)
    assert records[0] == Record(id="7", group="7", origin=origin, fields=ROWS[0] | {"price": 12.5})
    assert [record.fields["price"] for record in records] == [12.5, None, "on request"]


@pytest.mark.parametrize(("name", "content", "origin"), FORMS)
def test_chosen_columns(tmp_path: Path, name: str, content: str, origin: str) -> None:
    records = read(
        tmp_path, content, name, columns={"id": "name", "brand": "maker"}, group="maker", attributes=["color"]
    )
    assert records[0] == Record(
        id="Kettle",
        group="Invented & Co",
        origin=origin,
        fields={"id": "Kettle", "brand": "Invented & Co", "attributes": {"color": "red"}},
    )
    assert [record.fields["attributes"] for record in records] == [{"color": "red"}, {}, {"color": "blue"}]
    by_name = read(tmp_path, content, name, id="name", columns={"brand": "maker"})
    assert [(record.id, record.group) for record in by_name] == [(n, n) for n in ("Kettle", "Teapot", "Cup")]


def test_attributes_leave_the_other_columns_in_place(tmp_path: Path) -> None:
    (record, *_) = read(tmp_path, as_csv(ROWS), "x.csv", attributes=["maker", "color"])
    assert set(record.fields) == {"id", "name", "price", "attributes"}


def test_without_ids_rows_are_known_by_their_place(tmp_path: Path) -> None:
    assert [record.id for record in read(tmp_path, "name\na\n\nb\n", "x.csv")] == ["x.csv:2", "x.csv:4"]


def test_json_values_keep_their_type(tmp_path: Path) -> None:
    row = {"id": 7, "price": 12.5, "tags": ["a", "b"], "sizes": ["S", "M"], "width": 3, "none": None}
    (record,) = read(tmp_path, as_jsonl([row]), "x.jsonl", attributes=["sizes", "width", "none"])
    assert record.id == "7"
    assert record.fields == {
        "id": 7,
        "price": 12.5,
        "tags": ["a", "b"],
        "attributes": {"sizes": "S, M", "width": "3"},
    }


def test_html_is_cleaned_only_if_asked(tmp_path: Path) -> None:
    content = "id,description\n1,<p>a</p><p>b</p>\n"
    assert read(tmp_path, content, "x.csv")[0].fields["description"] == "<p>a</p><p>b</p>"
    fields = read(tmp_path, content, "x.csv", html=True)[0].fields
    assert (fields["description"], fields["description_html"]) == ("a\nb", "<p>a</p><p>b</p>")


def test_separator_and_encoding(tmp_path: Path) -> None:
    records = read(tmp_path, "id~name\n1~é,;|\n".encode("cp1252"), "x.csv", separator="~", encoding="cp1252")
    assert records[0].fields["name"] == "é,;|"
    assert read(tmp_path, '{"id": 1, "n": "é"}'.encode("cp1252"), "x.jsonl", encoding="cp1252")[0].fields["n"] == "é"


def test_a_file_without_a_header_is_given_one(tmp_path: Path) -> None:
    content = "Kettle, red\tkettle\t1\nCup\tmug\n\nCup\tcup\t0\n"
    header = ["left", "right", "label"]
    first, short, last = everything(tmp_path, content, "x.txt", separator="\t", header=header)
    fields = dict(zip(header, ("Kettle, red", "kettle", "1"), strict=True))
    assert first == Record(id="x.txt:1", group="x.txt:1", origin="x.txt:1", fields=fields)
    assert short == Dropped(
        origin="x.txt:2",
        reason="wrong number of cells",
        detail="2 cells, the header has 3; a separator is missing, or a line break stands in a cell without quotes "
        "around it",
        bad=True,
    )
    assert last.origin == "x.txt:4"
    (chosen, _) = read(tmp_path, content, "x.tsv", header=header, columns={"offer": "LEFT"}, group="left")
    assert (chosen.fields, chosen.group) == ({"offer": "Kettle, red"}, "Kettle, red")


def test_a_header_that_is_given_is_checked_as_any_other(tmp_path: Path) -> None:
    assert refused(tmp_path, "a,b\n", "x.csv", header=["left", "right"], id="rihgt") == (
        "x.csv:1: there is no column 'rihgt'. Did you mean 'right'?"
    )
    assert refused(tmp_path, "\n", "x.csv", header=["left", "right"]) == "x.csv: there are no rows."


@pytest.mark.parametrize(
    "wrong",
    [
        {"separator": "||"},
        {"separator": '"'},
        {"encoding": "utf-9"},
        {"colums": {}},
        {"header": []},
        {"header": ["a", "a"]},
    ],
)
def test_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ADAPTERS["csv"].options(**wrong)


def test_json_rows_may_lack_fields_but_not_all_of_them(tmp_path: Path) -> None:
    content = as_jsonl([{"id": 1, "brand": "a"}, {"id": 2}])
    records = read(tmp_path, content, "x.jsonl", columns={"brand": "brand"})
    assert [record.fields for record in records] == [{"brand": "a"}, {}]
    expected = "x.jsonl: no row has 'bradn'. Did you mean 'brand'?"
    assert refused(tmp_path, content, "x.jsonl", columns={"brand": "bradn"}) == expected


@pytest.mark.parametrize(
    "options", [{"columns": {"a": "nmae"}}, {"id": "nmae"}, {"group": "nmae"}, {"attributes": ["nmae"]}]
)
def test_missing_column(tmp_path: Path, options: dict[str, Any]) -> None:
    expected = "x.csv:1: there is no column 'nmae'. Did you mean 'name'?"
    assert refused(tmp_path, as_csv(ROWS), "x.csv", **options) == expected


def test_rows_without_an_id_or_group_are_bad(tmp_path: Path) -> None:
    need = "is empty: every row needs one"
    assert bad(tmp_path, "id,name\n ,a\n2,b\n", "x.csv") == [f"x.csv:2: id {need}"]
    assert bad(tmp_path, '{"n": 1}\n{"sku": null}\n{"sku": 3}', "x.jsonl", id="sku") == [
        f"x.jsonl:1: sku {need}",
        f"x.jsonl:2: sku {need}",
    ]
    assert bad(tmp_path, "id,name\n1,\n2,b\n", "x.csv", group="name") == [f"x.csv:2: name {need}"]


def test_bad_rows_leave_the_others_in_place(tmp_path: Path) -> None:
    rows = everything(tmp_path, "name,price\na,1\nbroken\nc,3\n", "x.csv")
    assert [row.id if isinstance(row, Record) else row.reason for row in rows] == [
        "x.csv:2",
        "wrong number of cells",
        "x.csv:4",
    ]


@pytest.mark.parametrize(("name", "content", "origin"), FORMS[:4])
def test_columns_are_found_in_upper_and_lower_case(tmp_path: Path, name: str, content: str, origin: str) -> None:
    options = {"id": "ID", "columns": {"name": "NAME"}, "group": "Maker", "attributes": ["Color"]}
    (record, *_) = read(tmp_path, content, name, **options)
    assert record == Record(
        id="7", group="Invented & Co", origin=origin, fields={"name": "Kettle", "attributes": {"color": "red"}}
    )


def test_an_exact_name_outranks_one_in_another_case(tmp_path: Path) -> None:
    content = "Name,name,NAME\na,b,c\n"
    assert read(tmp_path, content, "x.csv", columns={"n": "name"})[0].fields == {"n": "b"}
    assert "no column 'nAME'" in refused(tmp_path, content, "x.csv", columns={"n": "nAME"})


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.jsonl", "\n", "x.jsonl: there are no rows."),
        ("x.jsonl", '{"id": 1}\n{"id": "\0"}\n', "x.jsonl:2: there is a NUL byte"),
        ("x.json", '[{"id": 1},\n{"id": 2]', "x.json: this is no JSON: Expecting ',' delimiter (line 2, column 9)."),
        ("x.json", "[" * 100_000, "x.json: this is no JSON: "),
        ("x.json", "", "x.json: there are no rows."),
        ("x.json", "[]", "x.json: there are no rows."),
        ("x.json", '{"a": 1}', "x.json: this should be a list of objects, or an object that holds one such list."),
        (
            "x.json",
            b'[{"id": "\xe9"}]',
            "x.json:1: byte 0xe9 (byte 10 of the file) is not utf-8. It looks like cp1252:",
        ),
    ],
)
def test_broken_json(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    assert refused(tmp_path, content, name).startswith(expected)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 2,}', "this is no JSON: Expecting property name enclosed in double quotes (column 10)"),
        ("[2]", "this is no JSON object: found [2]"),
        ("null", "this is no JSON object: found null"),
        ("[" * 100_000, "this is no JSON: maximum recursion depth exceeded"),
        ('{"id": ' + "9" * 5_000 + "}", "this is no JSON: Exceeds the limit (4300 digits)"),
    ],
)
def test_a_broken_line_of_json_is_a_bad_row(tmp_path: Path, line: str, said: str) -> None:
    content = '{"id": 1}\n\n' + line + '\n{"id": 3}\n'
    (found,) = bad(tmp_path, content, "x.jsonl")
    assert found.startswith(f"x.jsonl:3: {said}")
    assert [record.id for record in read(tmp_path, content, "x.jsonl")] == ["1", "3"]


def test_an_item_that_is_no_object_is_a_bad_row(tmp_path: Path) -> None:
    content = '[{"id": 1}, 2, {"id": 3}]'
    assert bad(tmp_path, content, "x.json") == ["x.json[1]: this is no JSON object: found 2"]
    assert [record.id for record in read(tmp_path, content, "x.json")] == ["1", "3"]


def test_what_is_no_number_is_none(tmp_path: Path) -> None:
    (record,) = read(tmp_path, '{"id": 1, "price": NaN, "width": -Infinity}', "x.jsonl")
    assert record.fields == {"id": 1, "price": None, "width": None}


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl"])
def test_reading_is_lazy(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("id\n1\n2\0\n" if name == "x.csv" else '{"id": 1}\n\0\n')
    adapter = ADAPTERS[name.removeprefix("x.")]
    records = iter(adapter.read(path, adapter.options()))
    assert isinstance(next(records), Record)
    with pytest.raises(DataError):
        next(records)


def test_files_are_chosen_by_suffix_whether_or_not_they_are_there() -> None:
    assert select_data_adapter(Path("no/X.CSV")) == "csv"
    assert select_data_adapter(Path("no/x.JSONL")) == "jsonl"
    assert select_data_adapter(Path("no/x.json.gz")) == "json"
    assert select_data_adapter(Path("no/x.parquet")) == "parquet"
    assert select_data_adapter(Path("no/state.json")) == "json"
    assert select_data_adapter(Path("no/x.gz")) is None
    assert select_data_adapter(Path("no/x.mp3")) is None
    assert select_data_adapter(Path("no/x.xlsx")) == "csv", "which says how to make one of a workbook"


OBJECTS = [{"id": "1", "name": "Jug"}, {"id": "2", "name": "Cup"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", "\ufeff" + "\n".join(map(json.dumps, OBJECTS))),
        ("x.jsonl", "\n".join(json.dumps(row) + "," for row in OBJECTS)),
        ("x.jsonl", "\n".join(json.dumps(row, indent=2) for row in OBJECTS)),
        ("x.jsonl", json.dumps(OBJECTS)),
        ("x.json", "\ufeff" + json.dumps(OBJECTS)),
        ("x.json", json.dumps(OBJECTS, indent=2).replace("}\n]", "},\n]")),
        ("x.json", "\n".join(map(json.dumps, OBJECTS))),
        ("x.json", "".join(map(json.dumps, OBJECTS))),
        ("x.json", json.dumps({"items": OBJECTS, "meta": {"total": 2}, "tags": ["a"]})),
        ("x.json", json.dumps({"data": {"products": {"edges": [{"node": row} for row in OBJECTS]}}})),
    ],
)
def test_json_as_it_comes(tmp_path: Path, name: str, content: str) -> None:
    records = [row for row in everything(tmp_path, content, name) if isinstance(row, Record)]
    assert [record.fields for record in records] == OBJECTS


def test_json_with_two_lists_of_objects_names_them(tmp_path: Path) -> None:
    message = refused(tmp_path, json.dumps({"a": OBJECTS, "b": {"c": OBJECTS}}), "x.json")
    assert message.endswith("It holds several: a, b.c; keep one.")
