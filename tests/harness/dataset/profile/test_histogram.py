import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.dataset.profile.histogram import Histogram


def histogram(figures: list[int] | list[float]) -> Histogram:
    counted = Histogram()
    for figure in figures:
        counted.add(figure)
    return counted


# numpy multiplies in floating point, which goes wrong from 140 figures on: 0.05 * 140 is above 7.
@given(st.lists(st.integers(1, 999), min_size=1, max_size=120))
def test_quantiles_are_those_of_numpy(figures: list[int]) -> None:
    expected = np.quantile(figures, [0.05, 0.5, 0.95, 1], method="inverted_cdf")
    assert list(histogram(figures).quantiles().model_dump().values()) == list(expected)


def test_the_rank_is_rounded_up_in_whole_numbers() -> None:
    assert histogram(list(range(1, 141))).quantile(5) == 7  # by hand: 5 % of 140 figures are 7


@given(st.lists(st.floats(0.001, 1e9) | st.integers(1_000, 10**9), min_size=1, max_size=50))
def test_greater_figures_and_fractions_are_half_a_percent_off_at_most(figures: list[float]) -> None:
    expected = np.quantile(figures, 0.5, method="inverted_cdf")
    assert histogram(figures).quantile(50) == pytest.approx(expected, rel=0.005)


def test_many_different_figures_take_a_bounded_number_of_counts() -> None:
    # By hand: 999 exact ones, then 100 to 999 thousandfold, ... up to the rounded 200,000.
    assert len(histogram(list(range(1, 200_000)))._counts) == 999 + 900 + 900 + 101


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60))
def test_deviations_of_the_logarithms(figures: list[int]) -> None:
    counted = histogram(figures)
    rounded = np.array([float(f"{figure:.3g}") for figure in figures])
    median = np.quantile(rounded, 0.5, method="inverted_cdf")
    below, above = (
        1.4826 * np.quantile(np.abs(np.log(side / median)), 0.5, method="inverted_cdf")
        for side in (rounded[rounded <= median], rounded[rounded >= median])
    )
    assert counted.log_deviations() == pytest.approx((below, above), abs=1e-12)


def test_the_deviation_of_normal_logarithms_is_their_standard_deviation() -> None:
    prices = np.exp(np.random.default_rng(1).normal(math.log(40), 0.7, size=20_000))
    assert histogram(prices.tolist()).log_deviations() == pytest.approx((0.7, 0.7), rel=0.05)


def test_whether_there_were_fractions() -> None:
    assert not histogram([1, 2, 3000]).fractions
    assert histogram([1, 2.0]).fractions
