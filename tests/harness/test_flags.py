"""Which values say yes or no."""

import unicodedata
from typing import Literal

import pytest

from shoptune.flags import NO, YES, flag_of


@pytest.mark.parametrize("word", YES + NO)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_flag_in_any_case_and_form(word: str, form: Literal["NFC", "NFD"]) -> None:
    for written in (word, word.upper(), f" {word.title()}."):
        assert flag_of(unicodedata.normalize(form, written)) is (word in YES)


@pytest.mark.parametrize("value", ["", "1", "0", "on", "an", "no idea", "non-stick", "nein danke", "y" * 10_000])
def test_what_is_no_flag(value: str) -> None:
    assert flag_of(value) is None


def test_no_word_says_both() -> None:
    assert not set(YES) & set(NO)
