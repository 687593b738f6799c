"""Records become examples, answers are read, and what is wrong is said in words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.components import Task
from shoptune.data import Dropped, Example, Invalid, Record
from shoptune.errors import UsageError
from shoptune_custom.task import CUSTOM_JSON, CUSTOM_LABEL, CUSTOM_TEXT

REVIEW = {"prompt": "Good or bad? {{ text }}", "target": "{{ 'Good' if stars | int > 3 else 'bad' }}"}
LABEL = {**REVIEW, "choices": ("good", "bad")}
SCHEMA = {
    "type": "object",
    "properties": {"color": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["color"],
    "additionalProperties": False,
}
JSON = {"prompt": "{{ text }}", "target": '{"color": {{ color | tojson }}}', "answer_schema": SCHEMA}


def record(number: int = 1, **fields: Any) -> Record:
    own = {"text": "Lovely mug", "stars": "5", "color": "red"}
    return Record(id=f"r{number}", group=f"g{number}", origin=f"reviews.csv:{number}", fields=own | fields)


def made(task: Task[Any], options: dict[str, Any], *records: Record, **more: Any) -> list[Any]:
    tables = {"reviews": records or (record(),), **more}
    return list(task.examples(tables, task.options.model_validate(options)))


def test_a_record_becomes_an_example() -> None:
    options = {**LABEL, "instruction": "You read {{ reviews }}.", "slices": ("color",)}
    assert made(CUSTOM_LABEL, options, record(created_at="2026-01-02")) == [
        Example(
            id="r1",
            group="g1",
            origin="reviews.csv:1",
            messages=(
                {"role": "system", "content": "You read {{ reviews }}."},
                {"role": "user", "content": "Good or bad? Lovely mug"},
            ),
            references=("good",),
            choices=("good", "bad"),
            slices={"color": "red"},
            content="Lovely mug\n5",
            date="2026-01-02",
        )
    ]


def test_a_text_and_its_facts() -> None:
    options = {"prompt": "{{ attributes.size }}", "target": "{{ text }}", "facts": ("attributes", "color", "brand")}
    example, note = made(CUSTOM_TEXT, options, record(attributes={"size": 3.0, "strap_width": "4 cm"}, brand=None))
    assert example.references == ("Lovely mug",)
    assert example.facts == {"size": "3", "strap_width": "4 cm", "color": "red"}
    assert note.figures["prompts that hold their answer"] == 0
    assert CUSTOM_TEXT.parse(" a \n", example) == "a"
    assert CUSTOM_TEXT.parse(" \n", example) == Invalid("empty answer")
    assert CUSTOM_TEXT.baselines["copy"](example) == "3"


def test_an_object_and_its_schema() -> None:
    example, _ = made(CUSTOM_JSON, JSON, record(color='re"d'))
    assert example.references == ('{"color":"re\\"d"}',)
    assert example.answer_schema == SCHEMA
    assert CUSTOM_JSON.parse(example.references[0], example) == {"color": 're"d'}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('Sure! ```json {"color": "red", "size": 4} ```', {"color": "red", "size": "4"}),
        ('{"color": "red", "size": "4"}', Invalid("against the schema: $.size: type")),
        ('{"size": 4}', Invalid("against the schema: $: required")),
        ('{"color": "red", "brand": "x"}', Invalid("against the schema: $: additionalProperties")),
        ('{"color": "re', Invalid("no JSON object, or one that is broken or cut off")),
        ('{"color": NaN}', Invalid("no JSON object, or one that is broken or cut off")),
        ("red", Invalid("no JSON object, or one that is broken or cut off")),
        ('{"color":' + '{"a":' * 100_000, Invalid("brackets within brackets without end")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_how_objects_are_read(text: str, answer: object) -> None:
    example, _ = made(CUSTOM_JSON, JSON)
    assert CUSTOM_JSON.parse(text, example) == answer


@given(st.text() | st.from_regex(r'\{"color": ?.{0,20}\}'))
def test_reading_an_object_never_raises(text: str) -> None:
    example, _ = made(CUSTOM_JSON, JSON)
    answer = CUSTOM_JSON.parse(text, example)
    assert isinstance(answer, Invalid) or set(answer) <= {"color", "size"}


@given(st.fixed_dictionaries({"color": st.text(min_size=1)}))
def test_what_is_learnt_is_read_back(values: dict[str, str]) -> None:
    for example in made(CUSTOM_JSON, JSON, record(color=values["color"]))[:-1]:
        assert json.loads(example.references[0]) == values
        assert not isinstance(CUSTOM_JSON.parse(example.references[0], example), Invalid)


# --- what is left out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason", "detail"),
    [
        ({"text": "  "}, "the prompt is empty", ""),
        ({"stars": ""}, "the target is empty", ""),
        ({"stars": "so-so"}, "the target is no valid answer", "none of the choices: 'so-so'"),
        ({"text": {"de": "Tasse"}}, "the prompt can't be filled in", "line 1 of the template: a mapping has no text"),
    ],
)
def test_a_record_that_is_left_out(fields: dict[str, Any], reason: str, detail: str) -> None:
    options = {"prompt": "{{ text }}", "target": "{{ stars }}", "choices": ("1", "5")}
    dropped, example = made(CUSTOM_LABEL, options, record(**fields), record(2))
    assert isinstance(dropped, Dropped)
    assert (dropped.origin, dropped.reason, dropped.bad) == ("reviews.csv:1", reason, False)
    assert dropped.detail.startswith(detail)
    assert example.id == "r2"


def test_a_field_that_only_some_rows_have_is_empty_in_the_others() -> None:
    options = {**LABEL, "prompt": "{{ text }}{% if brand %} by {{ brand }}{% endif %}"}
    first, second = made(CUSTOM_LABEL, options, record(), record(2, brand="Åre"))
    assert [example.messages[0]["content"] for example in (first, second)] == ["Lovely mug", "Lovely mug by Åre"]


@pytest.mark.parametrize(
    "changes", [{"prompt": "{{ txet }}"}, {"target": "{{ record['txet'] }}"}, {"slices": ["txet"]}]
)
def test_a_field_that_no_row_has(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"no row has a field 'txet'\. Did you mean 'text'\?"):
        made(CUSTOM_LABEL, {**LABEL, **changes})


def test_which_table() -> None:
    tables = {"orders": (Record(id="o", group="o", origin="", fields={}),)}
    assert len(made(CUSTOM_LABEL, {**LABEL, "table": "reviews"}, **tables)) == 1
    with pytest.raises(UsageError, match=re.escape("several tables (orders, reviews); say which with `table`")):
        made(CUSTOM_LABEL, LABEL, **tables)
    with pytest.raises(UsageError, match=r"there is no table 'review'\. Did you mean 'reviews'\?"):
        made(CUSTOM_LABEL, {**LABEL, "table": "review"}, **tables)


# --- what is refused before anything runs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "options", "said"),
    [
        (CUSTOM_LABEL, {**LABEL, "prompt": "{{ text }"}, "line 1 of the template: unexpected '}'"),
        (CUSTOM_LABEL, {**LABEL, "prompt": ""}, "at least 1 character"),
        (CUSTOM_LABEL, REVIEW, "choices"),
        (CUSTOM_LABEL, {**LABEL, "choices": ("good",)}, "at least 2"),
        (CUSTOM_LABEL, {**LABEL, "choices": ("good", "Good")}, "a choice stands there twice"),
        (CUSTOM_LABEL, {**LABEL, "choices": ("good", " bad")}, "white space around it"),
        (CUSTOM_LABEL, {**LABEL, "choices": (True, False)}, "valid string"),
        (CUSTOM_LABEL, {**LABEL, "slices": ["product"]}, "'product' means something else beside slices"),
        (CUSTOM_LABEL, {**LABEL, "facts": ["text"]}, "facts"),
        (CUSTOM_JSON, {**JSON, "answer_schema": {}}, "it needs `type: object` and `properties`"),
        (CUSTOM_JSON, {**JSON, "answer_schema": {**SCHEMA, "type": "objekt"}}, "is no JSON Schema: $.type"),
        (
            CUSTOM_JSON,
            {**JSON, "answer_schema": {**SCHEMA, "properties": {"a": {"pattern": "("}}}},
            "is no JSON Schema: $.properties.a.pattern",
        ),
        (
            CUSTOM_JSON,
            {**JSON, "answer_schema": {**SCHEMA, "properties": {"a": {"anyOf": [{"$ref": "http://localhost/a"}]}}}},
            "refers to 'http://localhost/a'",
        ),
    ],
)
def test_wrong_options(task: Task[Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        task.options.model_validate(options)
