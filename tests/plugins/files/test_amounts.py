"""Amounts of money as shops and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_files.amounts import Prices, currency_of, decimal_mark_of, parse_amount


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
        ("R$ 2.349,00", 2349.0),
        ("2 349,00 zł", 2349.0),
        ("2 349 Kč", 2349.0),
        ("Kč 349", 349.0),
        ("2.349 kr", 2349.0),
        ("2.349 €", 2349.0),
        ("2.349 KWD", 2.349),
        ("₹2,49,999.00", 249999.0),
        ("12,34,56,789", 123456789.0),
        ("EUR 12,50", 12.5),
        ("12.50 USD", 12.5),
        ("12,50EUR", 12.5),
        ("CHF 2'349.–", 2349.0),
        ("CHF 2’349.-", 2349.0),
        ("19,- €", 19.0),
        ("Rs. 499/-", 499.0),
        ("Rs. 1,499.00", 1499.0),
        ("US$ 12.50", 12.5),
        ("ab 12,90 €", 12.9),
        ("à partir de 12,90 €", 12.9),
        ("12,90 €*", 12.9),
        ("12,90 € inkl. MwSt.", 12.9),
        ("￥12", None),  # an unusual sign is no guess
        ("12 pieces", None),
        ("12 cm", None),
        ("2 for 5 €", None),
        ("10 %", None),
        ("12.90 - 19.90 €", None),
        ("12-", None),
        ("(12)", None),
        ("-12 €", None),
        ("€", None),
        ("." * 50, None),
        ("1" * 100 + "x", None),
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


@given(st.integers(1, 10**9), st.integers(0, 99), st.sampled_from(["€", "EUR", "R$", "zł", "Kč", "kr", "CHF", "US$"]))
def test_every_usual_way_to_name_a_currency(whole: int, cents: int, currency: str) -> None:
    amount = float(f"{whole}.{cents:02}")
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    for number in (english, german, german.replace(".", "\u202f"), english.replace(",", "'")):
        for text in (f"{currency} {number}", f"{currency}{number}", f"{number} {currency}", f"{number}{currency}"):
            assert parse_amount(text) == amount
            assert decimal_mark_of(text) == number[-3]


@given(st.text(st.sampled_from("0123456789.,' €$KčRs-–/*abx%"), max_size=30) | st.text(max_size=30))
def test_nothing_that_calls_itself_a_price_raises(text: str) -> None:
    amount = parse_amount(text)
    assert amount is None or amount >= 0
    assert decimal_mark_of(text) in {None, ".", ","}
    assert len(currency_of(text)) in {0, 3}


@pytest.mark.parametrize(
    ("column", "read"),
    [
        (["12,50", "1.299"], [12.5, 1299.0]),
        (["12.50", "1.299"], [12.5, 1.299]),
        (["12.50", "12,50", "1.299"], [12.5, 12.5, "1.299"]),
        (["1.299", "899"], ["1.299", 899.0]),
        (["1.299 €", "899 €"], [1299.0, 899.0]),
        (["1.299.000", "1.299"], [1299000.0, 1299.0]),
        (["on request", "", "12"], ["on request", None, 12.0]),
    ],
)
def test_a_column_tells_what_its_points_mean(column: list[str], read: list[float | str | None]) -> None:
    prices = Prices()
    for text in column:
        prices.look_at(text)
    assert [prices.read(text) for text in column] == read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12 EUR", "EUR"),
        ("eur 12", "EUR"),
        ("12 €", "EUR"),
        ("R$ 12", "BRL"),
        ("12 Kč", "CZK"),
        ("$12", ""),
        ("12", ""),
    ],
)
def test_currencies(text: str, code: str) -> None:
    assert currency_of(text) == code
