from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.dataset.profile.figures import Trait, figures_of, presence_of

SHORT = {("script", "Latin"): 1}


@pytest.mark.parametrize("value", [None, "", "  \n\u00a0", [], {}, ()])
def test_what_is_empty(value: Any) -> None:
    assert figures_of(value) is None
    assert presence_of(value) is None


@pytest.mark.parametrize("value", ["x", 0, 0.0, False, ["a"], {"a": 1}, 10**400, float("nan"), float("inf")])
def test_what_is_filled(value: Any) -> None:
    assert figures_of(value) is not None
    assert presence_of(value) == (0, 0.0, {})


@pytest.mark.parametrize(
    ("value", "number", "traits"),
    [
        (12.5, 12.5, {}),
        (0, 0, {("number", "0"): 1}),
        (-3.0, 0, {("number", "below 0"): 1}),
        (True, 0, {}),
        (10**400, 0, {}),
        (float("nan"), 0, {}),
    ],
)
def test_numbers(value: float, number: float, traits: dict[Trait, float]) -> None:
    assert figures_of(value) == (0, number, traits)


@pytest.mark.parametrize(
    ("text", "words"),
    [("Soft warm wool", 3), ("  a \n b ", 2), ("防水外套", 4), ("防水 jacket blue", 4), ("เสื้อ", 3), ("방수 재킷", 2)],
)
def test_words_are_characters_where_no_spaces_are_written(text: str, words: int) -> None:
    figures = figures_of(text)
    assert figures is not None
    assert figures.words == words


@pytest.mark.parametrize(
    ("text", "trait"),
    [
        ("SOFT WARM WOOL, really", {("capitals", ""): 0.75}),
        ("SOFT WOOL", {}),  # as short as a code
        ("Soft Wool XL by ACME", {}),
        ("<p>Soft</p> wool &amp; silk&#160;", {("markup", ""): 4}),
        ("a < b, c > d & e; R&D", {}),
        ('=HYPERLINK("https://shop.example")', {("formula", ""): 1}),
        ("@SUM(1+1)*cmd|' /C calc'!A0", {("formula", ""): 1}),
        ("=cmd|'/C calc'!A0", {("formula", ""): 1}),
        ("+49 30 1234", {}),
        ("- Size (cm)", {}),
    ],
)
def test_traits(text: str, trait: dict[Trait, float]) -> None:
    figures = figures_of(text)
    assert figures is not None
    assert figures.traits == trait | SHORT


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Jacke für Wölfe", "Latin"),
        ("Фарфоровая кружка 300 ml", "Cyrillic"),
        ("XL: фарфоровая кружка", "Cyrillic"),
        ("防水ハイキングジャケット", "Chinese or Japanese"),
        ("방수 재킷", "Hangul"),
        ("𝗡𝗘𝗪 𝗢𝗙𝗙𝗘𝗥", "Mathematical"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    figures = figures_of(text)
    assert figures is not None
    assert [detail for kind, detail in figures.traits if kind == "script"] == [script]


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.integers()))
def test_any_value_has_figures_or_is_empty(value: Any) -> None:
    figures = figures_of(value)
    assert (figures is None) == (presence_of(value) is None)
    assert figures is None or (figures.words >= 0 and figures.number >= 0)
