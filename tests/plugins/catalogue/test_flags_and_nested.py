"""Facts that are yes or no, and facts that are an object or a list.  All products are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_catalogue.claims import unsupported
from shoptune_catalogue.coverage import covered, find_statements
from shoptune_catalogue.nested import plain_value


@pytest.mark.parametrize(
    ("name", "value", "text", "stated"),
    [
        ("waterproof", "no", "There is no lid.", False),
        ("waterproof", "no", "It is not waterproof.", True),
        ("waterproof", "no", "Waterproof: no", True),
        ("waterproof", "no", "Waterproof to the seams.", False),
        ("waterproof", "yes", "Waterproof to the seams.", True),
        ("waterproof", "yes", "Yes, it is red.", False),
        ("waterproof", "yes", "Waterproof: no. Though the pouch is waterproof.", True),
        ("is_dishwasher_safe", "true", "Dishwasher-safe, lid and all.", True),
        ("is_dishwasher_safe", "true", "Not dishwasher safe.", False),
        ("bpa", "false", "BPA-free.", True),
        ("spülmaschinenfest", "ja", "Der Becher ist spülmaschinenfest.", True),
        ("spülmaschinenfest", "nein", "Der Becher ist nicht spülmaschinenfest.", True),
        ("spülmaschinenfest", "nein", "Nein, nichts davon.", False),
        ("waterproof", "no", "It isn't waterproof.", True),
        ("waterproof", "yes", "It isn’t really waterproof.", False),
        ("waterproof", "yes", "Not only waterproof but warm.", True),
        ("wasserdicht", "ja", "Nicht nur wasserdicht, auch warm.", True),
        ("waterproof", "no", "Waterproof? No.", True),
        ("waterproof", "Y", "A waterproof bag.", True),
        ("waterproof", "✓", "A waterproof bag.", True),
        ("étanche", "oui", "Un sac étanche.", True),
        ("impermeable", "sí", "Un bolso rojo.", False),
        ("impermeable", "si\u0301", "Un bolso impermeable.", True),
        ("waterproof", "No.", "It is not waterproof.", True),
        ("waterproof", "no", "The bag cannot be called waterproof.", True),
        ("waterproof", "yes", "There is no lid but waterproof seams.", True),
        ("waterproof", "yes", "Vegan: no\nWaterproof: yes", True),
        ("waterproof", "no", "| Vegan | yes |\n| Waterproof | no |", True),
        ("waterproof", "no", "Vegan (yes), waterproof (no)", True),
        ("waterproof", "no", "Waterproof - no lid.", False),
        ("gluten", "no", "A gluten-laden cake.", False),
        ("straps", "no", "A strapless dress.", True),
    ],
)
def test_a_flag_is_stated_by_its_name(name: str, value: str, text: str, stated: bool) -> None:
    assert covered(text, {name: value}) == {name: stated}


@pytest.mark.parametrize(
    ("name", "yes", "says_yes", "no", "says_no"),
    [
        pytest.param(
            "wasserdicht",
            "Ja",
            ["Eine wasserdichte Jacke.", "Nicht bloß wasserdicht.", "Kein Futter aber wasserdicht."],
            "Nein",
            [
                "Keineswegs wasserdicht.",
                "Kein wasserdichter Stoff.",
                "Weder wasserdicht noch warm.",
            ],
            id="de",
        ),
        pytest.param(
            "étanche",
            "oui",
            ["Des sacs étanches.", "Non seulement étanche.", "Pas de capuche mais étanche."],
            "non",
            ["Il n'est pas vraiment étanche.", "Ni étanche ni chaud.", "Étanche : non", "Ce n’est pas d’étanche."],
            id="fr",
        ),
        pytest.param(
            "impermeable",
            "Sí",
            ["Bolsos impermeables.", "No solo impermeable.", "Sin tapa pero impermeable."],
            "no",
            ["No es impermeable.", "Tampoco impermeable.", "En vez de impermeable, cálido."],
            id="es",
        ),
        pytest.param(
            "impermeabile",
            "sì",
            ["Borse impermeabili.", "Non solo impermeabile.", "Senza fodera ma impermeabile."],
            "no",
            ["Non è impermeabile.", "Né impermeabile né calda.", "Senza essere impermeabile."],
            id="it",
        ),
        pytest.param(
            "waterdicht",
            "ja",
            ["Een waterdichte tas.", "Niet alleen waterdicht.", "Geen deksel maar waterdicht."],
            "nee",
            ["Niet echt waterdicht.", "Geen waterdichte tas.", "Zonder waterdicht te zijn."],
            id="nl",
        ),
        pytest.param(
            "wodoodporny",
            "tak",
            ["Torba wodoodporna.", "Nie tylko wodoodporny.", "Bez klapy ale wodoodporny."],
            "nie",
            ["Nie jest wodoodporny.", "Niewodoodporna torba.", "Ani wodoodporny, ani ciepły."],
            id="pl",
        ),
        pytest.param(
            "impermeável",
            "sim",
            ["Costura no tecido impermeável.", "Não só impermeável.", "Sem tampa mas impermeável."],
            "não",
            ["Não é impermeável.", "Não mais impermeável.", "Nem impermeável nem quente.", "Na\u0303o impermeável."],
            id="pt",
        ),
    ],
)
def test_flags_in_a_language(name: str, yes: str, says_yes: list[str], no: str, says_no: list[str]) -> None:
    for text in says_yes:
        assert covered(text, {name: yes})[name], text
        assert not covered(text, {name: no})[name], text
    for text in says_no:
        assert covered(text, {name: no})[name], text
        assert not covered(text, {name: yes})[name], text


@pytest.mark.parametrize(
    "text",
    [
        "latexfrei",
        "latexvrij",
        "bez latex",
        "sans latex",
        "senza latex",
        "libre de latex",
        "livre de latex",
    ],
)
def test_what_is_free_of_something_has_none(text: str) -> None:
    assert covered(text, {"latex": "no"}) == {"latex": True}


def test_what_supports_a_claim_by_its_name_is_a_yes_in_any_language() -> None:
    assert not unsupported("A vegan bag.", {"vegan": "sí"})
    assert unsupported("A vegan bag.", {"vegan": "não"})


def test_the_words_that_state_a_flag_are_marked() -> None:
    assert find_statements("Red, and vegan.", {"vegan": "yes"}) == {"vegan": [(9, 14)]}


@pytest.mark.parametrize(
    ("value", "text", "stated"),
    [
        ('{"unit": "g", "value": 200}', "It weighs 0.2 kg.", True),
        ('{"value": 1.7, "unit": "LITERS"}', "Holds 1.7 l.", True),
        ("{'value': 31, 'unit': 'cm'}", "It is 31 cm wide.", True),
        ('{"unit": "g", "value": 200}', "It weighs 0.3 kg.", False),
        ('["red", "blue"]', "In blue or red.", True),
        ('["red", "blue"]', "In blue.", False),
        ('{"fabric": "wool", "lining": "silk"}', "Wool, and silk within.", True),
        ('{"dishwasher_safe": true, "vegan": false}', "Dishwasher-safe.", True),
        ('{"dishwasher_safe": true, "vegan": false}', "Yes and no.", False),
        ('{"wasserdicht": "ja", "warm": "nein"}', "Ganz wasserdicht.", True),
    ],
)
def test_what_is_nested_says_what_its_parts_say(value: str, text: str, stated: bool) -> None:
    assert covered(text, {"fact": value}) == {"fact": stated}


def test_what_is_nested_supports_claims() -> None:
    facts = {"weight": '{"unit": "g", "value": 200}', "colors": '["red", "blue"]'}
    assert [claim.text for claim in unsupported("200 g of red, not 300 g, in green.", facts)] == ["300 g", "green"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2 batteries", "One battery, or 2 batteries."),
        ("battery", "With two batteries."),
        ("boxes", "A box."),
        ("cookie", "Cookies!"),
        ("brushed-steel", "brushed steel"),
        ("2,5 kg", "2.5 kg"),
        ("1,200 ml", "1.2 litres"),
        ("schwarz", "Ein schwarzer Rucksack."),
        ("Baumwolle", "Made of cotton."),
    ],
)
def test_a_value_may_be_written_otherwise(value: str, text: str) -> None:
    assert covered(text, {"fact": value}) == {"fact": True}


@given(st.text())
def test_any_text_is_read(value: str) -> None:
    assert isinstance(plain_value(value), str)


@pytest.mark.parametrize("value", ["[" * 1500, "{" * 1500, "[1, 2", "{x}", "[" + "9" * 1900 + "]"])
def test_what_is_no_object_is_text(value: str) -> None:
    assert plain_value(value)
