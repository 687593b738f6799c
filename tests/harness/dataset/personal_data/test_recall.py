"""How much of what is planted is masked, and how much of what is none: the figures that the manual's table shows."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import shoptune
from shoptune.dataset.personal_data import mask
from shoptune.dataset.personal_data.rules import RULES, Text
from tests.harness.dataset.personal_data.invented import LANGUAGES, Planted, planted
from tests.harness.dataset.personal_data.things import descriptions, titles

PLANTED = planted()
KINDS = list(dict.fromkeys(one.kind for one in PLANTED))
# At least presidio's default recognisers' on the same sentences, as measured with 2.2.366's patterns (no model).
LEAST = {"email": 0.95, "phone": 0.9, "address": 0.9, "card": 1, "iban": 1, "account": 0.9, "ip": 1, "id": 0.9}
MANUAL = Path(shoptune.__file__).parent / "manual" / "personal_data.md"


def is_masked(one: Planted) -> bool:
    """Whether no piece of the value, three letters or digits long, is left of it."""
    left = re.sub(r"\[\w+\]", " ", mask(one.text, Counter()))
    around = one.text.replace(one.value, " ", 1)
    return all(left.count(piece) <= around.count(piece) for piece in re.findall(r"\w{3,}", one.value) or [one.value])


def recall(kind: str) -> tuple[int, int]:
    of_kind = [one for one in PLANTED if one.kind == kind]
    return sum(map(is_masked, of_kind)), len(of_kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_is_masked_wholly(kind: str) -> None:
    masked, of = recall(kind)
    assert masked >= LEAST.get(kind, 0.85) * of
    assert f"| {kind} | {masked} of {of} |" in MANUAL.read_text("utf-8"), "what the manual says"


def test_names_are_of_eight_languages() -> None:
    assert {kind for kind in KINDS if kind.startswith("name")} == {f"name {language}" for language in LANGUAGES}


@pytest.mark.parametrize(
    ("kind", "texts"), [("title", titles()), ("product", descriptions()), ("people", descriptions())]
)
def test_what_is_sold_is_left_alone(kind: Text, texts: list[str]) -> None:
    alarms = [text for text in texts if mask(text, Counter(), kind) != text]
    assert len(alarms) < 0.001 * len(texts), alarms[:5]


def rows() -> Iterator[str]:
    kinds = RULES["people"]
    for kind in kinds:
        cells = [RULES[text].get(kind, "no") for text in RULES]
        yield f"| {kind} | {' | '.join(cells)} |"


def test_the_manual_shows_the_rules() -> None:
    text = MANUAL.read_text("utf-8")
    assert [row for row in rows() if row not in text] == []
