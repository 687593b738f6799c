"""Examples from products and from rows of one's own, and how answers are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from shoptune.data import Dropped, Example, Invalid, Note, Record
from shoptune.errors import UsageError
from shoptune_attribute_extraction.task import ATTRIBUTE_EXTRACTION as TASK
from shoptune_attribute_extraction.task import AttributeExtractionOptions

KETTLE: dict[str, Any] = {
    "name": "Larkfoot Kettle,  slate blue",
    "description": "1500 W bring it to the boil.\n\nOf enamel.",
    "category": "Kitchen > Kettles",
    "attributes": {"color": "slate blue", "power": "1500 W"},
    "created_at": "2025-03-01",
}
TITLE: dict[str, Any] = {
    "input": "Larkfoot Kettle 1 l",
    "category": "Kettles",
    "target_scores": {"Capacity": {"1 l": 1}},
}


def record(number: int = 1, **fields: Any) -> Record:
    return Record(id=f"p{number}", group=f"g{number}", fields=fields, origin=f"products.jsonl:{number}")


def read(*records: Record, **options: Any) -> list[Example | Dropped | Note]:
    return list(TASK.examples({"products": records}, AttributeExtractionOptions(**options)))


def first(*records: Record, **options: Any) -> Example:
    example = read(*records, **options)[0]
    assert isinstance(example, Example)
    return example


def asked(example: Example) -> list[str]:
    line = example.messages[-1]["content"].split("\n")[0]
    return line.removeprefix("Attributes: ").split(", ")


def targets(example: Example) -> list[dict[str, str]]:
    return list(map(json.loads, example.references))


def test_a_product_becomes_an_example() -> None:
    example, note = read(record(**KETTLE), attributes=["color", "size", "power"])
    assert example == Example(
        id="p1",
        group="g1",
        messages=(
            {
                "role": "system",
                "content": "Extract the attributes from the product's text as JSON. "
                "Write n/a for what the text does not state.",
            },
            {
                "role": "user",
                "content": "Attributes: color, size, power\n\nLarkfoot Kettle, slate blue\n"
                "1500 W bring it to the boil.\nOf enamel.",
            },
        ),
        references=('{"color":"slate blue","size":"n/a","power":"1500 W"}',),
        answer_schema={
            "type": "object",
            "properties": {name: {"type": "string", "maxLength": 200} for name in ("color", "size", "power")},
            "required": ["color", "size", "power"],
            "additionalProperties": False,
        },
        slices={"category": "Kettles"},
        content="Larkfoot Kettle, slate blue\n1500 W bring it to the boil.\nOf enamel.",
        date="2025-03-01",
        origin="products.jsonl:1",
    )
    assert note == Note(
        topic="attributes", figures={"asked for": 3, "stated": 2, "stated in other words than the text's": 0}
    )


def test_rows_with_scored_values_need_only_options() -> None:
    example = first(record(**TITLE), text="input", targets="target_scores")
    assert example.messages[-1]["content"] == "Attributes: Capacity\n\nLarkfoot Kettle 1 l"
    assert targets(example) == [{"Capacity": "1 l"}]


@pytest.mark.parametrize(
    ("value", "learnt"),
    [
        ("1  l", [{"a": "1 l"}]),
        (16, [{"a": "16"}]),
        (16.0, [{"a": "16"}]),
        (True, [{"a": "yes"}]),
        (["oak", None, "steel"], [{"a": "oak, steel"}]),
        ({"coal": 0.5, "black": 1, "red": 0}, [{"a": "black"}, {"a": "coal"}]),
    ],
)
def test_forms_of_a_value(value: Any, learnt: list[dict[str, str]]) -> None:
    assert targets(first(record(name="x", attributes={"a": value}), attributes=["a"])) == learnt


@pytest.mark.parametrize("value", [None, "", "n/a", "N/A", [], {}, {"red": 0}, {"n/a": 1}])
def test_what_is_not_stated(value: Any) -> None:
    example = first(record(name="x", attributes={"a": value, "b": "red"}), attributes=["a", "b"])
    assert targets(example) == [{"a": "n/a", "b": "red"}]


def test_alternatives_make_further_references() -> None:
    values = {"a": {"1 l": 1, "one litre": 0.9}, "b": "red"}
    example = first(record(name="x", attributes=values), attributes=["a", "b", "c"])
    assert targets(example) == [{"a": "1 l", "b": "red", "c": "n/a"}, {"a": "one litre", "b": "red", "c": "n/a"}]


def test_answers_may_show_only_what_is_stated() -> None:
    example = first(record(**KETTLE), attributes=["color", "size"], show="stated")
    assert targets(example) == [{"color": "slate blue"}, {"color": "slate blue", "size": "n/a"}]
    assert example.messages[0]["content"].endswith("Leave out what the text does not state.")


@pytest.mark.parametrize("show", ["all", "stated"])
def test_the_schema_allows_what_is_learnt_and_no_other_attribute(show: str) -> None:
    values = {"b": {"1 l": 1, "one litre": 0.9}, "a": "red"}
    example = first(record(name="x", attributes=values), attributes=["c", "b", "a"], show=show)
    schema = example.answer_schema
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == asked(example)
    allowed = Draft202012Validator(schema).is_valid
    assert all(map(allowed, targets(example)))
    assert allowed({"a": "red"}) == (show == "stated")
    assert not allowed({"a": "red", "b": "1 l", "c": "n/a", "d": "n/a"})
    assert not allowed({"a": "red", "b": "1 l", "c": None})


def test_the_instruction_can_be_set() -> None:
    assert first(record(**KETTLE), instruction="Be brief.").messages[0] == {"role": "system", "content": "Be brief."}


# --- what is asked for -----------------------------------------------------------------------------------------------


def products(count: int, category: str | None, attributes: dict[str, str], start: int = 0) -> list[Record]:
    return [record(start + n, name=f"x{n}", category=category, attributes=attributes) for n in range(count)]


def test_what_is_common_in_a_category_is_asked_for_the_most_frequent_first() -> None:
    kettles = [
        *products(18, "Kettles", {"color": "red"}, start=100),
        *products(1, "Kettles", {"power": "2 W", "color": "red"}, start=200),
        *products(1, "Kettles", {"cord": "1 m", "color": "red"}, start=300),
        *products(20, "Kettles", {"power": "2 W"}, start=400),
    ]
    books = products(10, "Books", {"pages": "64"}, start=500)
    examples = read(*kettles, *books)
    assert {tuple(asked(e)) for e in examples if isinstance(e, Example) and e.slices["category"] == "Kettles"} == {
        ("power", "color")  # 21 and 20 of 40; one in forty has a cord
    }
    assert {tuple(asked(e)) for e in examples if isinstance(e, Example) and e.slices["category"] == "Books"} == {
        ("pages",)
    }
    assert asked(first(*kettles, at_least=0)) == ["power", "color", "cord"]


def test_small_categories_are_asked_for_what_is_common_everywhere() -> None:
    kettles, books = products(12, "Kettles", {"color": "red"}), products(9, "Books", {"pages": "64"}, start=100)
    loose = products(1, None, {"rare": "yes"}, start=200)
    assert asked(first(*books, *kettles)) == ["color", "pages"]
    assert asked(first(*loose, *books, *kettles, at_least=0)) == ["color", "pages", "rare"]
    [dropped] = [row for row in read(*loose, *books, *kettles) if isinstance(row, Dropped)]
    assert dropped.reason == "product with none of the attributes"


def test_attributes_can_be_named_for_each_category() -> None:
    named = {"Kettles": ["power"], "Books": ["pages"]}
    kettle, book, lamp, _ = read(
        record(1, **KETTLE),
        record(2, name="x", category="Books", attributes={"pages": "64"}),
        record(3, name="x", category="Lamps", attributes={"power": "4 W"}),
        attributes=named,
    )
    assert isinstance(kettle, Example)
    assert isinstance(book, Example)
    assert (asked(kettle), asked(book)) == (["power"], ["pages"])
    assert lamp == Dropped(origin="products.jsonl:3", reason="nothing is asked for of its category", detail="Lamps")


def test_a_named_attribute_may_be_a_field_of_the_product() -> None:
    example = first(record(name="x", brand="Ostrick", attributes={"color": "red"}), attributes=["brand", "color"])
    assert targets(example) == [{"brand": "Ostrick", "color": "red"}]


def test_a_field_is_asked_for_only_by_name() -> None:
    example = first(record(**KETTLE, brand="Ostrick"))
    assert asked(example) == ["color", "power"]


# --- what can't be used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": " ", "description": None}, "product without a text"),
        ({"attributes": {}}, "product with none of the attributes"),
        ({"attributes": None}, "product with none of the attributes"),
        ({"attributes": {"color": "n/a"}}, "product with none of the attributes"),
        ({"attributes": "red"}, "attributes of an unknown form"),
        ({"attributes": {"color": {"value": "red"}}}, "attributes of an unknown form"),
        ({"attributes": {"color": [["red"]]}}, "attributes of an unknown form"),
    ],
)
def test_products_that_can_not_be_used_are_dropped_with_a_reason(fields: dict[str, Any], reason: str) -> None:
    dropped, example, _ = read(record(7, **{**KETTLE, **fields}), record(**KETTLE))
    assert isinstance(dropped, Dropped)
    assert (dropped.origin, dropped.reason) == ("products.jsonl:7", reason)
    assert isinstance(example, Example)


def test_targets_that_no_product_has_are_refused() -> None:
    with pytest.raises(UsageError, match=r"no product has a field 'atributes'\. Did you mean 'attributes'\?"):
        read(record(**KETTLE), targets="atributes")


@pytest.mark.parametrize("options", [{"text": []}, {"attributes": []}, {"at_least": 2}, {"show": "none"}])
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AttributeExtractionOptions(**options)


def test_a_value_that_the_text_does_not_state_is_counted() -> None:
    note = read(record(**{**KETTLE, "attributes": {"color": "SLATE BLUE", "power": "1.5 kW"}}))[-1]
    assert isinstance(note, Note)
    assert note.figures["stated in other words than the text's"] == 1


# --- answers ---------------------------------------------------------------------------------------------------------


def test_answers_are_parsed() -> None:
    example = first(record(**KETTLE))
    assert TASK.parse('Here: {"color": "red", "power": null}', example) == {"color": "red", "power": "n/a"}
    assert TASK.parse("red", example) == Invalid("no JSON object")


@given(st.text())
def test_parsing_never_raises(text: str) -> None:
    assert isinstance(TASK.parse(text, first(record(**KETTLE))), Invalid | dict)


@pytest.mark.parametrize("show", ["all", "stated"])
def test_nothing_says_that_nothing_is_stated(show: str) -> None:
    example = first(record(**KETTLE), attributes=["color", "size"], show=show)
    assert TASK.baselines["nothing"](example) == '{"color":"n/a","size":"n/a"}'


def test_an_empty_instruction_is_no_system_turn() -> None:
    assert [message["role"] for message in first(record(**KETTLE), instruction="").messages] == ["user"]
