"""Numbers with units: what is found in text, and what equals what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_catalogue.quantities import Quantity, bare_numbers, find_quantities, gives


def found(text: str) -> list[tuple[str, str]]:
    """What is found, as (the text that was taken, the unit's name)."""
    return [(text[f.start : f.end], f.quantity.unit) for f in find_quantities(text)]


def one(text: str) -> Quantity:
    (only,) = find_quantities(text)
    return only.quantity


@pytest.mark.parametrize(
    ("text", "unit", "readings"),
    [
        ("1140 g", "gram", ["1140"]),
        ("1,140.5 g", "gram", ["1140.5"]),
        ("1.140,5 g", "gram", ["1140.5"]),
        ("1’140.5 g", "gram", ["1140.5"]),
        ("1.140.500 g", "gram", ["1140500"]),
        ("1,140 g", "gram", ["1140", "1.140"]),
        ("0.125 g", "gram", ["0.125"]),
        ("1\u202f140 g", "gram", ["1140", "140"]),
        ("5,5 mm", "millimetre", ["5.5"]),
        ("½ inch", "inch", ["0.5"]),
        ("2½ inches", "inch", ["2.5"]),
        ("5-1/2 inch", "inch", ["5.5"]),
        ("3/4 hp", "horsepower", ["0.75"]),
    ],
)
def test_one_number_and_its_readings(text: str, unit: str, readings: list[str]) -> None:
    assert one(text) == Quantity((tuple(map(Decimal, readings)),), unit)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("31 x 47 cm", 2),
        ("31x47cm", 2),
        ("31 × 47 × 12 cm", 3),
        ("31 by 47 cm", 2),
        ("20-25 cm", 2),
        ("20–25 cm", 2),
        ("12/24 V", 2),
        ("30 to 40 °C", 2),
        ("2 x 500 ml", 1),  # two of 500 ml, not 2 ml
    ],
)
def test_dimensions_and_ranges_are_one_quantity_of_several_numbers(text: str, count: int) -> None:
    assert found(text)[0][0] == text
    assert len(one(text).numbers) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a 15" screen', [('15"', "inch")]),
        ('the "Tarn 27" bag, 15" wide', [('15"', "inch")]),  # the first sign closes a quotation
        ("„Tarn 27“ und 15 Zoll", [("15 Zoll", "inch")]),
        ("15 in wide, 3 in a box, 17-in-1", [("15 in", "inch")]),
        ("a 3150 K lamp for 4K video, 680K pixels", [("3150 K", "kelvin")]),
        ("the 1960s and 30 s", [("30 s", "second")]),
        ("802.11g and 5 g", [("5 g", "gram")]),
        ("2.4 A. In 5 A fuse boxes", [("2.4 A", "ampere")]),
        ("IPX4, VG-10, €50 m, 5 M", []),
        ("20 l/min and 10 km/h", []),  # rates are other quantities
        ("250 g/m²", [("250 g/m²", "gsm")]),
        ("3-layer, 2 zipped pockets, 4 and pockets", [("3-layer", "layer"), ("2 zipped pockets", "pocket")]),
        ("two pockets, Tarn 27", []),
        ("Tarn 27 – 1140 g / Standard 100 / 5 W", [("1140 g", "gram"), ("5 W", "watt")]),
        ("wiegt 1,2 kg, hält 12 Std. warm", [("1,2 kg", "kilogram"), ("12 Std", "hour")]),
        ("5 fl. oz, 5 oz, 5 cups of tea", [("5 fl. oz", "fluid_ounce"), ("5 oz", "ounce")]),
        ("", []),
    ],
)
def test_what_is_a_quantity_and_what_only_looks_like_one(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("stated", "fact", "expected"),
    [
        ("1140 g", "1140 g", True),
        ("1.14 kg", "1140 g", True),
        ("1,1 kg", "1140 g", True),  # rounded to the digits given, 4 % off
        ("1 kg", "1140 g", False),  # rounded too, but 12 % off
        ("1100 g", "1140 g", False),  # trailing zeros are digits given
        ("2 L", "1.7 L", False),
        ("16 h", "16.4 h", True),
        ("214 mm", "213 mm", False),  # within the tolerance, but in the same unit
        ("27 litres", "27 L", True),
        ("27000 ml", "27 L", True),
        ("38.1 cm", "15 in", True),
        ("38 cm", '15"', True),
        ("15 inches", "38 cm", True),
        ("39 cm", "15 in", False),
        ("28.45 g", "1 oz", True),  # 0.35 % off: converted roughly
        ("28.55 g", "1 oz", False),  # 0.7 % off
        ("104 °F", "40 °C", True),
        ("40 degrees", "40 °C", True),
        ("40°", "60 °C", False),
        ("2.2 lb", "1 kg", True),
        ("7.1 gallons", "27 L", True),
        ("1.2 kW", "1200 W", True),
        ("24 months", "2 years", True),
        ("90 minutes", "1.5 h", True),
        ("1140 g", "1.140 g", True),  # German thousands
        ("27 cm", "27 L", False),
        ("4 pockets", "4 layers", False),
        ("5 kg", "3 kg", False),
    ],
)
def test_what_equals_what(stated: str, fact: str, expected: bool) -> None:
    assert gives(one(stated), one(fact)) == [expected]


def test_each_number_of_several_is_judged() -> None:
    assert gives(one("31 x 48 x 12 cm"), one("310 x 470 x 120 mm")) == [True, False, True]


@pytest.mark.parametrize(
    ("text", "count"), [("4", 1), ("4, 6", 2), ("31 x 47", 2), (" 5½ ", 1), ("Tarn 27", 0), ("27 L", 0), ("", 0)]
)
def test_numbers_alone(text: str, count: int) -> None:
    assert len(bare_numbers(text)) == count


UNITS_OF_A_KIND = [
    [("mg", 0.001), ("g", 1.0), ("kg", 1000.0), ("oz", 28.349523125), ("lb", 453.59237)],
    [("mm", 0.001), ("cm", 0.01), ("m", 1.0), ("inches", 0.0254), ("ft", 0.3048)],
    [("ml", 0.001), ("L", 1.0), ("gallons", 3.785411784)],
    [("min", 1.0), ("h", 60.0), ("days", 1440.0)],
]


@given(
    value=st.floats(0.5, 5000).map(lambda value: round(value, 2)),
    units=st.sampled_from(UNITS_OF_A_KIND).flatmap(
        lambda kind: st.tuples(st.sampled_from(kind), st.sampled_from(kind))
    ),
)
def test_conversion_there_and_back(value: float, units: tuple[tuple[str, float], tuple[str, float]]) -> None:
    (unit, size), (other, other_size) = units
    converted = value * size / other_size
    fact, stated = one(f"{value:.2f} {unit}"), one(f"{converted:.9f} {other}")
    assert gives(stated, fact) == [True]
    assert gives(fact, stated) == [True]
    assert gives(one(f"{converted * 1.1:.9f} {other}"), fact) == [False]


@given(st.text(alphabet="0123456789.,'’ \u202f½¾/-–x×\"” gkcmLKWin°%½٣", max_size=30))
def test_no_text_breaks_the_finder(text: str) -> None:
    for f in find_quantities(text):
        assert 0 <= f.start < f.end <= len(text)
        assert all(number for number in f.quantity.numbers)
        assert gives(f.quantity, f.quantity) == [True] * len(f.quantity.numbers)
