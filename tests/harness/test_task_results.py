"""Looking up one task's results.  All figures are invented."""

from __future__ import annotations

import pytest

from shoptune.comparison import Result
from shoptune.task_results import TaskResults, is_certain, task_results
from tests.harness.gated import comparison, result


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
    ("metric", "dpo", "ahead"),
    [
        ("rouge_l", (0.5, 0.6), True),
        ("rouge_l", (0.4, 0.6), False),
        ("unsupported_claims", (0.1, 0.2), True),
        ("unsupported_claims", (0.5, 0.6), False),
        ("length", (0.5, 0.6), False),
    ],
)
def test_one_is_ahead_of_another_where_their_intervals_lie_apart(
    metric: str, dpo: tuple[float, float], ahead: bool
) -> None:
    task = looked_up(result(metric, interval=(0.3, 0.45)), result(metric, "dpo", interval=dpo))
    assert [each.metric.name for each in task.ahead("dpo", "sft")] == [metric] * ahead


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
