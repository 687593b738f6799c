"""What a claim costs: which hypotheses count, and in what order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparing.correction import adjusted
from shoptune.comparing.statistics import ALPHA, holm

P = st.floats(1e-6, 1)


def corrected(p_values: list[float | None], **told: list[int]) -> list[float | None]:
    return adjusted(p_values, range(len(p_values)), **told)


@given(st.lists(P | st.none(), max_size=20))
def test_without_gates_it_is_holms(p_values: list[float | None]) -> None:
    assert corrected(p_values) == pytest.approx(holm(p_values))


@given(st.lists(P, min_size=2, max_size=9), st.data())
def test_what_repeats_another_costs_nothing(p_values: list[float], data: st.DataObject) -> None:
    again = data.draw(st.integers(0, len(p_values) - 1))
    found = adjusted([*p_values, p_values[again]], [*range(len(p_values)), again])
    assert found[:-1] == pytest.approx(corrected(list(p_values)))
    assert found[-1] == found[again]


def test_what_is_the_same_costs_nothing() -> None:
    assert corrected([0.02, None, None, 0.04]) == pytest.approx([0.04, None, None, 0.04])


def test_candidates_that_are_no_model_are_a_family_of_their_own() -> None:
    assert corrected([0.02, 0.01, 0.04, 0.03], apart=[1, 3]) == pytest.approx([0.04, 0.02, 0.04, 0.03])


def test_unless_a_gate_asks_about_one() -> None:
    assert corrected([0.02, 0.01], apart=[1], first=[1]) == pytest.approx([0.02, 0.02])


def test_what_gates_ask_is_tested_first_and_in_their_order() -> None:
    many: list[float | None] = [0.9] * 40
    assert corrected([0.02, 0.01, *many], first=[0, 1])[:2] == pytest.approx([0.04, 0.04])
    assert corrected([0.02, 0.01, *many])[:2] == pytest.approx([0.82, 0.42])


def test_a_single_hypothesis_shares_with_nobody() -> None:
    assert corrected([0.02], first=[0]) == pytest.approx([0.02])
    assert corrected([0.02, None, 0.02], first=[0, 2])[1] is None


def test_a_gate_that_is_left_open_takes_no_verdict_from_the_rest() -> None:
    first, second, other = corrected([0.4, 1e-6, 1e-6], first=[0, 1])
    assert (first, second, other) == pytest.approx((0.8, 6e-6, 6e-6))


def test_gates_that_all_hold_hand_on_what_they_had() -> None:
    """The rest is then corrected for itself alone: 2 x 0.02, and not 2 x 3 x 0.02."""
    assert corrected([0.001, 0.02, 0.9], first=[0])[1] == pytest.approx(0.04)


@given(st.lists(P, min_size=1, max_size=8), st.data())
def test_it_is_never_below_the_p_value_nor_above_twice_holms(p_values: list[float], data: st.DataObject) -> None:
    first = data.draw(st.lists(st.integers(0, len(p_values) - 1), unique=True))
    for p, found, by_holm in zip(p_values, corrected(list(p_values), first=first), holm(p_values), strict=True):
        assert found is not None
        assert by_holm is not None
        assert p - 1e-15 <= found <= min(1, 2 * by_holm) + 1e-15


@pytest.mark.parametrize("true", [(), (0,), (1,), (0, 1), (3,), (0, 4), (0, 1, 2, 3, 4, 5)])
def test_of_experiments_one_in_twenty_makes_any_false_claim(true: tuple[int, ...]) -> None:
    """Six independent hypotheses of which those named are true effects; gates ask about the first two."""
    rng = np.random.default_rng(1)
    false_claims = 0
    for p_values in rng.random((4000, 6)):
        p_values[list(true)] /= 10_000
        found = corrected(list(p_values), first=[0, 1])
        false_claims += any(p is not None and p <= ALPHA for place, p in enumerate(found) if place not in true)
    assert false_claims / 4000 < 0.058  # 5 %, and two standard errors
