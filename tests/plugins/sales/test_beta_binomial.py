import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from shoptune_sales.beta_binomial import UNIFORM, Prior, expected_rate, probability_better

COUNTS = st.integers(0, 3000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
PRIORS = st.builds(Prior, st.integers(1, 300), st.floats(0.1, 10_000))


def by_integration(
    exposures_a: int, conversions_a: int, exposures_b: int, conversions_b: int, prior: Prior = UNIFORM
) -> float:
    """P(A > B) as the integral of A's density times B's distribution function, over where A's density lies."""
    a = beta(conversions_a + prior.conversions, exposures_a - conversions_a + prior.others)
    b = beta(conversions_b + prior.conversions, exposures_b - conversions_b + prior.others)
    low, high = a.ppf(1e-13), a.isf(1e-13)
    points = np.clip([b.mean() + k * b.std() for k in range(-6, 7, 2)], low, high)
    value, _ = quad(lambda x: a.pdf(x) * b.cdf(x), low, high, points=points, limit=500, epsabs=1e-11)
    return float(value)


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS)
def test_agrees_with_integration(a: tuple[int, int], b: tuple[int, int]) -> None:
    assert probability_better(*a, *b) == pytest.approx(by_integration(*a, *b), abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, st.integers(1, 300), st.floats(1, 10_000))
def test_agrees_with_integration_under_any_prior(
    a: tuple[int, int], b: tuple[int, int], conversions: int, others: float
) -> None:
    prior = Prior(conversions, others)
    assert probability_better(*a, *b, prior) == pytest.approx(by_integration(*a, *b, prior), abs=1e-7)


@given(COUNTS, COUNTS, PRIORS)
def test_one_of_the_two_is_better(a: tuple[int, int], b: tuple[int, int], prior: Prior) -> None:
    both = probability_better(*a, *b, prior) + probability_better(*b, *a, prior)
    assert both == pytest.approx(1, abs=1e-8)


@given(COUNTS, PRIORS)
def test_equal_figures_leave_it_open(a: tuple[int, int], prior: Prior) -> None:
    assert probability_better(*a, *a, prior) == pytest.approx(0.5, abs=1e-8)


@given(COUNTS, COUNTS, PRIORS)
def test_one_more_conversion_makes_it_more_probable(a: tuple[int, int], b: tuple[int, int], prior: Prior) -> None:
    exposures, conversions = a
    if conversions < exposures:
        more = probability_better(exposures, conversions + 1, *b, prior)
        assert more >= probability_better(*a, *b, prior) - 1e-9


@given(COUNTS, COUNTS, PRIORS)
def test_one_more_exposure_without_a_conversion_makes_it_less_probable(
    a: tuple[int, int], b: tuple[int, int], prior: Prior
) -> None:
    exposures, conversions = a
    fewer = probability_better(exposures + 1, conversions, *b, prior)
    assert fewer <= probability_better(*a, *b, prior) + 1e-9


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_closed_form_where_nobody_bought(n: int, m: int) -> None:
    # Beta(1, n + 1) against Beta(1, m + 1): the integral of (n+1)(1-x)^n (1 - (1-x)^(m+1)) is (m+1) / (n+m+2).
    assert probability_better(n, 0, m, 0) == pytest.approx((m + 1) / (n + m + 2), rel=1e-9)


def test_closed_form_of_one_view_each() -> None:
    # Beta(2, 1) against Beta(1, 2): the integral of 2x (2x - x^2) from 0 to 1 is 4/3 - 1/2.
    assert probability_better(1, 1, 1, 0) == pytest.approx(5 / 6, rel=1e-12)


@pytest.mark.parametrize("prior", [UNIFORM, Prior(25, 25 * 0.97 / 0.03)])
def test_agrees_with_monte_carlo(prior: Prior) -> None:
    random = np.random.default_rng(0)
    draws = 2_000_000
    a = random.beta(60 + prior.conversions, 1940 + prior.others, draws)
    b = random.beta(45 + prior.conversions, 1965 + prior.others, draws)
    assert probability_better(2000, 60, 2010, 45, prior) == pytest.approx(
        float((a > b).mean()), abs=4 * 0.5 / draws**0.5
    )


def test_large_shops() -> None:
    assert probability_better(10_000_000, 301_000, 10_000_000, 301_000) == pytest.approx(0.5, abs=1e-6)


def test_a_narrow_prior_asks_for_more_evidence() -> None:
    narrow = Prior(1000, 1000 * 0.97 / 0.03)
    assert 0.5 < probability_better(2000, 60, 2000, 40, narrow) < probability_better(2000, 60, 2000, 40) - 0.2


def test_expected_rate_is_shrunk_towards_the_prior() -> None:
    assert expected_rate(0, 0) == 0.5
    assert expected_rate(98, 2) == pytest.approx(0.03)
    assert expected_rate(0, 0, Prior(3, 97)) == pytest.approx(0.03)
    assert expected_rate(100, 5, Prior(3, 97)) == pytest.approx(0.04)


@pytest.mark.parametrize("figures", [(10, 11, 10, 1), (10, 1, 10, -1)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="conversions of 10 exposures"):
        probability_better(*figures)
