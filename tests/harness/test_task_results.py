"""Looking up one task's results.  All figures are invented."""

from __future__ import annotations

import pytest

from shoptune.comparison import Result, Verdict
from shoptune.task_results import TaskResults, is_certain, task_results
from tests.harness.gated import comparison, result, versus


def looked_up(*results: Result) -> TaskResults:
    (task,) = task_results(comparison(results))
    return task


def test_a_candidates_results_stand_beside_the_baselines_in_the_metrics_order() -> None:
    found = looked_up(result(value=0.4)).of("sft")
    assert [each.metric.name for each in found] == ["rouge_l", "unsupported_claims", "length", "distinct_2"]
    assert (found[0].result.value, found[0].against and found[0].against.value) == (0.4, 0.5)


def test_picked_results_keep_the_order_of_the_names_asked_for() -> None:
    picked = looked_up().pick("sft", ["length", "rouge_l"])
    assert [each.metric.name for each in picked] == ["length", "rouge_l"]


@pytest.mark.parametrize(
    ("verdict", "ahead"), [("better", "dpo"), ("worse", "sft"), ("inconclusive", ""), ("same", "")]
)
def test_one_is_ahead_of_another_by_the_paired_comparison_of_the_two(verdict: Verdict, ahead: str) -> None:
    """Whatever their own intervals: those of two that differ in every product may overlap."""
    (task,) = task_results(comparison([], versus=[versus("dpo", "sft", "rouge_l", verdict)]))
    for one, other in (("dpo", "sft"), ("sft", "dpo")):
        assert [each.metric.name for each in task.ahead(one, other)] == ["rouge_l"] * (one == ahead)


def test_beside_the_baseline_the_verdicts_say_who_is_ahead() -> None:
    task = looked_up(result(verdict="better"), result("unsupported_claims", verdict="worse"))
    assert [each.metric.name for each in task.ahead("sft", "base")] == ["rouge_l"]
    assert [each.metric.name for each in task.ahead("base", "sft")] == ["unsupported_claims"]


def test_the_baseline_is_no_rival_of_its_own() -> None:
    assert [candidate.name for candidate in looked_up().rivals] == ["sft", "dpo"]
    with pytest.raises(KeyError):
        looked_up().candidate("nobody")


@pytest.mark.parametrize(("interval", "certain"), [((0.1, 0.2), True), ((-0.2, -0.1), True), ((0.0, 0.2), False)])
def test_a_difference_is_certain_where_its_interval_leaves_out_zero(
    interval: tuple[float, float], certain: bool
) -> None:
    assert is_certain(result(difference_interval=interval)) == certain
    assert not is_certain(result(difference_interval=None))


def test_every_task_has_its_own() -> None:
    one = comparison([])
    both = one.model_copy(update={"tasks": [one.tasks[0], one.tasks[0].model_copy(update={"name": "title"})]})
    first, second = task_results(both)
    assert (first.name, second.name, second.metrics, second.results) == ("description", "title", (), {})
