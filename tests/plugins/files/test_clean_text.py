"""Short texts as a shopper reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_files.clean_text import clean_lines, clean_text, is_no_value, without_unseen


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Reed basket", "Reed basket"),
        ("Fern &amp; Fjord", "Fern & Fjord"),
        ("Fern &amp;amp; Fjord", "Fern & Fjord"),
        ("Fern &amp;#8217;s", "Fern ’s"),
        ("Girls&#8217; coat &#x2013; blue", "Girls’ coat – blue"),
        ("Woll\u00addecke f\u200bür\ufeff dich", "Wolldecke für dich"),
        ("Wool\u00a0and\u2009linen\tmix \r\n", "Wool and linen mix"),
        ("<b>Oak</b> stool<br/>small", "Oak stool small"),
        ("<span class=\"x\" style='a:b'>Oak</span>", "Oak"),
        ("H<sub>2</sub>O bottle", "H2O bottle"),
        ("&lt;strong&gt;Oak&lt;/strong&gt;", "Oak"),
        ("Oak<!-- internal -->", "Oak"),
        ("a < b and c > d", "a < b and c > d"),
        ("We <3 wool, <500 g", "We <3 wool, <500 g"),
        ("if a <b and c> d", "if a <b and c> d"),
        ("shop.example/?a=1&copy=2", "shop.example/?a=1&copy=2"),
        ("R&D; a", "R&D; a"),
        ("tab\x0bbed\x07 and \x00 nul", "tab bed and nul"),
        ("\u202eevil\u202c", "evil"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🍳 apron", "👩\u200d🍳 apron"),
        ("as\u200dcii", "ascii"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
        ("  ", ""),
        ("&nbsp;", ""),
        ("N/A ", ""),
        ("&ndash;", ""),
    ],
)
def test_clean(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "mark",
    [
        "NULL",
        "null",
        "\\N",
        "nan",
        "NaN",
        "n/a",
        "N/A",
        "#N/A",
        "None",
        "-",
        "--",
        "–",
        "NA",
        "undefined",
        "(none)",
        "?",
        "[]",
        "k.A.",
        "Keine Angabe",
        "n.v.t.",
        "Nie dotyczy",
        "#######",
        "nil",
        "not applicable",
    ],
)
def test_marks_for_no_value(mark: str) -> None:
    assert is_no_value(mark)
    assert not clean_text(mark)
    assert not clean_lines(f"\n{mark}\n")


@pytest.mark.parametrize("value", ["0", "no", "Na", "Nan bread", "nano", "none of it", "- wool", "N", "-5", "Non-slip"])
def test_values_that_look_like_a_mark(value: str) -> None:
    assert clean_text(value) == value


def test_lines_are_kept() -> None:
    assert clean_lines(" Pure  wool.<br>Warm &amp; dry.\r\n\n- S\u2028- M") == "Pure wool.\nWarm & dry.\n- S\n- M"


@given(st.text(st.sampled_from("&<>amp;lt#3xb /=\"'\u200d\u00ad\U0001f3f4\U000e0041م ")))
def test_what_is_clean_stays(text: str) -> None:
    once = without_unseen(text)
    assert without_unseen(once) == once
    assert clean_text(text) == " ".join(clean_text(text).split())


@pytest.mark.parametrize(
    "part", ["&", "&amp;", "&#38;", "<", "<a ", "<a b=", "<a b='", '<a b="x" ', "<!--", "\u200d", "a\u200d"]
)
def test_a_long_adversary_is_read_at_once(part: str) -> None:
    clean_text(part * 200_000)
