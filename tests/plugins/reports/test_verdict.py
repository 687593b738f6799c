"""The verdict in words.  All figures are invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from shoptune.comparison import CandidateInfo, Comparison, GateVerdict, MetricInfo, Result, TaskInfo, Verdict
from shoptune_reports.board import boards
from shoptune_reports.verdict import Judgement, judge
from tests.plugins.reports.data_reports import bare_data

METRICS = {"overlap": True, "coverage": True, "claims": False}
KINDS = {
    "template": CandidateInfo(name="template", kind="baseline", summary=""),
    "base": CandidateInfo(name="base", kind="model", summary=""),
    "few_shot": CandidateInfo(name="few_shot", kind="model", summary="", few_shot=3),
    "sft": CandidateInfo(name="sft", kind="tuned", summary="", parent="base"),
    "dpo": CandidateInfo(name="dpo", kind="tuned", summary="", parent="sft"),
}
BASE = {"overlap": 0.2, "coverage": 0.4, "claims": 0.3}

Build = Callable[..., Comparison]


def compare(
    build: Build,
    values: Mapping[str, Mapping[str, float]] | None = None,
    *,
    gates: Sequence[GateVerdict] = (),
    scored_on: str = "test",
    **named: Mapping[str, float],
) -> Judgement:
    """Judge candidates given by their values, which are certain to 0.04: (0.2, 0.4, 0.3) is the base."""
    values = {"base": BASE, **(values or {}), **named}
    results = []
    for name, mine in values.items():
        for metric, up in METRICS.items():
            difference = None if name == "base" else mine[metric] - BASE[metric]
            verdict: Verdict | None = None
            if difference is not None:
                better = (difference > 0) == up
                verdict = "inconclusive" if abs(difference) < 0.05 else "better" if better else "worse"
            results.append(
                Result(
                    task="t", metric=metric, candidate=name, value=mine[metric],
                    interval=(mine[metric] - 0.04, mine[metric] + 0.04), difference=difference,
                    verdict=verdict, smallest_detectable=0.05, n=50, invalid=0,
                )
            )  # fmt: skip
    comparison = build(
        tasks=[TaskInfo(name="t", task="t", summary="", scored_on=scored_on, examples=50, groups=50, data=bare_data())],
        metrics=[
            MetricInfo(task="t", name=m, metric=m, summary="", higher_is_better=up, format="score", additive=True)
            for m, up in METRICS.items()
        ],
        candidates=[KINDS[name] for name in KINDS if name in values],
        results=results,
        gates=list(gates),
    )
    return judge(boards(comparison)[0], comparison.gates)


def row(overlap: float, coverage: float, claims: float) -> dict[str, float]:
    return {"overlap": overlap, "coverage": coverage, "claims": claims}


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_clear_win_is_shipped_with_its_figures(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28))
    assert (j.decision, j.headline) == ("ship", "Ship sft.")
    assert spaced(j.reason) == (
        "sft is better than base in 2 of 3 metrics (overlap 0.200 → 0.400 and coverage 0.400 → 0.700) "
        "and worse in none; not certainly different: claims."
    )
    assert "at least 0.050 in claims" in j.cautions[0]


def test_better_overlap_with_worse_faithfulness_is_a_trade_off_that_names_the_loss(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.5))
    assert (j.decision, j.headline) == ("weigh", "sft is a trade-off.")
    assert spaced(j.reason).endswith("but worse in 1 (claims 0.300 → 0.500).")


def test_no_difference_is_said_plainly_and_not_taken_for_equality(build: Build) -> None:
    j = compare(build, sft=row(0.21, 0.41, 0.3))
    assert (j.decision, j.headline) == ("keep", "Do not tune.")
    assert j.reason == "sft gives no certain gain over base: all 3 metrics are inconclusive."
    assert j.cautions[0].startswith("Inconclusive does not mean equal")


def test_worse_is_not_tuned_and_every_loss_is_named(build: Build) -> None:
    j = compare(build, sft=row(0.1, 0.3, 0.5))
    assert (j.decision, j.headline) == ("keep", "Do not tune.")
    assert spaced(j.reason) == (
        "sft gives no certain gain over base, and is worse in 3 of 3 metrics "
        "(overlap 0.200 → 0.100, coverage 0.400 → 0.300 and claims 0.300 → 0.500)."
    )


def test_more_losses_than_gains_is_no_trade_off(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.3, 0.5))
    assert j.headline == "Do not tune."
    assert "but worse in 2 (coverage" in j.reason


def test_the_baseline_is_kept_where_it_is_a_tuned_one_itself(build: Build) -> None:
    comparison = build()
    results = [
        r.model_copy(update={"verdict": "inconclusive" if r.candidate == "dpo" else None})
        for r in comparison.results
        if r.candidate in ("sft", "dpo") and r.slice is None
    ]
    j = judge(boards(build(baseline="sft", results=results))[0])
    assert j.headline == "Keep sft."


def test_dpo_that_brings_nothing_over_its_parent_is_not_preferred_and_says_so(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28), dpo=row(0.42, 0.72, 0.24))
    assert j.headline == "Ship sft."
    assert j.remarks[0].endswith(
        "Against sft, which it was tuned from, it gives no certain gain: no metric's intervals lie apart."
    )


def test_dpo_that_is_certainly_ahead_of_its_parent_is_preferred(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28), dpo=row(0.41, 0.71, 0.1))
    assert j.headline == "Ship dpo."
    assert "Against sft, which it was tuned from: ahead in claims (0.100 against 0.280); behind in none." in j.reason


def test_a_parent_that_loses_something_is_no_refuge(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.36), dpo=row(0.4, 0.7, 0.33))
    assert j.headline == "Ship dpo."


def test_few_shot_that_does_as_well_makes_tuning_needless(build: Build) -> None:
    j = compare(build, few_shot=row(0.38, 0.7, 0.28), sft=row(0.4, 0.72, 0.28))
    assert (j.decision, j.headline) == ("keep", "Do not tune: few_shot does as well without it.")
    assert j.reason.endswith("sft is certainly ahead of it in no metric.")
    assert j.remarks[0].startswith("sft is better")


def test_few_shot_without_a_certain_gain_is_said_so(build: Build) -> None:
    j = compare(build, few_shot=row(0.21, 0.42, 0.31), sft=row(0.4, 0.7, 0.28))
    assert j.remarks == ("few_shot gives no certain gain over base: all 3 metrics are inconclusive.",)


def test_a_template_ahead_of_the_tuned_one_is_said_so(build: Build) -> None:
    j = compare(build, template=row(0.25, 1.0, 0.0), sft=row(0.4, 0.7, 0.28))
    assert j.headline == "Ship sft."
    assert j.cautions[0] == (
        "template, which is no model at all, is ahead of sft in coverage (1.000 against 0.700) "
        "and claims (0.000 against 0.280)."
    )


def test_a_template_that_is_behind_in_nothing_makes_tuning_needless(build: Build) -> None:
    j = compare(build, template=row(0.42, 1.0, 0.0), sft=row(0.4, 0.7, 0.28))
    assert j.headline == "Do not tune: template does as well without it."


def test_a_failed_gate_stops_shipping(build: Build) -> None:
    gate = GateVerdict(
        task="t", metric="overlap", candidate="sft", must="be_better", outcome="failed", saw="too little"
    )
    j = compare(build, sft=row(0.4, 0.7, 0.28), gates=[gate])
    assert (j.decision, j.headline) == ("weigh", "Do not ship sft yet: it fails a gate.")
    assert j.cautions[0] == "A gate on sft failed: too little."


def test_another_candidates_failed_gate_does_not(build: Build) -> None:
    gate = GateVerdict(
        task="t", metric="overlap", candidate="dpo", must="be_better", outcome="failed", saw="too little"
    )
    assert compare(build, sft=row(0.4, 0.7, 0.28), gates=[gate]).headline == "Ship sft."


def test_the_validation_split_proves_nothing(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28), scored_on="validation")
    assert j.cautions[-1].startswith("Scored on the validation split")


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({"few_shot": row(0.4, 0.7, 0.28)}, "Prefer few_shot: it needs no tuning."),
        ({"few_shot": row(0.2, 0.4, 0.3)}, "Keep base."),
        ({}, "No verdict."),
    ],
)
def test_without_a_tuned_candidate(build: Build, values: dict[str, dict[str, float]], headline: str) -> None:
    assert compare(build, values).headline == headline


def test_one_metric_is_not_called_metrics(build: Build) -> None:
    comparison = build()
    one = [
        r for r in comparison.results if r.metric == "rouge_l" and r.candidate in ("base", "few_shot") and not r.slice
    ]
    j = judge(boards(build(results=one))[0])
    assert j.reason == "few_shot gives no certain gain over base: the one metric is inconclusive."
