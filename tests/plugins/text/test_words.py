"""Words of any language."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import tokenize as rouge_tokenize

from shoptune_text.words import find_words, word_ngrams, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" — !? ♥ ", []),
        ("Soft, warm WOOL.", ["soft", "warm", "wool"]),
        ("two-tone women's", ["two", "tone", "women", "s"]),
        ("women’s", ["women", "s"]),
        ("snake_case", ["snake", "case"]),
        ("WH-1000XM5 v2.0", ["wh", "1000xm5", "v2.0"]),
        ("1,299.90 EUR, 2,5 kg.", ["1,299.90", "eur", "2,5", "kg"]),
        ("ends with 5. Then, 6,", ["ends", "with", "5", "then", "6"]),
        ("1½ m² of Gore™fabric", ["1", "1", "2", "m2", "of", "gore", "fabric"]),
        ("Crème brûlée, GROẞE Straße", ["crème", "brûlée", "grosse", "strasse"]),
        ("Baum\u00adwolle", ["baumwolle"]),
        ("Ｆｕｌｌ ﬁt 30㎝", ["full", "fit", "30cm"]),
        ("丝绸围巾2条", ["丝", "绸", "围", "巾", "2", "条"]),
        ("シャワー2個", ["シ", "ャ", "ワ", "ー", "2", "個"]),
        ("ผ้าไหม 100%", ["ผ้", "า", "ไ", "ห", "ม", "100"]),
        ("सूती कपड़ा", ["सूती", unicodedata.normalize("NFKC", "कपड़ा")]),
        ("한국어 셔츠", ["한국어", "셔츠"]),
        ("شال حریر", ["شال", "حریر"]),
        ("хлопок и лён", ["хлопок", "и", "лён"]),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


HARD = [
    "é",
    "e\u0301",
    "ß",
    "ﬁ",
    "½",
    "1",
    ".",
    "㎝",
    "丝",
    "ผ้",
    "가",
    "\u1100\u1161",
    "™",
    "\u00ad",
    "\u200d",
    "-",
    " ",
    "İ",
]


@given(st.lists(st.sampled_from(HARD) | st.text(max_size=3)).map("".join))
def test_found_words_are_the_words_with_their_places(text: str) -> None:
    found = find_words(text)
    assert [each.word for each in found] == words(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.start < two.end for one, two in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Soft, WARM wool.", [("soft", "Soft"), ("warm", "WARM"), ("wool", "wool")]),
        ("Straße cafe\u0301", [("strasse", "Straße"), ("café", "cafe\u0301")]),
        ("Baum\u00adwolle 30㎝", [("baumwolle", "Baum\u00adwolle"), ("30cm", "30㎝")]),
        ("1½ l", [("1", "1"), ("1", "½"), ("2", "½"), ("l", "l")]),
        ("丝绸2", [("丝", "丝"), ("绸", "绸"), ("2", "2")]),
    ],
)
def test_places_are_in_the_text_as_it_was(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(word, text[start:end]) for word, start, end in find_words(text)] == expected


def test_composed_and_decomposed_accents_are_one() -> None:
    assert words(unicodedata.normalize("NFD", "Crème brûlée")) == words(unicodedata.normalize("NFC", "Crème brûlée"))


@given(st.text(st.characters(codec="ascii", exclude_characters=".,")))
def test_ascii_words_are_those_of_rouge_score(text: str) -> None:
    assert words(text) == rouge_tokenize.tokenize(text, None)


@given(st.text())
def test_words_stay_words(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert all(word and not any(c.isspace() for c in word) for word in found)


@given(st.text(), st.text())
def test_words_do_not_reach_across_a_space(left: str, right: str) -> None:
    assert words(f"{left} {right}") == words(left) + words(right)


@given(st.text(st.characters(categories=["L", "Nd"])))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    assert bool(words(text)) == bool(text.strip("\u115f\u1160\u3164\uffa0"))  # fillers: letters that nobody sees


def test_ngrams_are_successive_words_in_order() -> None:
    assert word_ngrams("A soft, warm wool", 2) == [("a", "soft"), ("soft", "warm"), ("warm", "wool")]
    assert word_ngrams("warm wool", 3) == []
