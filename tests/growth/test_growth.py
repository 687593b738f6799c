"""No function over free text takes more than its time: twice the text, twice the time, whatever stands in it."""

import re

import pytest

from shoptune_attributes.answers import read_attributes
from tests.growth.functions import FUNCTIONS
from tests.growth.search import LIMIT, growth, ratio
from tests.growth.tables import TABLES


@pytest.mark.parametrize("name", FUNCTIONS)
def test_time_grows_with_the_text_and_no_faster(name: str) -> None:
    ratio, piece = growth(FUNCTIONS[name], size=800, seed=28, count=30, worst=3)
    assert ratio < LIMIT, f"{name}: four times the text takes {ratio:.0f} times as long, for {piece!r} again and again"


def test_the_time_of_an_answer_grows_with_it_and_no_faster_where_it_is_long() -> None:
    """An answer without end: what grows with the square of broken objects is hidden by the rest of a short one."""
    assert ratio(read_attributes, '{"' * 20_000, '{"' * 80_000) < LIMIT


@pytest.mark.parametrize("name", TABLES)
def test_time_grows_with_the_columns_of_a_table_and_no_faster(name: str) -> None:
    times = ratio(TABLES[name], 5_000, 20_000)
    assert times < LIMIT, f"{name}: four times the columns take {times:.0f} times as long"


def test_the_search_finds_what_is_slow() -> None:
    """A function whose time grows with the square of a run of blanks."""
    ratio, piece = growth(_slow, size=800, seed=28, count=30, worst=3)
    assert ratio >= LIMIT
    assert piece.isspace()


def _slow(text: str) -> object:
    return re.search(r"\s+>", text)
