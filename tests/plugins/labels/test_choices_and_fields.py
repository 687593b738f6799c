"""What tasks with labels share: how an answer is read, and what a prompt shows of a record."""

from typing import Any

import pytest

from shoptune.data import Example, Invalid, Record
from shoptune.errors import UsageError
from shoptune.formatting import format_value
from shoptune_labels.choices import listed, parse_choice
from shoptune_labels.fields import refuse_unknown_fields, shown


def record(**fields: Any) -> Record:
    return Record(id="r", group="r", origin="x.csv:2", fields=fields)


@pytest.mark.parametrize(("text", "answer"), [("yes", "yes"), (" YES\n", "yes"), ("No", "no")])
def test_an_answer_is_one_of_the_choices(text: str, answer: str) -> None:
    assert parse_choice(text, Example(id="e", group="e", messages=(), choices=("yes", "no"))) == answer


@pytest.mark.parametrize("text", ["", "yes, it is", "maybe"])
def test_or_invalid(text: str) -> None:
    found = parse_choice(text, Example(id="e", group="e", messages=(), choices=("yes", "no")))
    assert found == Invalid("none of the choices")


def test_choices_as_a_sentence() -> None:
    assert listed(("yes", "no")) == "yes or no"


def test_fields_are_shown_in_order_without_their_side_and_without_empty_ones() -> None:
    offer = record(left_name="Mug\n red", left_unit_price=12.0, left_note=" ", left="old", title_1="x")
    assert shown(offer, ("left_unit_price", "left_name", "left_note", "no_such", "left", "title_1"), "left") == [
        ("Unit price", "12"),
        ("Name", "Mug red"),
        ("", "old"),
        ("Title 1", "x"),
    ]


def test_a_mapping_shows_its_own_fields() -> None:
    assert shown(record(left={"name": "Mug", "tags": ["a", "b"], "price": None}), ("left",), "left") == [
        ("Name", "Mug"),
        ("Tags", "a, b"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1.0, "1"),
        (1.5, "1.5"),
        (0, "0"),
        (None, ""),
        ({"a": 1}, ""),
        ([1, "b"], "1, b"),
        (" a\tb ", "a b"),
    ],
)
def test_cells_as_text(value: Any, text: str) -> None:
    assert format_value(value) == text


def test_a_field_that_no_row_has() -> None:
    rows = [record(left="a"), record(right="b")]
    refuse_unknown_fields(rows, ("left", "right"))
    with pytest.raises(UsageError, match=r"no row has a field 'rihgt'. Did you mean 'right'?"):
        refuse_unknown_fields(rows, ("left", "rihgt"))
