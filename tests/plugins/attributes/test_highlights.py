"""The values that the metrics mark in the JSON that was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Example, Prediction, Sample
from shoptune_attributes.answers import NOT_STATED, find_values, read_attributes
from shoptune_attributes.metrics import ATTRIBUTE_F1, INVENTED_ATTRIBUTES

SHOE = {"Brand": "Ostrick", "Color": "n/a", "Size": "14 M", "Sole": "rubber"}


def sample(text: str, reference: Mapping[str, str] = SHOE) -> Sample:
    example = Example(id="1", group="1", messages=(), references=(json.dumps(reference),))
    return Sample(example=example, prediction=Prediction(example_id="1", text=text), answer=read_attributes(text))


def marked(metric: Any, of: Sample, **options: Any) -> list[tuple[str, str, str]]:
    """Return (words, kind, note) of each mark."""
    highlights = metric.highlights(of, metric.options(**options))
    return [(of.prediction.text[mark.start : mark.end], mark.kind, mark.note) for mark in highlights]


def test_right_wrong_and_invented_values() -> None:
    of = sample('Sure! {"brand": "OSTRICK", "Color": "red", "Size": 14, "Laces": "red"} Bye {"Size": 3}')
    assert marked(ATTRIBUTE_F1, of) == [
        ("OSTRICK", "good", "right Brand"),
        ("14", "bad", "wrong Size: the text states 14 M"),
    ]
    assert marked(INVENTED_ATTRIBUTES, of) == [("red", "bad", "invented Color: the text states none")]


def test_values_match_as_the_metric_is_told() -> None:
    of = sample('{"Brand": "ostrick"}')
    assert [kind for _, kind, _ in marked(ATTRIBUTE_F1, of)] == ["good"]
    assert [kind for _, kind, _ in marked(ATTRIBUTE_F1, of, match="exact")] == ["bad"]


def test_of_several_right_values_the_note_names_all() -> None:
    example = Example(id="1", group="1", messages=(), references=('{"Color": "red"}', '{"Color": "crimson"}'))
    answer = '{"Color": "blue"}'
    of = Sample(example=example, prediction=Prediction(example_id="1", text=answer), answer=read_attributes(answer))
    assert marked(ATTRIBUTE_F1, of) == [("blue", "bad", "wrong Color: the text states crimson or red")]


@pytest.mark.parametrize("text", ["no object", '{"Brand": "Ostrick"', '{"Brand": {"is": "Ostrick"}}', ""])
def test_an_answer_that_can_t_be_read_has_no_highlights(text: str) -> None:
    assert marked(ATTRIBUTE_F1, sample(text)) == marked(INVENTED_ATTRIBUTES, sample(text)) == []


texts = st.text(max_size=8) | st.sampled_from(["]", '"', "\\", "a, b", "}", "n/a", "{", ": 3,"])
values = texts | st.lists(texts, max_size=3) | st.integers() | st.none() | st.booleans()


@given(st.dictionaries(texts, values, max_size=4), st.sampled_from(["", "Sure! ", "{x} "]), st.sampled_from([None, 1]))
def test_values_are_found_where_they_stand(written: dict[str, Any], before: str, indent: int | None) -> None:
    text = before + json.dumps(written, indent=indent) + ' and {"another": "one"}'
    answer = read_attributes(text)
    places = find_values(text)
    assert isinstance(answer, dict)
    assert list(places) == list(written)
    for name, (start, end) in places.items():
        stands = text[start:end]
        as_json = f'"{stands}"' if isinstance(written[name], str) else stands
        assert json.loads(as_json) == written[name]
        assert answer[name] == NOT_STATED or start < end
