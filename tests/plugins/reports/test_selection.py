"""Which slices a page shows."""

from __future__ import annotations

from shoptune.comparison import Comparison
from shoptune.task_results import is_certain, task_results
from shoptune_reports.text.slices import grids, regressions, slice_keys


def test_regressions_come_worst_first_and_in_the_bad_direction_only(comparison: Comparison) -> None:
    task = task_results(comparison)[0]
    found = regressions(task, "category")
    assert slice_keys(task) == ("category",)
    assert len(found) == 10
    assert [r.harm for r in found] == sorted((r.harm for r in found), reverse=True)
    assert (found[0].metric.name, found[0].result.candidate, found[0].slice.value) == ("limits", "sft", "Lighting")
    for r in found:
        assert r.result.difference is not None
        assert (r.result.difference < 0) == r.metric.higher_is_better
    assert is_certain(found[0].result)


def test_a_grid_has_the_largest_slices_and_counts_the_rest(comparison: Comparison) -> None:
    grid = grids(task_results(comparison)[0], "category", limit=4)[0]
    assert [row.n for row in grid.rows] == [12, 11, 10, 9]
    assert grid.left_out == 5
    assert {metric.name for metric in grid.metrics} == {
        "rouge_l", "rouge_1", "chrf", "attribute_coverage", "unsupported_claims", "limits", "copy_rate",
        "invalid_share",
    }  # fmt: skip
