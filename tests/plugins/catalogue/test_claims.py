"""Claims: found in text, and held against facts.  Products and texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_catalogue.claims import Claim, find_claims, unsupported
from shoptune_catalogue.coverage import covered

BACKPACK = {
    "name": "Tarn 27 Backpack",
    "brand": "Fellfoot",
    "category": "Backpacks",
    "material": "waxed cotton",
    "color": "moss green",
    "capacity": "27 L",
    "size": "31 x 47 cm",
    "weight": "1140 g",
    "pockets": "4",
    "certificate": "GOTS",
}
KETTLE = {"material": "brushed stainless steel", "color": "pewter gray", "power": "2850 W", "care": "wash at 40 °C"}
CANDLE = {"material": "soy wax", "color": "oxblood", "scent": "rose and oak", "jar": "amber glass", "burn_time": "43 h"}
JACKET = {"material": "silnylon", "color": "navy", "membrane": "PVC-free", "certificate": "OEKO-TEX Standard 100"}
PILLOW = {"shell": "organic cotton sateen", "filling": "duck down", "certificate": "RDS", "vegan": "yes"}


def accused(text: str, facts: dict[str, str]) -> list[str]:
    return [claim.text for claim in unsupported(text, facts)]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        # numbers in other spellings and units
        ("It weighs 1,140 g.", BACKPACK),
        ("It weighs 1.14 kg, about 1.1 kg.", BACKPACK),
        ("Holds 27 litres or 7.1 gallons.", BACKPACK),
        ("31 × 47 cm, that is 310 by 470 mm", BACKPACK),
        ("47 cm tall and 31 cm wide", BACKPACK),
        ("4 pockets", BACKPACK),  # a fact that is the number alone
        ("2.85 kW", KETTLE),
        ("Wash at 40 degrees, or 104 °F.", KETTLE),
        ("Brennt 43 Stunden.", CANDLE),
        # numbers that claim nothing
        ("Two pockets, room for three books, 24/7.", BACKPACK),
        ("The Tarn 27 is our 2nd favourite, since 1987.", BACKPACK),
        # spelling, language, kind
        ("pewter grey stainless-steel", KETTLE),
        ("steel and metal, grey", KETTLE),
        ("aus Edelstahl, in grauem Ton", KETTLE),
        ("aus Baumwolle, grün", BACKPACK),
        ("a red candle of soya wax in a glass jar", CANDLE),
        ("smells of rose and solid oak", CANDLE),
        ("amber colour", CANDLE),
        ("blue nylon", JACKET),
        ("Oeko-Tex certified", JACKET),
        ("duck-down filling", PILLOW),
        ("RDS certified and vegan", PILLOW),
        ("organic", BACKPACK),  # what GOTS certifies
        # words that mean something else
        ("Sit down, it felt light as lead.", BACKPACK),
        ("Iron out the creases, or steel yourself.", BACKPACK),
        ("A glass of water and black coffee under a grey sky.", BACKPACK),
        ("Pour the wine into your glass; pull the cork.", BACKPACK),
        ("Walnut trees, an oak, a rose, mint tea and an orange.", BACKPACK),
        ("In mint condition, with a silver lining and a golden rule", BACKPACK),
        ("Out of the blue, once in a blue moon", BACKPACK),
        ("nerves of steel", BACKPACK),
        ("organic shapes", KETTLE),
        ("Ce sac est à vous; press the green button.", BACKPACK),
        ("the red tape and the blank canvas", KETTLE),
        # denied or compared
        ("No plastic, PVC-free, without leather or nylon.", BACKPACK),
        ("soft like silk, lighter than steel", BACKPACK),
        ("kein Kunststoff, ohne Leder", BACKPACK),
    ],
)
def test_supported_or_no_claim(text: str, facts: dict[str, str]) -> None:
    assert accused(text, facts) == []


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("It weighs 1240 g.", BACKPACK, ["1240 g"]),
        ("It weighs 1.4 kg.", BACKPACK, ["1.4 kg"]),
        ("It weighs 1 kg.", BACKPACK, ["1 kg"]),
        ("Tarn 27: 27 kg, 27 cm", BACKPACK, ["27 kg", "27 cm"]),  # the name's number has no unit
        ("31 x 47 x 12 cm", BACKPACK, ["31 x 47 x 12 cm"]),
        ("a 15-inch sleeve", BACKPACK, ["15-inch"]),
        ("5 pockets", BACKPACK, ["5 pockets"]),
        ("a 10 year guarantee", BACKPACK, ["10 year"]),
        ("100 % safe", BACKPACK, ["100 %"]),
        ("safe to 260 °C", KETTLE, ["260 °C"]),
        ("brass zip", BACKPACK, ["brass"]),
        ("no plastic but brass fittings", BACKPACK, ["brass"]),
        ("Kein Kunststoff sondern Leder", BACKPACK, ["Leder"]),
        ("Plastic: no\nBrass: yes", BACKPACK, ["Brass"]),
        ("a genuine leather tab", BACKPACK, ["leather"]),
        ("Griff aus Leder", BACKPACK, ["Leder"]),
        ("a solid oak handle", KETTLE, ["oak"]),
        ("walnut handle, silver finish", KETTLE, ["silver", "walnut"]),
        ("a glass lid", KETTLE, ["glass lid"]),
        ("cast iron, enamelled", KETTLE, ["cast iron", "enamelled"]),
        ("goose down filling", BACKPACK, ["goose down"]),
        ("memory foam core", PILLOW, ["memory foam"]),
        ("beeswax and paraffin", CANDLE, ["beeswax", "paraffin"]),
        ("storm blue", BACKPACK, ["blue"]),
        ("bottle green", BACKPACK, ["bottle green"]),  # another green than the fact's
        ("available in orange", BACKPACK, ["orange"]),
        ("Comes in slate.", BACKPACK, ["slate"]),
        ("schwarzes Leder", BACKPACK, ["schwarzes", "Leder"]),
        ("navy blue", {"color": "blue"}, ["navy blue"]),  # the narrower is more than the fact says
        ("stainless steel", {"material": "steel"}, ["stainless steel"]),
        ("FSC and IPX4", BACKPACK, ["FSC", "IPX4"]),
        ("IPX5", {"certificate": "IPX4"}, ["IPX5"]),
        ("certified to ISO 9001 and EN 388", BACKPACK, ["ISO 9001", "EN 388"]),
        ("Energy Star, BPA-free, UL listed", KETTLE, ["Energy Star", "BPA-free", "UL listed"]),
        ("Fair trade and Grüner Knopf", BACKPACK, ["Fair trade", "Grüner Knopf"]),
        ("made of recycled nylon", BACKPACK, ["recycled", "nylon"]),
        ("vegan leather", BACKPACK, ["vegan leather"]),
        ("CE marked, FDA-approved", KETTLE, ["CE marked", "FDA-approved"]),
    ],
)
def test_unsupported(text: str, facts: dict[str, str], expected: list[str]) -> None:
    assert sorted(accused(text, facts)) == sorted(expected)


def test_claims_say_what_and_where() -> None:
    text = "A Größe of 27 L, in moss-green cotton. GOTS."
    claims = find_claims(text)
    assert [(claim.kind, claim.text) for claim in claims] == [
        ("number", "27 L"),
        ("colour", "moss-green"),
        ("material", "cotton"),
        ("certificate", "GOTS"),
    ]
    assert all(text[claim.start : claim.end] == claim.text for claim in claims)


def test_spellings_share_a_value() -> None:
    values = {claim.value for claim in find_claims("aluminum, aluminium and Alu")}
    assert values == {"aluminium"}
    assert find_claims("nothing to see") == []
    assert isinstance(find_claims("5 g")[0], Claim)


@pytest.mark.parametrize(
    ("text", "attribute", "value", "expected"),
    [
        ("Waxed cotton it is", "material", "waxed cotton", True),
        ("cotton, waxed", "material", "waxed cotton", False),
        ("a cam buckle flap", "closure", "cam-buckle flap", True),
        ("post box red", "color", "post-box red", True),
        ("postbox red", "color", "post-box red", True),
        ("a hundred", "color", "red", False),
        ("moss grey", "color", "moss gray", True),
        ("aluminium", "material", "aluminum", True),
        ("paired slide buckle", "closure", "paired slide buckles", True),
        ("weighs 1.14 kg", "weight", "1140 g", True),
        ("weighs 1150 g", "weight", "1140 g", False),
        ("31 cm wide, 47 cm tall", "size", "31 x 47 cm", True),
        ("31 cm wide", "size", "31 x 47 cm", False),
        ("a 60 mm twisted fringe", "fringe", "6 cm twisted", True),
        ("a 60 mm fringe", "fringe", "6 cm twisted", False),
        ("four pockets", "pockets", "4 pockets", True),
        ("its 4 deep pockets", "pockets", "4", True),
        ("its 14 pockets", "pockets", "4", False),
        ("in blue and red", "color", "red, blue", True),  # several values: all of them
        ("in blue", "color", "red, blue", False),
        ("gentle wash at 30 °C", "care", "gentle wash, 30 °C", True),
        ("1,5 m lang", "length", "1,5 m", True),
        ("GRÜNER KNOPF", "certificate", "Grüner Knopf", True),
        ("ein 麻布 bag", "material", "麻布", True),
        ("", "material", "cotton", False),
    ],
)
def test_covered(text: str, attribute: str, value: str, expected: bool) -> None:
    assert covered(text, {attribute: value}) == {attribute: expected}


def test_an_attribute_without_a_value_is_none() -> None:
    assert covered("cotton", {"material": "cotton", "fit": " "}) == {"material": True}


VALUES = st.sampled_from(
    [
        "waxed cotton",
        "moss green",
        "27 L",
        "1140 g",
        "31 x 47 cm",
        "GOTS",
        "stainless steel",
        "5.5 mm",
        "oxblood",
        "43 h",
        "FSC",
        "walnut veneer",
        "OEKO-TEX Standard 100",
        "rose and black pepper",
        "2 zipped pockets",
        "wash at 40 °C",
        "Grüner Knopf",
        "2.5-layer polyester",
        "1,140 g",
        "18/10 stainless",
        "down-filled taffeta",
        "mustard and ink",
    ]
)


@given(
    st.lists(VALUES, min_size=1, max_size=6, unique=True), st.sampled_from([". ", ", in ", " and solid ", " / ", " – "])
)
def test_a_text_of_the_facts_is_faithful_and_complete(values: list[str], between: str) -> None:
    facts = {f"attribute {number}": value for number, value in enumerate(values)}
    text = between.join(values)
    assert accused(text, facts) == []
    assert all(covered(text, facts).values())


@given(st.lists(VALUES, min_size=1, max_size=6, unique=True), VALUES)
def test_more_facts_never_accuse_more(values: list[str], more: str) -> None:
    text = "Brass, 12 kg, navy blue leather, FSC, " + ", ".join(values)
    facts = {str(number): value for number, value in enumerate(values)}
    assert set(accused(text, {**facts, "more": more})) <= set(accused(text, facts))


@given(st.text(max_size=80))
def test_no_text_breaks_the_finder(text: str) -> None:
    assert all(text[claim.start : claim.end] == claim.text != "" for claim in find_claims(text))
    covered(text, BACKPACK)


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("It isn't made of wool.", []),
        ("It doesn’t contain wool.", []),
        ("It is not only wool.", ["wool"]),
        ("No BPA-laden plastic in here.", []),
    ],
)
def test_what_is_denied_is_no_claim(text: str, claimed: list[str]) -> None:
    assert [claim.value for claim in find_claims(text)] == claimed
