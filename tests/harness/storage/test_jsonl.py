import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Example, Judgement, Prediction, PreferencePair
from shoptune.storage.jsonl import read_jsonl, to_line, write_jsonl

words = st.text(max_size=12) | st.sampled_from(["a\nb", "a\r\nb", "\u2028", "\x85", '"quoted"', "größe 5 €", "毛衣"])
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": words}), max_size=3
).map(tuple)
texts = st.dictionaries(words, words, max_size=2)
numbers = st.floats(allow_nan=False, allow_infinity=False)
examples = st.builds(
    Example,
    id=words,
    messages=messages,
    references=st.lists(words, max_size=2).map(tuple),
    choices=st.lists(words, max_size=2).map(tuple),
    group=words,
    slices=texts,
    facts=texts,
    weight=numbers,
    origin=words,
)
pairs = st.builds(
    PreferencePair,
    id=words,
    messages=messages,
    chosen=words,
    rejected=words,
    group=words,
    weight=numbers,
    evidence=st.dictionaries(words, words | numbers | st.booleans() | st.none(), max_size=2),
)
judgements = st.builds(
    Judgement, id=words, messages=messages, text=words, good=st.booleans(), group=words, weight=numbers, origin=words
)
predictions = st.builds(
    Prediction,
    example_id=words,
    text=words,
    choice_log_probabilities=st.lists(numbers | st.just(-float("inf")), max_size=3).map(tuple),
    prompt_tokens=st.integers(0, 9),
    finish=st.sampled_from(["stop", "length", "baseline"]),
    seconds=numbers,
)


@given(
    rows=st.sampled_from([examples, pairs, judgements, predictions]).flatmap(lambda kind: st.lists(kind, max_size=3))
)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "rows.jsonl"
    write_jsonl(path, rows)
    assert list(read_jsonl(path, type(rows[0]) if rows else Example)) == rows


@given(examples | pairs | judgements | predictions)
def test_a_row_is_one_line(row: Any) -> None:
    assert to_line(row).count(b"\n") == 1
    assert to_line(row).endswith(b"\n")


def test_reading_streams(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(to_line(Prediction(example_id="1")) + b"no JSON\n")
    rows = read_jsonl(path, Prediction)
    assert next(rows) == Prediction(example_id="1")


def test_rows_that_were_read_are_frozen_all_the_way(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [Example(id="1", messages=({"role": "user", "content": "x"},), group="1", references=("y",))])
    (row,) = read_jsonl(path, Example)
    assert not [f.name for f in dataclasses.fields(row) if isinstance(getattr(row, f.name), list)]
