"""The loss curve in points, words and figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_reports.charts.loss import loss_curve

Logged = list[dict[str, float]]


def falling(steps: int, *, validated: int = 0) -> Logged:
    return [
        {"step": step, "epoch": step / steps, "loss": 3 - step / steps}
        | ({"validation_loss": 3.5 - step / steps} if validated and step % validated == 0 else {})
        for step in range(1, steps + 1)
    ]


def test_points_and_words() -> None:
    curve = loss_curve(falling(20, validated=10))
    assert curve is not None
    loss, validation = curve.series
    assert loss.points[0] == (1.0, 2.95)
    assert len(loss.points) == 20
    assert [*validation.points] == [(10, 3.0), (20, 2.5)]
    assert loss.words == "Loss: 2.950 at step 1, 2.000 at step 20."
    assert validation.words == "Validation loss: 3.000 at step 10, 2.500 at step 20, where it is lowest."


def test_a_validation_loss_that_rose_again_is_said() -> None:
    logged: Logged = [{"step": step, "validation_loss": loss} for step, loss in ((1, 3.0), (2, 2.0), (3, 2.25))]
    curve = loss_curve(logged)
    assert curve is not None
    assert "lowest at step 2 (2.000): what was learnt after that did not carry over" in curve.series[0].words


@pytest.mark.parametrize("logged", [[], [{"step": 1.0, "loss": math.nan}], [{"step": 1.0, "reward": 2.0}]])
def test_there_is_no_curve_of_nothing(logged: Logged) -> None:
    assert loss_curve(logged) is None


def test_what_is_no_number_is_left_out() -> None:
    curve = loss_curve([{"step": 1, "loss": 2.0}, {"step": 2, "loss": math.nan}, {"step": 3, "loss": 1.0}])
    assert curve is not None
    assert [*curve.series[0].points] == [(1, 2.0), (3, 1.0)]
    assert curve.rows[1] == ("2", "–")


@given(steps=st.integers(1, 5000), validated=st.integers(0, 50))
def test_a_long_curve_is_thinned_and_keeps_its_ends(steps: int, validated: int) -> None:
    logged = falling(steps, validated=validated)
    curve = loss_curve(logged)
    assert curve is not None
    for series in curve.series:
        assert len(series.points) <= 401
        found = [row["step"] for row in logged if series.name.replace(" ", "_") in row]
        assert (series.points[0][0], series.points[-1][0]) == (found[0], found[-1])
        assert [step for step, _ in series.points] == sorted({step for step, _ in series.points})
    assert len(curve.rows) <= 24
    assert curve.rows[0][0] == "1"


def test_all_that_was_logged_has_a_column() -> None:
    curve = loss_curve([{"step": 1, "loss": 0.69, "rewards/margins": 0.0}, {"step": 2, "loss": 0.5, "grad_norm": 7.5}])
    assert curve is not None
    assert curve.columns == ("step", "loss", "rewards margins", "grad norm")
    assert [*curve.rows] == [("1", "0.69", "0", "–"), ("2", "0.5", "–", "7.5")]
