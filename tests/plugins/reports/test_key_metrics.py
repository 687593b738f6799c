"""Which few metrics the verdict shows large, and stand for quality where it is held against cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shoptune.comparison import GateVerdict, MetricInfo
from shoptune.recommendation import CandidateOutcome, TaskRecommendation
from shoptune.task_results import task_results
from shoptune.testing.invented_comparison import sample_comparison
from shoptune_reports.html.key_metrics import key_metrics

TASK = "description"


def metric(name: str, **changes: Any) -> MetricInfo:
    """A metric whose theme is its name without its number."""
    return MetricInfo(
        task=TASK, name=name, metric=name, summary="", theme=name.rstrip("0123456789"), format="score",
        **{"higher_is_better": True, "additive": True} | changes,
    )  # fmt: skip


def key(
    metrics: Sequence[MetricInfo], *, worse: str = "", better: str = "", asked: Sequence[tuple[str, str]] = ()
) -> list[str]:
    task = replace(task_results(sample_comparison())[0], metrics=tuple(metrics), results={}, sliced=())
    outcome = CandidateOutcome(
        candidate="tuned",
        outcome="even",
        better=better.split(),
        worse=worse.split(),
        inconclusive=[m.name for m in metrics if m.name not in f"{worse} {better}".split() and m.higher_is_better],
        doubtful=[],
    )
    found = TaskRecommendation(
        task=TASK,
        decision="keep",
        candidate="tuned",
        headline="",
        reason="",
        outcomes=[outcome] if worse + better else [],
    )
    gates = [
        GateVerdict(task=TASK, metric=name, candidate="tuned", must=must, outcome="passed", saw="")
        for name, must in asked
    ]
    return [metric.name for metric in key_metrics(task, found, gates, limit=4)]


def named(names: str) -> list[MetricInfo]:
    return [metric(name) for name in names.split()]


@pytest.mark.parametrize(
    ("names", "worse", "better", "shown"),
    [
        ("overlap1 overlap2 faithfulness form", "", "overlap1 overlap2", "overlap1 faithfulness form overlap2"),
        ("form overlap1 faithfulness", "", "form", "overlap1 faithfulness form"),
        (
            "overlap1 form1 form2 form3 faithfulness",
            "form1 form2 form3",
            "overlap1",
            "overlap1 faithfulness form1 form2",
        ),
        ("overlap correctness faithfulness form", "", "form", "correctness faithfulness overlap form"),
    ],
)
def test_quality_comes_first_and_faithfulness_beside_it(names: str, worse: str, better: str, shown: str) -> None:
    assert key(named(names), worse=worse, better=better) == shown.split()


def test_of_each_theme_the_metric_that_got_worse_is_shown() -> None:
    metrics = named("overlap1 overlap2 faithfulness1 faithfulness2")
    shown = key(metrics, worse="faithfulness2 overlap2", better="overlap1 faithfulness1")
    assert shown[:2] == ["overlap2", "faithfulness2"]


def test_a_gate_says_what_matters() -> None:
    metrics = [*named("overlap1 overlap2 faithfulness"), metric("words", higher_is_better=None)]
    asked = [("words", "be_better"), ("overlap1", "not_be_worse"), ("overlap2", "be_better")]
    assert key(metrics, better="overlap1 overlap2", asked=asked)[:2] == ["overlap2", "faithfulness"]
    assert key(metrics, worse="overlap1", better="overlap2", asked=asked)[:3] == [
        "overlap2",
        "faithfulness",
        "overlap1",
    ]


def test_without_a_verdict_the_first_metrics_that_could_have_one_stand() -> None:
    metrics = [metric("distinct", additive=False), metric("words", higher_is_better=None), *named("a b")]
    assert key(metrics) == ["a", "b"]
    assert key([]) == []
