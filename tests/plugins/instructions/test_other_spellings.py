"""Labels, roles and columns that other tools write, and what is said of columns that are not read."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Dropped, Note, Record
from shoptune_instructions.adapter import InstructionOptions, instructions

TURNS = [{"role": "user", "content": "Is it warm?"}, {"role": "assistant", "content": "Yes, of wool."}]
ASKED = {"prompt": "Is it warm?", "completion": "Yes, of wool."}


def read(path: Path, *rows: dict[str, Any]) -> list[Record | Dropped | Note]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return list(instructions.read(path, InstructionOptions()))


@pytest.mark.parametrize(
    "label", ["ThumbsUp", ":thumbsup:", ":+1:", "👍🏽", "✔️", "1.0", "01", "TRUE", "Up-vote", "chosen", "Correct", 1.0]
)
def test_good_labels_in_any_spelling(tmp_path: Path, label: Any) -> None:
    (found,) = read(tmp_path / "a.jsonl", {**ASKED, "label": label})
    assert isinstance(found, Record)


@pytest.mark.parametrize(
    "label",
    [
        "ThumbsDown",
        ":thumbsdown:",
        ":-1:",
        "👎🏽",
        "❌",
        "0.0",
        "-1.0",
        "FALSE",
        "down vote",
        "Rejected",
        "reject",
        -1.0,
    ],
)
def test_bad_labels_in_any_spelling(tmp_path: Path, label: Any) -> None:
    (found,) = read(tmp_path / "a.jsonl", {**ASKED, "label": label})
    assert isinstance(found, Dropped)
    assert found.reason == "an answer labelled as not wanted"


@pytest.mark.parametrize("label", ["2", 3, "0.5", "neither", "good or bad"])
def test_labels_that_say_neither(tmp_path: Path, label: Any) -> None:
    (found,) = read(tmp_path / "a.jsonl", {**ASKED, "label": label})
    assert isinstance(found, Dropped)
    assert found.reason == "a label that says neither good nor bad"


@pytest.mark.parametrize("name", ["bing", "Bard", "AI"])
def test_what_else_sharegpt_calls_the_model(tmp_path: Path, name: str) -> None:
    chat = [{"from": "human", "value": "Is it warm?"}, {"from": name, "value": "Yes, of wool."}]
    (found,) = read(tmp_path / "a.jsonl", {"conversations": chat})
    assert isinstance(found, Record)


@pytest.mark.parametrize("keys", [("q", "a"), ("query", "response"), ("input", "output")])
def test_other_names_of_question_and_answer(tmp_path: Path, keys: tuple[str, str]) -> None:
    (found,) = read(tmp_path / "a.jsonl", dict(zip(keys, ASKED.values(), strict=True)))
    assert isinstance(found, Record)
    assert found.fields["completion"] == "Yes, of wool."


@pytest.mark.parametrize("name", ["system_message", "systemPrompt"])
def test_other_names_of_the_system_text(tmp_path: Path, name: str) -> None:
    (found,) = read(tmp_path / "a.jsonl", {**ASKED, name: "Be short."})
    assert isinstance(found, Record)
    assert found.fields["messages"][0] == {"role": "system", "content": "Be short."}


def test_a_chat_in_a_cell_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "messages"], ["1", json.dumps(TURNS)]])
    (found,) = instructions.read(path, InstructionOptions())
    assert isinstance(found, Record)
    assert found.fields["messages"] == TURNS[:1]


def test_one_picture_is_more_than_text_as_several_are(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.jsonl", {"messages": TURNS, "image": "scarf.png"})
    assert isinstance(found, Dropped)
    assert found.reason == "a turn with more than text"


def test_columns_that_are_not_read_are_said(tmp_path: Path) -> None:
    rows = [{**ASKED, "id": n, "category": "scarf", "Rating": 1, "feedback": "bad" if n else None} for n in range(3)]
    note = read(tmp_path / "a.jsonl", *rows)[-1]
    assert note == Note(topic="keys that were not read", figures={"rating": 3, "feedback": 2})


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("row", [{"question": "Warm?", "answers": ["Yes"]}, {"chat": TURNS}])
def test_a_line_with_a_list_is_a_row_of_its_own(tmp_path: Path, row: dict[str, Any], rows: int) -> None:
    found = read(tmp_path / "a.jsonl", *[row] * rows)
    assert [item.reason for item in found if isinstance(item, Dropped)] == ["no known form"] * rows
