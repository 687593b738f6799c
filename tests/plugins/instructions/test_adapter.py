"""Files, ids, groups, and which files are taken for instruction data."""

import gzip
import json
from pathlib import Path
from typing import Any

import pluggy
import pytest

from shoptune import hookspecs
from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_instructions.adapter import InstructionOptions, instructions
from shoptune_instructions.plugin import select_data_adapter
from tests.plugins.instructions.reading import ASK, assistant, read, records, user

ROWS: list[dict[str, Any]] = [
    {"messages": [*ASK, assistant("Yes.")]},
    {"messages": [*ASK, assistant("On the upper rack.")]},
    {"messages": [user("Do you ship abroad?"), assistant("Within Europe.")]},
]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def test_two_answers_to_one_prompt_are_one_group(tmp_path: Path) -> None:
    first, second, third = records(tmp_path, *ROWS)
    assert first.group == second.group != third.group


def test_a_prompt_in_another_spelling_is_of_the_same_group(tmp_path: Path) -> None:
    asked = ["Where is my order?", "where is my order", "WHERE  is my order!!", "Where is my other order?"]
    found = records(tmp_path, *({"prompt": prompt, "completion": f"Answer {i}"} for i, prompt in enumerate(asked)))
    first, second, third, fourth = (record.group for record in found)
    assert first == second == third != fourth


def test_an_id_is_the_rows_own_or_its_place(tmp_path: Path) -> None:
    found = records(tmp_path, ROWS[0] | {"id": 7}, ROWS[1])
    assert [record.id for record in found] == ["7", "chats.jsonl:2"]
    assert [record.origin for record in found] == ["chats.jsonl:1", "chats.jsonl:2"]
    [record] = records(tmp_path, ROWS[0] | {"prompt_id": "a1", "id": 7}, id="prompt_id")
    assert record.id == "a1"


@pytest.mark.parametrize(
    ("row", "options", "group"),
    [
        ({"group": "mugs"}, {}, "mugs"),
        ({"product_id": 12}, {}, "12"),
        ({"group": "mugs", "product_id": 12}, {}, "mugs"),
        ({"group": "", "product_id": 12}, {}, "12"),
        ({"group": "mugs", "customer": "c1"}, {"group": "customer"}, "c1"),
    ],
)
def test_a_group_may_be_named(tmp_path: Path, row: dict[str, Any], options: dict[str, str], group: str) -> None:
    [record] = records(tmp_path, ROWS[0] | row, **options)
    assert record.group == group


def test_a_group_that_no_row_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row has 'produkt'\. Did you mean 'product'\?"):
        read(tmp_path, [ROWS[0] | {"product": 1}], group="produkt")


def test_other_columns_are_not_kept_but_the_category(tmp_path: Path) -> None:
    [record] = records(tmp_path, ROWS[0] | {"category": "care", "score": 4})
    assert record.fields == {"messages": ASK, "completion": "Yes.", "form": "messages", "category": "care"}


def test_lines_that_are_no_json_do_not_stop_the_file(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(f'{{"messages": [\n\n[1]\n{LINES}', "utf-8")
    dropped, no_object, *rest = instructions.read(path, InstructionOptions())
    assert isinstance(dropped, Dropped)
    assert isinstance(no_object, Dropped)
    assert (dropped.bad, dropped.origin) == (True, "chats.jsonl:1")
    assert (no_object.bad, no_object.origin) == (True, "chats.jsonl:3")
    assert len(rest) == 3


def write_parquet(path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def write(path: Path) -> None:
    if path.suffix == ".parquet":
        write_parquet(path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(LINES.encode()))
    elif path.name == "list.json":
        path.write_text(json.dumps(ROWS, indent=2), "utf-8")
    else:
        path.write_text(LINES, "utf-16" if path.name == "utf16.jsonl" else "utf-8-sig")


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.ndjson", "lines.json", "list.json", "A.JSONL", "a.jsonl.gz", "utf16.jsonl", "a.parquet"]
)
def test_files_are_recognised_and_read(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    assert select_data_adapter(tmp_path / name) == "instructions"
    found = list(instructions.read(tmp_path / name, InstructionOptions()))
    assert [isinstance(row, Record) and row.fields["completion"] for row in found] == [
        "Yes.",
        "On the upper rack.",
        "Within Europe.",
    ]


@pytest.mark.parametrize("name", ["wrapped.json", "pretty.json", "wrapped.jsonl"])
def test_wrapped_rows_are_recognised_and_read(tmp_path: Path, name: str) -> None:
    text = json.dumps({"data": ROWS * 500}, indent=2 if name == "pretty.json" else None)
    (tmp_path / name).write_text(text, "utf-8")
    assert select_data_adapter(tmp_path / name) == "instructions"
    found = list(instructions.read(tmp_path / name, InstructionOptions()))
    assert [row.origin for row in found[:2] if not isinstance(row, Note)] == [f"{name}[0]", f"{name}[1]"]
    assert len(found) == 1500


def test_a_table_of_questions_and_answers_is_read(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("question,answer\nIs it safe?,Yes.\nIs it red?,No.\n", "utf-8")
    found = list(instructions.read(tmp_path / "faq.csv", InstructionOptions()))
    assert [isinstance(row, Record) and row.fields["completion"] for row in found] == ["Yes.", "No."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("faq.jsonl", '{"question": "Is it safe?", "answer": "Yes."}\n'),
        ("products.jsonl", '{"id": 1, "name": "Mug"}\n'),
        ("products.json", '[{"id": 1, "name": "Mug"}]'),
        ("numbers.json", "[1, 2]"),
        ("cut.jsonl", '{"messages": ['),
        ("empty.jsonl", ""),
        ("deep.json", "[" * 100_000),
        ("deep.jsonl", '{"a":' * 100_000),
        ("chats.csv", LINES),
        ("broken.parquet", "PAR1"),
    ],
)
def test_other_files_are_left_to_others(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert select_data_adapter(tmp_path / name) is None
    assert select_data_adapter(tmp_path / "missing" / name) is None


def test_products_in_parquet_are_left_to_others(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist([{"id": 1, "name": "Mug"}]), tmp_path / "a.parquet")
    assert select_data_adapter(tmp_path / "a.parquet") is None


@pytest.mark.parametrize("turned", [False, True])
def test_instruction_data_are_not_taken_for_plain_rows(tmp_path: Path, turned: bool) -> None:
    import shoptune_files.plugin
    import shoptune_instructions.plugin
    import shoptune_shops.plugin

    (tmp_path / "chats.jsonl").write_text(LINES, "utf-8")
    manager = pluggy.PluginManager("shoptune")
    manager.add_hookspecs(hookspecs)
    plugins = [shoptune_files.plugin, shoptune_instructions.plugin, shoptune_shops.plugin]
    for plugin in reversed(plugins) if turned else plugins:
        manager.register(plugin)
    assert manager.hook.select_data_adapter(path=tmp_path / "chats.jsonl") == "instructions"
