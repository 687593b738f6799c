"""How much is masked of what somebody wrote who hadn't seen the rules: the manual's second table of figures."""

from collections import Counter
from pathlib import Path

import pytest

from shoptune.dataset.personal_data import mask
from shoptune.dataset.personal_data.rules import RULES, Text
from tests.harness.dataset.personal_data.held_out import FILES, harmless, planted
from tests.harness.dataset.personal_data.test_recall import MANUAL, is_masked

KINDS = list(dict.fromkeys(one.kind for file in FILES.values() for one in planted(file)))
LEAST_NAMES = {"seen": 0.95, "unseen": 0.85}


def recall(kind: str, file: Path) -> tuple[int, int]:
    """Return how many values of a kind ("name": of all languages) are masked, and how many there are."""
    of_kind = [one for one in planted(file) if one.kind == kind or one.kind.startswith(f"{kind} ")]
    return sum(map(is_masked, of_kind)), len(of_kind)


def alarms(kind: Text, file: Path) -> tuple[int, int]:
    """Return in how many harmless texts something is masked, and how many there are."""
    texts = harmless(file)
    return sum(mask(text, Counter(), kind) != text for text in texts), len(texts)


def row(name: str, *cells: tuple[int, int]) -> str:
    """Return the manual's row: a cell for each file, of which one may hold nothing of the kind."""
    return f"| {name} | {' | '.join(f'{some} of {all_}' if all_ else 'none' for some, all_ in cells)} |"


def test_the_manual_has_a_column_for_each_file() -> None:
    assert f"| kind | {' | '.join(FILES)} |" in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("kind", [*KINDS, "name"])
def test_the_manual_says_how_much_of_the_held_out_is_masked(kind: str) -> None:
    name = "names of all languages" if kind == "name" else kind
    assert row(name, *(recall(kind, file) for file in FILES.values())) in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("kind", RULES)
def test_the_manual_says_how_many_harmless_texts_are_changed(kind: Text) -> None:
    expected = row(f"harmless texts changed, as {kind}", *(alarms(kind, file) for file in FILES.values()))
    assert expected in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("looked_at", FILES)
def test_most_names_are_masked(looked_at: str) -> None:
    masked, of = recall("name", FILES[looked_at])
    assert masked >= LEAST_NAMES[looked_at] * of > 0


@pytest.mark.parametrize("kind", ["title", "product"])
def test_seen_harmless_titles_and_product_texts_stay_whole(kind: Text) -> None:
    assert [text for text in harmless(FILES["seen"]) if mask(text, Counter(), kind) != text] == []
