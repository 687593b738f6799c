"""Attributes as JSON, written and read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Invalid
from shoptune_attributes.answers import NOT_STATED, read_attributes, write_attributes

plain_texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda text: read_attributes(json.dumps({"a": text})) == {"a": text}  # "none" and the like are read as n/a
)


@pytest.mark.parametrize(
    "text",
    [
        '{"Brand":"Ostrick","Size":"4.50"}',
        'Sure! Here it is:\n```json\n{\n  "Brand": "Ostrick",\n  "Size": 4.50\n}\n```\nAnything else?',
        '{Brand} is a placeholder. {"Brand": "Ostrick", "Size": "4.50"} {"Brand": "another"}',
        '{"Brand": ...} would be {"Brand": " Ostrick\n", "Size": ["4.50", null]}',
    ],
)
def test_the_first_object_is_found_whatever_stands_around_it(text: str) -> None:
    assert read_attributes(text) == {"Brand": "Ostrick", "Size": "4.50"}


@pytest.mark.parametrize("value", [None, "", " ", "n/a", "N/A", "None", "null", "-", [], [None, "n/a"], float("nan")])
def test_what_means_that_nothing_is_stated(value: object) -> None:
    assert read_attributes(json.dumps({"a": value})) == {"a": NOT_STATED}


@pytest.mark.parametrize(
    ("value", "text"),
    [(16, "16"), (True, "yes"), (False, "no"), (["red", 2, None], "red, 2"), (1e30, "1e+30")],
)
def test_values_become_text(value: object, text: str) -> None:
    assert read_attributes(json.dumps({"a": value})) == {"a": text}


def test_numbers_keep_their_digits_however_many() -> None:
    assert read_attributes(f'{{"a": 2.50, "b": {"9" * 5000}}}') == {"a": "2.50", "b": "9" * 5000}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON object"),
        ("red", "no JSON object"),
        ('["red"]', "no JSON object"),
        ("{Brand: Ostrick}", "no JSON object"),
        ('{"Brand": "Ostri', "the JSON object is broken or cut off"),
        ('{"Brand": "Ostrick", "Size": {"EU": 42}, "Col', "the JSON object is broken or cut off"),
        ('{"Size": {"EU": 42}}', "an attribute's value is neither a text nor a number nor a list of these"),
        ('{"Size": [[42]]}', "an attribute's value is neither a text nor a number nor a list of these"),
        (
            '{"Brand": ...} ' * 200 + '{"Brand": "Ostrick"}',
            "100 JSON objects are broken, the first ones; no more are tried",
        ),
        ('{"a":' * 100_000, "brackets within brackets without end"),
    ],
)
def test_what_is_invalid(text: str, reason: str) -> None:
    assert read_attributes(text) == Invalid(reason)


def test_an_empty_object_states_nothing() -> None:
    assert read_attributes("{}") == {}


@given(st.dictionaries(plain_texts, plain_texts))
def test_what_is_written_reads_back(values: dict[str, str]) -> None:
    written = write_attributes(values)
    assert "\n" not in written
    assert read_attributes(f"```json\n{written}\n```") == values


@given(st.text(st.sampled_from('{}[]":,\\n1.e-ua \n\x00\ud800é')) | st.text())
def test_reading_never_raises(text: str) -> None:
    found = read_attributes(text)
    assert isinstance(found, Invalid) or "" not in found.values()
