from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import FloatArray
from shoptune_sales.spread import MIN_COMPARISONS, relative_variance


def simulated(chance: Literal["binomial", "poisson"], spread: float, groups: int = 3000) -> float | None:
    """Estimate from groups of 2 to 5 members whose true rates have a known relative variance."""
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(groups), random.integers(2, 6, groups))
    mean = random.uniform(0.02, 0.3, groups)[group]
    rates = mean * (random.gamma(spread**-2, spread**2, len(group)) if spread else 1)
    exposures = random.integers(50, 3000, len(group)).astype(float)
    events = (
        random.binomial(exposures.astype(int), rates) if chance == "binomial" else random.poisson(exposures * rates)
    )
    return relative_variance(events.astype(float), exposures, group, chance)


@pytest.mark.parametrize("chance", ["binomial", "poisson"])
@pytest.mark.parametrize("spread", [0.1, 0.2, 0.4])
def test_finds_the_spread_that_was_put_in(chance: Literal["binomial", "poisson"], spread: float) -> None:
    found = simulated(chance, spread)
    assert found is not None
    assert found**0.5 == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("chance", ["binomial", "poisson"])
def test_chance_alone_is_no_spread(chance: Literal["binomial", "poisson"]) -> None:
    found = simulated(chance, 0)
    assert found is not None
    assert found < 0.01**2 * 10


def test_golden_value() -> None:
    # Eleven groups of two, 10 and 30 of 1000 each: m = 0.02, c = 0.0196, Q = 2 (10^2 / 19.6) = 10.204 each;
    # v = (10.204 - 1) / (0.02^2 / 0.0196 * (2000 - 1000)) = 0.451
    events = np.tile([10.0, 30.0], 11)
    found = relative_variance(events, np.full(22, 1000.0), np.repeat(np.arange(11), 2), "binomial")
    assert found == pytest.approx((200 / 19.6 - 1) / (0.0004 / 0.0196 * 1000))


def test_too_little_to_judge_by() -> None:
    pairs = MIN_COMPARISONS - 1
    groups = np.repeat(np.arange(pairs), 2)
    figures = np.full(2 * pairs, 10.0), np.full(2 * pairs, 1000.0)
    assert relative_variance(*figures, groups, "binomial") is None
    assert relative_variance(np.zeros(100), np.ones(100), np.zeros(100, dtype=np.int64), "poisson") is None
    assert relative_variance(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), "poisson") is None


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 500), st.integers(0, 5)), min_size=20),
    st.sampled_from(["binomial", "poisson"]),
)
def test_is_a_variance_whatever_the_figures(
    rows: list[tuple[int, int, int]], chance: Literal["binomial", "poisson"]
) -> None:
    table: FloatArray = np.array(rows, dtype=float)
    events = np.minimum(table[:, 0], table[:, 1]) if chance == "binomial" else table[:, 0]
    found = relative_variance(events, table[:, 1], table[:, 2].astype(np.int64), chance)
    assert found is None or 0 <= found < np.inf
