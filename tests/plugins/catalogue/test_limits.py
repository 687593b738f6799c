"""Marketplace limits: what breaks which rule.  The texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_catalogue.limits import PROFILE_NAMES, ProfileName, profile, violations


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A <b>bold</b> lamp", "html but line breaks"),
        ("Tea &amp; biscuits", "html but line breaks"),
        ("<p class='x'>A lamp", "html but line breaks"),
        ("See https://example.org/lamp", "url"),
        ("Look at example.com for more", "url"),
        ("Write to shop@example.org", "contact"),
        ("Call us today", "contact"),
        ("Ring +44 20 7946 0000", "contact"),
        ("Dial (020) 7946 0000 now", "contact"),
        ("Only £19.99", "price"),
        ("nur 20 €", "price"),
        ("at an unbelievable price", "price"),
        ("30 % off", "price"),
        ("Limited stock", "availability"),
        ("while stocks last", "availability"),
        ("Free shipping", "availability"),
        ("sofort lieferbar", "availability"),
        ("Today only", "promotion"),
        ("our summer sale", "promotion"),
        ("Hurry, they go fast", "promotion"),
        ("Order now", "promotion"),
        ("Nur heute", "promotion"),
        ("Thousands of happy customers", "testimonial"),
        ("Customers love it", "testimonial"),
        ("Dermatologists recommend it", "testimonial"),
        ("Tarn™ 27", "symbol"),
        ("Fellfoot®", "symbol"),
        ("Lovely 😀", "symbol"),
        ("From 🇬🇧", "symbol"),
        ("FDA approved", "regulated claim"),
        ("a best seller", "regulated claim"),
        ("the world's best lamp", "regulated claim"),
        ("our #1 lamp", "regulated claim"),
        ("the number one choice", "regulated claim"),
        ("It cures insomnia", "regulated claim"),
        ("clinically proven", "regulated claim"),
        ("eco-friendly", "regulated claim"),
        ("satisfaction guaranteed", "regulated claim"),
        ("klinisch getestet", "regulated claim"),
    ],
)
def test_broken_on_amazon(text: str, rule: str) -> None:
    found = violations(text, "amazon")
    assert {violation.rule for violation in found} == {rule}
    assert all(text[violation.start : violation.end] == violation.text for violation in found)


@pytest.mark.parametrize("name", PROFILE_NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "A lamp for wholesale warehouses, best kept dry, and never in a hurry.",
        "31 x 47 cm, 1140 g, 27 L, IPX4, 3 < 5 and 5 > 3; tea & biscuits.",
        "It holds number 12 in the row; 2850 W, 18600 mm, 100 % wool.",
        "Weighs 1 140 500 g. Runs on 12/24 V. Model 020-7946.",
        "The best time for it is early, and your best friend agrees.",
        "Two stars above the moor; the price of rain is mud. In store for you: quiet.",
        "Für lange Abende, grün und schwer.",
    ],
)
def test_not_broken(text: str, name: ProfileName) -> None:
    assert violations(text, name) == []


def test_line_breaks_are_amazons_exception() -> None:
    text = "First.<br>Second.<br/>Third.</br>"
    assert violations(text, "amazon") == []
    assert {violation.rule for violation in violations(text, "merchant_center")} == {"html"}


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_length_is_counted_in_characters(name: ProfileName) -> None:
    limit = profile(name).max_characters
    assert violations("ü" * limit, name) == []
    (too_long,) = violations("ü" * limit + "end", name)
    assert (too_long.rule, too_long.text, too_long.start) == ("length", "end", limit)


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_profiles_are_dated_and_sourced(name: ProfileName) -> None:
    limits = profile(name)
    assert limits.name == name
    assert limits.date.year >= 2026
    assert len(limits.source) > 20
    assert limits.rules


@given(st.text(max_size=60), st.sampled_from(PROFILE_NAMES))
def test_no_text_breaks_the_finder(text: str, name: ProfileName) -> None:
    found = violations(text, name)
    assert [violation.start for violation in found] == sorted(violation.start for violation in found)
