"""Regressions on slices."""

from __future__ import annotations

from collections.abc import Callable

from shoptune.comparison import Comparison, Slice
from shoptune.task_results import is_certain, task_results
from shoptune_reports.text.slices import regressions


def test_what_is_certain_comes_before_what_is_large(build: Callable[..., Comparison], comparison: Comparison) -> None:
    some = next(r for r in comparison.results if r.slice and r.candidate == "sft" and r.metric == "rouge_l")
    large = some.model_copy(
        update={
            "slice": Slice(by="brand", value="Tiny"),
            "difference": -0.16,
            "difference_interval": (-0.4, 0.08),
        }
    )
    found = regressions(task_results(build(results=[large, *comparison.results]))[0], limit=100)
    certain = [is_certain(regression.result) for regression in found]
    assert certain == sorted(certain, reverse=True)
    assert found[certain.count(True)].result == large
    assert found[certain.index(False) - 1].harm < found[certain.index(False)].harm
