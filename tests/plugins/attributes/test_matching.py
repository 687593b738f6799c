"""Which values are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_attributes.matching import exact_key, normalised_key


@pytest.mark.parametrize(
    "spellings",
    [
        ["red, blue", "Blue,red", "blue;RED"],
        ["yes", "True", "Ja", "sí", "✓"],
        ["16 GB", "16gb", "16  gB", "16 Gigabytes", " 16\u00a0GB."],
        ["500 g", "500G", "500 grams", "500.0 g"],
        ["12 V", "12V", "12 volts"],
        ["14 M US", "14  m us"],
        ["1,140 g", "1140g"],
        ["2,5 l", "2.50 L", "2.5 litres", "２.５ l"],
        ["31 x 47 cm", "31x47cm", "31 × 47.0 CM", "31 by 47 cm"],
        ['27"', "27 inch", "27-inch", "27”", "27 Inches"],
        ["5 m²", "5 m2", "5 square metres"],
        ["5½ in", "5 1/2 inches"],
        ["14 fl oz bottles", "14 fl. oz. bottles"],
        ["2 zipped pockets", "2 Zipped pocket"],
        ["Dr. Brown's", "dr brown’s"],
        ["Off-White", "off–white", "OFF‑WHITE"],
        ["oak, steel", "Steel;  Oak", "steel | oak"],
        ["Ostrick™", "ostrick"],
        ["4.0", "4,0", "4"],
    ],
)
def test_spellings_of_one_value(spellings: list[str]) -> None:
    assert len({normalised_key(value) for value in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("16 GB", "16 MB"),
        ("yes", "nein"),
        ("1,5", "1, 5"),
        ("16 GB", "16"),
        ("1 kg", "1000 g"),
        ("2 x 500 ml", "500 ml"),
        ("20-25 cm", "20 x 25 cm"),
        ("2 zipped pockets", "2 pockets"),
        ("5½ in", "51/2 in"),
        ("2051-014099", "2051-14099"),
        ("1.2.3", "1.2.30"),
        ("red", "dark red"),
        ("Pack of 3", "Pack of 8"),
    ],
)
def test_values_that_differ(one: str, other: str) -> None:
    assert normalised_key(one) != normalised_key(other)


def test_exactly_means_character_by_character() -> None:
    assert exact_key(" 16 GB\n") == "16 GB"
    assert exact_key("16 GB") != exact_key("16 gb")


numbers = st.decimals(0, 9999, places=2).map(str) | st.integers(0, 9999).map(str)
units = st.sampled_from(["g", "kg", "ml", "L", "cm", "in", '"', "m²", "fl oz", "W", "GB", "pockets", "bottles", "x 3"])
values = st.builds("{}{}{}".format, numbers, st.sampled_from(["", " ", "-"]), units)


@given(values | st.text())
def test_white_space_around_a_value_does_not_count(value: str) -> None:
    key = normalised_key(value)
    assert normalised_key(f" {value}\n") == key
    assert key == key.strip()


@given(values)
def test_the_key_of_a_quantity_is_its_own(value: str) -> None:
    assert normalised_key(normalised_key(value)) == normalised_key(value)
