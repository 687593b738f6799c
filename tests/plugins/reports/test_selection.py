"""Which samples and slices a page shows, and how the loss is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparison import Comparison
from shoptune_reports.board import boards
from shoptune_reports.chart import loss_chart, ticks
from shoptune_reports.selection import select
from shoptune_reports.slices import grids, is_certain, regressions, slice_keys


def test_samples_are_the_biggest_gains_and_losses_and_others(comparison: Comparison) -> None:
    board = boards(comparison)[0]
    shown = select(board, comparison.samples, "sft", limit=6, seed=7)
    assert [s.why for s in shown] == ["gain", "gain", "loss", "loss", "random", "random"]
    # By construction sft gains with the product's number, and loses on the first two.
    assert [s.sample.id for s in shown[:4]] == ["p011", "p010", "p000", "p001"]


def test_samples_are_never_shown_twice_nor_more_than_asked_for(comparison: Comparison) -> None:
    board = boards(comparison)[0]
    for limit in (1, 5, 60):
        ids = [s.sample.id for s in select(board, comparison.samples, "sft", limit, seed=7)]
        assert len(ids) == len(set(ids)) == min(limit, 12)


def test_random_samples_depend_on_the_seed_alone(comparison: Comparison) -> None:
    board = boards(comparison)[0]
    orders = {seed: [s.sample.id for s in select(board, comparison.samples, "base", 12, seed)] for seed in (1, 2)}
    assert orders[1] == [s.sample.id for s in select(board, comparison.samples[::-1], "base", 12, 1)]
    assert orders[1] != orders[2]


def test_a_metric_where_less_is_better_counts_the_other_way(build: Callable[..., Comparison]) -> None:
    comparison = build()
    flipped = build(
        metrics=[m.model_copy(update={"higher_is_better": False}) for m in comparison.metrics if m.name == "rouge_l"]
    )
    first = select(boards(flipped)[0], flipped.samples, "sft", 3, seed=7)[0]
    assert (first.sample.id, first.why) == ("p000", "gain")


def test_regressions_come_worst_first_and_in_the_bad_direction_only(comparison: Comparison) -> None:
    board = boards(comparison)[0]
    found = regressions(board, "category")
    assert slice_keys(board) == ("category",)
    assert len(found) == 10
    assert [r.harm for r in found] == sorted((r.harm for r in found), reverse=True)
    assert (found[0].metric.name, found[0].result.candidate, found[0].slice.value) == ("limits", "sft", "Lighting")
    for r in found:
        assert r.result.difference is not None
        assert (r.result.difference < 0) == r.metric.higher_is_better
    assert is_certain(found[0].result)


def test_a_grid_has_the_largest_slices_and_counts_the_rest(comparison: Comparison) -> None:
    grid = grids(boards(comparison)[0], "category", limit=4)[0]
    assert [row.n for row in grid.rows] == [12, 11, 10, 9]
    assert grid.left_out == 5
    assert {metric.name for metric in grid.metrics} == {
        "rouge_l", "rouge_1", "chrf", "attribute_coverage", "unsupported_claims", "limits", "copy_rate",
        "invalid_share",
    }  # fmt: skip


@given(low=st.floats(-1e4, 1e4), span=st.floats(1e-3, 1e4))
def test_ticks_are_round_few_and_span_the_data(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    slack = span * 1e-6
    assert marks[0] <= low + slack
    assert marks[-1] >= low + span - slack
    assert 2 <= len(marks) <= 7
    step = marks[1] - marks[0]
    leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(leading - round_) for round_ in (1, 2, 5, 10)) < 0.01


def test_the_chart_goes_down_where_the_loss_does() -> None:
    chart = loss_chart(
        [{"step": 1, "loss": 3.0}, {"step": 2, "loss": float("nan")}, {"step": 3, "loss": 1.0, "eval_loss": 2.0}]
    )
    assert chart is not None
    falling, single = chart.lines
    (x0, y0), (x1, y1) = falling.points
    assert (x0, x1) == (chart.left, chart.right)
    assert chart.top <= y0 < y1 <= chart.bottom  # SVG counts downwards
    assert (falling.first, falling.last) == (3.0, 1.0)
    assert (single.name, len(single.points)) == ("eval loss", 1)


@pytest.mark.parametrize("curve", [[], [{"step": 1.0, "loss": float("nan")}], [{"step": 1.0, "reward": 2.0}]])
def test_there_is_no_chart_of_nothing(curve: list[dict[str, float]]) -> None:
    assert loss_chart(curve) is None


def test_a_single_point_and_a_flat_loss_can_be_drawn() -> None:
    assert loss_chart([{"step": 5, "loss": 0.6931}]) is not None
    assert loss_chart([{"step": 1, "loss": 2.0}, {"step": 2, "loss": 2.0}]) is not None
