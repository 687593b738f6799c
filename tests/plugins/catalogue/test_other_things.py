"""What a text says of other things is no claim about the product.  All sentences are invented."""

from __future__ import annotations

import pytest

from shoptune_catalogue.claims import find_claims


@pytest.mark.parametrize(
    "text",
    [
        "Ideal for oak floors.",
        "Wear it with black trousers.",
        "Suits marble worktops.",
        "Suits glass-ceramic hobs.",
        "Goes well with a grey sofa.",
        "Wipe down with a damp cotton cloth.",
        "Mit einem Baumwolltuch reinigen.",
        "Geeignet für Holzböden.",
        "Passt gut zu schwarzen Schuhen.",
        "Fits into a 40 cm drawer.",
        "Ready in just 90 seconds.",
        "Done in less than 5 minutes.",
        "Makes every kitchen green with envy.",
        "100 % fun.",
        "The Blue Cross thanks you.",
    ],
)
def test_what_is_said_of_another_thing_is_no_claim(text: str) -> None:
    assert [claim.text for claim in find_claims(text)] == []


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("Perfect for summer, in red.", ["red"]),
        ("Made for walkers of solid oak.", ["oak"]),
        ("Runs for 90 minutes.", ["90 minutes"]),
        ("100 % cotton, wash with like colours.", ["100 %", "cotton"]),
        ("Comes with a bamboo handle.", ["bamboo"]),
        ("It is 30 cm wide, ideal for shelves.", ["30 cm"]),
    ],
)
def test_what_is_said_of_the_product_still_is(text: str, claimed: list[str]) -> None:
    assert [claim.text for claim in find_claims(text)] == claimed
