"""An object that stands in a thought is none of the answer's."""

from shoptune_attributes.answers import find_values, read_attributes

THOUGHT = '<think>Could it be {"Material": "cotton"}? No.</think>'


def test_the_object_after_the_thought_is_read() -> None:
    text = THOUGHT + '{"Material": "wool"}'
    assert read_attributes(text) == {"Material": "wool"}
    assert {name: text[start:end] for name, (start, end) in find_values(text).items()} == {"Material": "wool"}


def test_an_object_in_a_thought_alone_is_no_answer() -> None:
    assert find_values(THOUGHT) == {}
