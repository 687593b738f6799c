"""Names beside the words of a shop's mailbox, in eight languages, and what stands beside them and is nobody."""

import re
from collections import Counter
from pathlib import Path

import pytest

from shoptune.dataset.personal_data import mask
from shoptune.dataset.personal_data.given_names import GIVEN_NAMES, IN_SMALL
from shoptune.dataset.personal_data.words import cues
from tests.harness.dataset.personal_data.held_out import harmless, planted
from tests.harness.dataset.personal_data.invented import LANGUAGES
from tests.harness.dataset.personal_data.test_recall import is_masked

MAILBOX = Path(__file__).parent / "mailbox.txt"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_a_mailbox_are_masked(language: str) -> None:
    names = [one for one in planted(MAILBOX) if one.kind == f"name {language}"]
    left = [one.text for one in names if not is_masked(one)]
    assert len(left) < 0.05 * len(names), left


@pytest.mark.parametrize("text", harmless(MAILBOX))
def test_what_an_order_is_told_of_with_names_nobody(text: str) -> None:
    assert mask(text, Counter()) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # with the title, the particle, the initial, the other name
        ("the neighbour Herr Dudek took it", "the neighbour [name] took it"),
        ("Geachte mevrouw De Groot-Smit,", "Geachte [name],"),
        ("Sold to: Miller, Jane", "Sold to: [name]"),
        ("Signature : E. Montagne", "Signature : [name]"),
        ("Colis remis à M. et Mme d'Ornano", "Colis remis à [name]"),
        ("Invoice for R. J. O'Neill please", "Invoice for [name] please"),
        # as a word of the sentence, in Polish, in small letters
        ("Faktura dla Anny Nowak", "Faktura dla [name]"),
        ("my name is philippa trent and i wait", "my name is [name] and i wait"),
        ("my name is not on the list", "my name is not on the list"),
        # by who does what, and where
        ("Jane Miller never received the parcel", "[name] never received the parcel"),
        ("My wife Ottolina signed for it", "My wife [name] signed for it"),
        ("My wife loves it", "My wife loves it"),
        ("The box went back to Xanthe Quill, not to me", "The box went back to [name], not to me"),
        ("Hi, this is Gwendolyn Marsh, no news", "Hi, this is [name], no news"),
        ("For Anna, from Grandma Rose", "For [name], from [name]"),
        # what only looks like one
        ("the order came with an AC Adapter", "the order came with an AC Adapter"),
        ("my order of Calvin Klein jeans", "my order of Calvin Klein jeans"),
        ("shipped to me by Royal Mail", "shipped to me by Royal Mail"),
        ("I WILL BE ASKING FOR FULL REFUND", "I WILL BE ASKING FOR FULL REFUND"),
    ],
)
def test_how_much_of_a_text_is_the_name(text: str, expected: str) -> None:
    assert mask(text, Counter()) == expected


@pytest.mark.parametrize(
    "text", ["My wife Ottolina signed", "Jane Miller never received it", "to Xanthe Quill: the box"]
)
def test_in_product_texts_weaker_signs_are_not_looked_for(text: str) -> None:
    assert mask(text, Counter(), "product") == text


def test_polish_names_are_known_in_their_cases() -> None:
    assert {"agnieszki", "agnieszkę", "zofii", "krzysztofa", "pawłowi", "jerzego"} <= IN_SMALL
    assert not {"they", "joli", "marka"} & GIVEN_NAMES, "words of other languages"


def test_the_forms_of_a_phrase() -> None:
    told = re.compile(cues("a person or a thing follows").pattern)
    for phrase in (
        "picked up by",
        "signed for by",
        "signed  by",
        "order for",
        "gift card for",
        "mi marido",
        "commande d'",
    ):
        assert told.fullmatch(phrase), phrase
    assert not told.match("signed")
