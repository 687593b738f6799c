"""The words that the metrics mark: those that they count, where they stand in what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import AdditiveMetric, Evaluation
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune_catalogue.metrics import ATTRIBUTE_COVERAGE, UNSUPPORTED_CLAIM_SHARE, UNSUPPORTED_CLAIMS

FACTS = {"name": "Tarn 27", "material": "waxed cotton", "weight": "1140 g", "size": "31 x 47 cm", "strap_width": "4 cm"}


def sample(text: str, facts: Mapping[str, str] = FACTS, answer: Any = None) -> Sample:
    example = Example(id="1", group="1", messages=(), facts=facts)
    prediction = Prediction(example_id="1", text=text)
    return Sample(example=example, prediction=prediction, answer=text if answer is None else answer)


def marked(metric: AdditiveMetric[Any], of: Sample, **options: Any) -> list[tuple[str, str, str]]:
    """Return (words, kind, note) of each mark."""
    assert metric.highlights is not None
    found = metric.highlights(of, metric.options(**options))
    return [(of.prediction.text[mark.start : mark.end], mark.kind, mark.note) for mark in found]


def test_what_states_a_fact_is_marked_where_it_does_so_first() -> None:
    text = "A bag of Waxed-Cotton, 1.14 kg, 31 cm wide and 47 cm tall. Waxed cotton lasts."
    assert marked(ATTRIBUTE_COVERAGE, sample(text)) == [
        ("Waxed-Cotton", "good", "states material: waxed cotton"),
        ("1.14 kg", "good", "states weight: 1140 g"),
        ("31 cm", "good", "states size: 31 x 47 cm"),
        ("47 cm", "good", "states size: 31 x 47 cm"),
    ]


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("4", "Has 14 hooks and 4 pockets.", ["4"]),
        ("6 cm twisted", "The cord is twisted, 60 mm of it.", ["twisted", "60 mm"]),
        ("red, moss green", "In moss green or in red.", ["moss green", "red"]),
        ("red, moss green", "In red.", []),
        ("31 x 47 cm", "It is 31 cm wide.", []),
        ("crème brûlée", "Like CRE\u0300ME BRU\u0302LE\u0301E, says Ann.", ["CRE\u0300ME BRU\u0302LE\u0301E"]),
        (", ;", "Anything.", []),
    ],
)
def test_places_of_a_value(value: str, text: str, expected: list[str]) -> None:
    assert [words for words, _, _ in marked(ATTRIBUTE_COVERAGE, sample(text, {"x": value}))] == expected


def test_only_attributes_are_marked() -> None:
    of = sample("The Tarn 27, of waxed cotton.")
    assert [words for words, _, _ in marked(ATTRIBUTE_COVERAGE, of)] == ["waxed cotton"]
    assert [words for words, _, _ in marked(ATTRIBUTE_COVERAGE, of, attributes=["Name"])] == ["Tarn 27"]


def test_a_long_value_is_cut_in_the_note() -> None:
    value = "soft " * 40
    ((_, _, note),) = marked(ATTRIBUTE_COVERAGE, sample(value, {"feel": value}))
    assert note.endswith("soft …")
    assert len(note) < 100


@pytest.mark.parametrize("metric", [UNSUPPORTED_CLAIMS, UNSUPPORTED_CLAIM_SHARE], ids=lambda metric: metric.name)
def test_every_unsupported_claim_is_marked_each_time(metric: AdditiveMetric[Any]) -> None:
    of = sample("Waxed cotton with alu hooks, aluminum rings and 12 kg of room; 1140 g.")
    assert marked(metric, of) == [
        ("alu", "bad", "claims material: aluminium"),
        ("aluminum", "bad", "claims material: aluminium"),
        ("12 kg", "bad", "claims number: 12 kg"),
    ]
    assert [words for words, _, _ in marked(metric, of, kinds=["number"])] == ["12 kg"]
    assert marked(metric, sample("Waxed cotton with brass.", {})) == []  # nothing to check it against


def test_marks_stand_in_the_prediction_whatever_its_task_cut_off() -> None:
    of = sample('Description: "Brass and waxed cotton."', answer="Brass and waxed cotton.")
    assert [words for words, _, _ in marked(ATTRIBUTE_COVERAGE, of)] == ["waxed cotton"]
    assert [words for words, _, _ in marked(UNSUPPORTED_CLAIMS, of)] == ["Brass"]


@pytest.mark.parametrize("answer", [Invalid("empty"), {"material": "brass"}, "Brass, put in other words."])
@pytest.mark.parametrize("metric", [ATTRIBUTE_COVERAGE, UNSUPPORTED_CLAIMS], ids=lambda metric: metric.name)
def test_what_does_not_stand_there_is_not_marked(metric: AdditiveMetric[Any], answer: Any) -> None:
    assert marked(metric, sample("brass, waxed cotton", answer=answer)) == []


PHRASES = [
    "waxed cotton",
    "Waxed-cottons",
    "1.14 kg",
    "31 × 47",
    "31 cm",
    "47 cm",
    "brass",
    "straße",
    "é",
    "½",
    ". ",
    " ",
]


@given(st.lists(st.sampled_from(PHRASES) | st.text(max_size=4)).map(" ".join))
def test_marks_are_what_the_rows_count(text: str) -> None:
    of = sample(text)
    evaluation = Evaluation(samples=[of])
    notes = {note for _, _, note in marked(ATTRIBUTE_COVERAGE, of)}
    assert len(notes) == ATTRIBUTE_COVERAGE.rows(evaluation, ATTRIBUTE_COVERAGE.options())[0, 0]
    claims = marked(UNSUPPORTED_CLAIMS, of)
    assert all(words and note.startswith("claims ") for words, _, note in claims)
    assert bool(claims) == bool(UNSUPPORTED_CLAIMS.rows(evaluation, UNSUPPORTED_CLAIMS.options())[0, 0])
