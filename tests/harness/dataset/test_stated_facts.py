"""How many of the shop's texts state a fact.  All texts are invented."""

from collections.abc import Mapping

import pytest

from shoptune.data import Example
from shoptune.dataset.stated_facts import LOOKED_AT, StatedFacts


def example(text: str, facts: Mapping[str, str]) -> Example:
    return Example(id=text, messages=(), references=(text,), group=text, facts=facts)


def stated(name: str, value: str, text: str) -> bool:
    counted = StatedFacts()
    counted.add(example(text, {name: value}))
    (fact,) = counted.report()
    assert (fact.name, fact.texts) == (name, 1)
    return bool(fact.stated)


@pytest.mark.parametrize(
    ("name", "value", "text", "expected"),
    [
        ("material", "Waxed Cotton", "Made of waxed\ncotton.", True),
        ("material", "cotton", "A cottonwood box.", False),
        ("colour", "red, moss green", "In moss green only.", True),
        ("colour", "red, moss green", "Green like moss.", False),
        ("weight", "1,5 kg", "It weighs 1,5 kg.", True),
        ("is_waterproof", "true", "Waterproof to the seams.", True),
        ("wasserdicht", "Ja", "Ganz wasserdicht.", True),
        ("étanche", "oui", "Un sac rouge.", False),
        ("waterproof", "yes", "Say yes to rain.", False),
        ("search_boost", "...", "Anything...", False),
    ],
)
def test_a_fact_is_stated_where_the_words_of_one_of_its_values_stand(
    name: str, value: str, text: str, expected: bool
) -> None:
    assert stated(name, value, text) is expected


def test_texts_are_counted_for_each_fact_alone() -> None:
    counted = StatedFacts()
    counted.add(example("A red mug.", {"colour": "red", "hidden": "0"}))
    counted.add(example("A mug.", {"colour": "blue"}))
    assert [(of.name, of.stated, of.texts) for of in counted.report()] == [("colour", 1, 2), ("hidden", 0, 1)]


def test_only_the_first_texts_are_looked_at() -> None:
    counted = StatedFacts()
    for number in range(LOOKED_AT + 5):
        counted.add(example(f"Mug {number}.", {"name": "mug"}))
    (fact,) = counted.report()
    assert fact.texts == LOOKED_AT
