"""Comparisons of candidates that are given by their values.  All figures are invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    GateVerdict,
    MetricInfo,
    Result,
    Verdict,
    Versus,
)
from shoptune.deciding.recommend import recommend
from shoptune.recommendation import TaskRecommendation
from tests.harness.gated import comparison, versus

__all__ = ["EVEN", "GAIN", "LOSS", "TRADE", "compare", "headline", "judged", "make", "row"]

# metric: higher is better, theme
METRICS = {"overlap": (True, "overlap"), "coverage": (True, ""), "claims": (False, "faithfulness")}
KINDS = {
    "template": CandidateInfo(name="template", kind="baseline", summary=""),
    "base": CandidateInfo(name="base", kind="model", summary=""),
    "few_shot": CandidateInfo(name="few_shot", kind="model", summary="", few_shot=3),
    "sft": CandidateInfo(name="sft", kind="tuned", summary="", parent="base"),
    "dpo": CandidateInfo(name="dpo", kind="tuned", summary="", parent="sft"),
}
BASE = {"overlap": 0.2, "coverage": 0.4, "claims": 0.3}


def make(
    *,
    gates: Sequence[GateVerdict] = (),
    scored_on: str = "test",
    tasks: Sequence[str] = ("t",),
    half: float = 0.0,
    **values: Mapping[str, float],
) -> Comparison:
    """Compare candidates given by their values, which are certain to 0.04: (0.2, 0.4, 0.3) is the base.

    Values may be given for one task alone: ``a__sft``.  The differences' intervals are `half` wide to either side.
    """
    results, names = [], {"base"}
    for task in tasks:
        of_task = {name: mine for name, mine in values.items() if "__" not in name}
        of_task |= {name.partition("__")[2]: mine for name, mine in values.items() if name.startswith(f"{task}__")}
        names |= of_task.keys()
        for name, mine in {"base": BASE, **of_task}.items():
            results += [result(task, name, metric, mine[metric], half) for metric in METRICS]
    whole = comparison([])
    return whole.model_copy(
        update={
            "tasks": [
                whole.tasks[0].model_copy(update={"name": task, "scored_on": scored_on, "examples": 50, "groups": 50})
                for task in tasks
            ],
            "metrics": [
                MetricInfo(
                    task=task,
                    name=name,
                    metric=name,
                    summary="",
                    higher_is_better=up,
                    theme=theme,
                    format="score",
                    additive=True,
                )
                for task in tasks
                for name, (up, theme) in METRICS.items()
            ],
            "candidates": [KINDS[name] for name in KINDS if name in names],
            "results": results,
            "versus": [each for task in tasks for each in apart(results, task)],
            "gates": list(gates),
        }
    )


def result(task: str, candidate: str, metric: str, value: float, half: float) -> Result:
    difference = None if candidate == "base" else value - BASE[metric]
    verdict: Verdict | None = None
    if difference is not None:
        better = (difference > 0) == METRICS[metric][0]
        verdict = "inconclusive" if abs(difference) < 0.05 else "better" if better else "worse"
    return Result(
        task=task, metric=metric, candidate=candidate, value=value, interval=(value - 0.04, value + 0.04),
        difference=difference, verdict=verdict, minimum_detectable_effect=0.05, n=50, invalid=0,
        difference_interval=(difference - half, difference + half) if half and difference is not None else None,
    )  # fmt: skip


def apart(results: Sequence[Result], task: str) -> Iterator[Versus]:
    """Compare any two candidates but the base: they differ certainly where they do by more than 0.08."""
    for one, other in combinations([r for r in results if r.task == task and r.candidate != "base"], 2):
        if one.metric == other.metric and one.value is not None and other.value is not None:
            gain = (other.value - one.value) * (1 if METRICS[one.metric][0] else -1)
            verdict: Verdict = "inconclusive" if abs(gain) < 0.08 else "better" if gain > 0 else "worse"
            yield versus(other.candidate, one.candidate, one.metric, verdict, task)


def compare(**given: Any) -> TaskRecommendation:
    return judged(make(**given))


def headline(**given: Any) -> str:
    return compare(**given).headline


def judged(comparison: Comparison) -> TaskRecommendation:
    return recommend(comparison, comparison.gates).tasks[0]


def row(overlap: float, coverage: float, claims: float) -> dict[str, float]:
    return {"overlap": overlap, "coverage": coverage, "claims": claims}


GAIN, LOSS, EVEN, TRADE = row(0.4, 0.7, 0.28), row(0.1, 0.3, 0.5), row(0.21, 0.41, 0.3), row(0.4, 0.7, 0.5)
