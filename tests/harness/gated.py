"""Gates, and comparisons for them to be held against.  All figures are invented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    GateVerdict,
    MetricInfo,
    Provenance,
    Result,
    TaskInfo,
    Verdict,
    Versus,
)
from shoptune.data_report import DataReport
from shoptune.deciding.decide import decide
from shoptune.deciding.gates import Gate

__all__ = ["METRICS", "comparison", "gate", "info", "judged", "outcome", "result", "spaced", "versus"]


def info(name: str, higher_is_better: bool | None = True, additive: bool = True) -> MetricInfo:
    return MetricInfo(
        task="description",
        name=name,
        metric=name,
        summary="",
        higher_is_better=higher_is_better,
        format="share",
        additive=additive,
    )


METRICS = [
    info("rouge_l"),
    info("unsupported_claims", higher_is_better=False),
    info("length", higher_is_better=None),
    info("distinct_2", additive=False),
]


NO_LEAKS = {"action": "leave_out", "similarity": 0.8, "by_id": 0, "exact": 0, "near": 0, "rows": {}, "first": []}
NO_DATA = DataReport.model_validate(
    {
        "split_by": "group",
        "duplicates": {"exact": 0, "near": 0, "largest": 0, "first": []},
        "leakage": NO_LEAKS,
        **{key: {} for key in ("tables", "parts", "examples_dropped", "rows_kept", "rows_refused")},
    }
)


def result(metric: str = "rouge_l", candidate: str = "sft", **figures: Any) -> Result:
    return Result(
        task="description",
        metric=metric,
        candidate=candidate,
        **{"value": 0.31, "n": 48, "invalid": 0, "difference": 0.12, "difference_interval": (0.09, 0.15)} | figures,
    )


def gate(must: str, metric: str | None = "rouge_l", candidate: str = "sft", **fields: Any) -> Gate:
    return Gate.model_validate(
        {"task": "description", "metric": metric, "candidate": candidate, "must": must, **fields}
    )


def comparison(results: Sequence[Result], **changed: Any) -> Comparison:
    everything = [
        result(m.name, c, value=0.5, difference=None, difference_interval=None)
        for m in METRICS
        for c in ("base", "sft", "dpo")
    ]
    given_ones = {(r.metric, r.candidate, r.slice) for r in results}
    others = [r for r in everything if (r.metric, r.candidate, r.slice) not in given_ones]
    parts: dict[str, Any] = {
        "experiment": "shop",
        "baseline": "base",
        "candidates": [
            CandidateInfo(name="base", kind="model", summary=""),
            CandidateInfo(name="sft", kind="tuned", summary="", parent="base", method="sft"),
            CandidateInfo(name="dpo", kind="tuned", summary="", parent="sft", method="dpo"),
        ],
        "tasks": [
            TaskInfo(
                name="description",
                task="product_description",
                summary="",
                scored_on="test",
                examples=48,
                groups=48,
                prompts_fingerprint="p",
                samples_fingerprint="s",
                data=NO_DATA,
            )
        ],
        "metrics": METRICS,
        "results": [*others, *results],
        "cost": [],
        "training": [],
        "gates": [],
        "provenance": Provenance(created="", seed=7, command="", versions={}, plugins={}, steps=[]),
        "samples": [],
    }
    return Comparison(**parts | changed)


def judged(asked: Gate, *results: Result, **changed: Any) -> GateVerdict:
    (verdict,) = decide(comparison(results, **changed), [asked], slices=["category", "brand"]).gates
    assert (verdict.task, verdict.candidate, verdict.must) == (asked.task, asked.candidate, asked.must)
    assert verdict.metric == (asked.metric or asked.cost)
    assert verdict.on_inconclusive == asked.on_inconclusive
    return verdict


def spaced(text: str) -> str:
    """Return the text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def versus(candidate: str, other: str, metric: str, verdict: Verdict, task: str = "description") -> Versus:
    return Versus(task=task, metric=metric, candidate=candidate, other=other, difference=0.1, verdict=verdict)


def outcome(asked: Gate, found: Result) -> tuple[str, str]:
    verdict = judged(asked, found)
    assert (verdict.slice, verdict.worst) == (None, False)
    return verdict.outcome, spaced(verdict.saw)
