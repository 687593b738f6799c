"""How much is masked of what somebody wrote who hadn't seen the rules: the manual's second table of figures."""

from collections import Counter

import pytest

from shoptune.dataset.personal_data import mask
from shoptune.dataset.personal_data.rules import RULES, Text
from tests.harness.dataset.personal_data.held_out import FIRST, Half, harmless, planted
from tests.harness.dataset.personal_data.test_recall import MANUAL, is_masked

HALVES: tuple[Half, ...] = tuple(FIRST)
KINDS = list(dict.fromkeys(one.kind for one in planted("seen")))
LEAST_NAMES: dict[Half, float] = {"seen": 0.95, "unseen": 0.75}


def recall(kind: str, half: Half) -> tuple[int, int]:
    """Return how many values of a kind ("name": of all languages) are masked, and how many there are."""
    of_kind = [one for one in planted(half) if one.kind == kind or one.kind.startswith(f"{kind} ")]
    return sum(map(is_masked, of_kind)), len(of_kind)


def alarms(kind: Text, half: Half) -> tuple[int, int]:
    """Return in how many harmless texts something is masked, and how many there are."""
    texts = harmless(half)
    return sum(mask(text, Counter(), kind) != text for text in texts), len(texts)


def row(name: str, *cells: tuple[int, int]) -> str:
    return f"| {name} | {' | '.join(f'{some} of {all_}' for some, all_ in cells)} |"


@pytest.mark.parametrize("kind", [*KINDS, "name"])
def test_the_manual_says_how_much_of_the_held_out_is_masked(kind: str) -> None:
    name = "names of all languages" if kind == "name" else kind
    assert row(name, *(recall(kind, half) for half in HALVES)) in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("kind", RULES)
def test_the_manual_says_how_many_harmless_texts_are_changed(kind: Text) -> None:
    expected = row(f"harmless texts changed, as {kind}", *(alarms(kind, half) for half in HALVES))
    assert expected in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("half", HALVES)
def test_most_names_are_masked(half: Half) -> None:
    masked, of = recall("name", half)
    assert masked >= LEAST_NAMES[half] * of


@pytest.mark.parametrize("kind", ["title", "product"])
def test_seen_harmless_titles_and_product_texts_stay_whole(kind: Text) -> None:
    assert [text for text in harmless("seen") if mask(text, Counter(), kind) != text] == []
