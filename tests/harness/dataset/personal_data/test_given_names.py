"""Names that only their given name tells, near a word of orders.  All sentences are invented."""

from collections import Counter

import pytest

from shoptune.dataset.personal_data import mask
from shoptune.dataset.personal_data.rules import Text


def masked(text: str, kind: Text = "people") -> str:
    return mask(text, Counter(), kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The parcel was gone: Sabine Krüger had it all along.",
            "The parcel was gone: [name] had it all along.",
        ),
        ("Invoice please! It was Tomasz who paid.", "Invoice please! It was [name] who paid."),
        ("La livraison est là depuis hier, Anne-Marie l'a.", "La livraison est là depuis hier, [name] l'a."),
        ("Het pakket ligt bij ons, zegt Joost van der Linden.", "Het pakket ligt bij ons, zegt [name]."),
        ("Il pacco è da lunedì con Giulia R. e basta.", "Il pacco è da lunedì con [name] e basta."),
    ],
)
def test_a_given_name_near_a_word_of_orders_is_a_person(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Marie Curie found radium, and Anna sings.",
        "I ordered the Tasha sandal in red.",
        "Rose, Daisy and Amber are the colours I ordered.",
        "Write to the shop @anna about your order; the file is /anna/order.",
        "Sabine wrote a long letter. " + "It was about the weather and the sea. " * 8 + "An order was not in it.",
    ],
)
def test_other_words_are_left_alone(text: str) -> None:
    assert "[name]" not in masked(text)


def test_what_is_sold_may_have_a_name() -> None:
    assert masked("Order the Sabine dress: Sabine in blue.", "product") == "Order the Sabine dress: Sabine in blue."
    assert masked("Sabine order book", "title") == "Sabine order book"


def test_each_name_is_counted() -> None:
    found = Counter[str]()
    mask("Delivery for Sabine, then for Tomasz.", found)
    assert found == {"name": 2}
