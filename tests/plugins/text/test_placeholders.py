"""Text that only keeps a place, in the words of shops' templates; no shop's own text is taken for it."""

import pytest

from shoptune_text.placeholders import placeholder_in


@pytest.mark.parametrize(
    "text",
    [
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
        "LOREM IPSUM",
        "Soft wool, knitted in Wales. Lorem ipsum dolor sit amet.",
        "Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur.",
    ],
)
def test_lorem_ipsum(text: str) -> None:
    assert placeholder_in(text) == "lorem ipsum"


@pytest.mark.parametrize(
    "text",
    [
        *("TBD", "[TBD]", "Test", "Coming soon!", "Coming soon. Check back later!"),
        *("Enter description here", "Please add your product description here...", "<Insert text here>"),
        *("Your content goes here.", "No description available", "Beschreibung folgt in Kürze!", "À venir"),
        *("Descripción próximamente.", "In arrivo", "Beschrijving volgt", "Opis w przygotowaniu", "Em breve"),
    ],
)
def test_phrases_that_are_all_of_a_text(text: str) -> None:
    assert placeholder_in(text) == "a phrase"


@pytest.mark.parametrize(
    "text",
    [
        *("", "...", "Soft wool.", "Wool.", "A poster that says Lorem Ipsum, for typographers.", "Red description"),
        "Coming soon: a second colour. The blanket is woven of pure wool.",
        "Enter the garden here: a gate of oak.",
        "Qui est in: et non.",
        "Vestido de lino, sin forro. Est. 1990 in Porto.",
    ],
)
def test_a_shops_own_text_is_none(text: str) -> None:
    assert placeholder_in(text) == ""
