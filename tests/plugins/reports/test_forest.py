"""The figures of the forest plots."""

from __future__ import annotations

import dataclasses

import pytest

from shoptune.comparison import Comparison
from shoptune.task_results import task_results
from shoptune_reports.charts.forest import Forest, forest, forests


def plot(comparison: Comparison, metric: str) -> Forest:
    return forests(task_results(comparison))["description"][metric]


def test_it_has_every_candidate_but_the_baseline(comparison: Comparison) -> None:
    drawn = plot(comparison, "rouge_l")
    assert [bar.candidate for bar in drawn.bars] == ["template", "few_shot", "sft", "dpo"]
    assert (drawn.unit, drawn.higher_is_better) == ("", True)
    sft = drawn.bars[2]
    assert (sft.difference, sft.low, sft.high) == pytest.approx((0.144, 0.122, 0.166))
    assert (sft.verdict, sft.words) == ("better", "+0.144 [+0.122, +0.166] better")


def test_shares_are_in_percentage_points(comparison: Comparison) -> None:
    drawn = plot(comparison, "copy_rate")
    assert (drawn.unit, drawn.higher_is_better) == ("pp", False)
    few_shot = drawn.bars[1]
    assert few_shot.difference == pytest.approx(4.7)
    assert few_shot.low < few_shot.difference < few_shot.high
    assert (few_shot.verdict, few_shot.words.split()[-1]) == ("worse", "worse")


def test_what_has_no_direction_or_no_interval_is_not_drawn(comparison: Comparison) -> None:
    assert {"words", "distinct_2"}.isdisjoint(forests(task_results(comparison))["description"])
    (task,) = task_results(comparison)
    bare = {key: r.model_copy(update={"difference_interval": None}) for key, r in task.results.items()}
    assert all(forest(dataclasses.replace(task, results=bare), metric) is None for metric in task.metrics)
