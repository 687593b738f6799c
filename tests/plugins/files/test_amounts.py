"""Amounts of money as shops and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_files.amounts import parse_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0.0),
        ("12", 12.0),
        (" 12.50 ", 12.5),
        ("12,50", 12.5),
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("1,299", 1299.0),
        ("1.299", 1.299),
        ("1,299.00", 1299.0),
        ("1.299,00", 1299.0),
        ("1,299,000", 1299000.0),
        ("1.299.000", 1299000.0),
        ("1 299,00", 1299.0),
        ("1\u202f299,00", 1299.0),
        ("1'299.50", 1299.5),
        ("$1,299", 1299.0),
        ("12,50 €", 12.5),
        ("", None),
        ("free", None),
        ("-5", None),
        ("1,29,9", None),
        ("1.299,0,0", None),
        ("12 50", None),
        ("12.", None),
        (".5", None),
        ("1_000", None),
        ("1.2.3", None),
        ("1e3", None),
        ("nan", None),
        ("12-15", None),
        ("١٢", None),
    ],
)
def test_amounts(text: str, amount: float | None) -> None:
    assert parse_amount(text) == amount


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_every_usual_way_to_write_cents(whole: int, cents: int) -> None:
    amount = float(f"{whole}.{cents:02}")
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (f"{whole}.{cents:02}", f"{whole},{cents:02}", english, german, german.replace(".", "\xa0")):
        assert parse_amount(text) == amount
