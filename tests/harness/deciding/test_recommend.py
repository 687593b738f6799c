"""What is recommended for a task, and in which words.  All figures are invented."""

from __future__ import annotations

from typing import Any

import pytest

from shoptune.comparison import GateVerdict, Slice
from shoptune.recommendation import CandidateOutcome, TaskRecommendation
from tests.harness.deciding.cases import EVEN, GAIN, TRADE, compare, headline, judged, make, row
from tests.harness.gated import spaced


def test_a_clear_win_is_shipped_with_its_figures() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28))
    assert (j.decision, j.headline) == ("ship", "Ship sft.")
    assert spaced(j.reason) == (
        "sft is better than base in 2 of 3 metrics (overlap 0.200 → 0.400 and coverage 0.400 → 0.700) "
        "and worse in none; not certainly different: claims."
    )
    assert j.cautions == []


def test_better_overlap_with_worse_faithfulness_is_a_trade_off_that_names_the_loss() -> None:
    j = compare(sft=row(0.4, 0.7, 0.5))
    assert (j.decision, j.headline) == (
        "weigh",
        "Do not ship sft as it is: it comes closer to the reference, but keeps less to the facts.",
    )
    assert spaced(j.reason).endswith("but worse in 1 (claims 0.300 → 0.500).")


def test_no_difference_is_said_plainly_and_not_taken_for_equality() -> None:
    j = compare(sft=row(0.21, 0.41, 0.3))
    assert (j.decision, j.headline) == ("keep", "Do not tune: no gain over base is certain.")
    assert j.reason == (
        "sft gives no certain gain over base: all 3 metrics are inconclusive. Inconclusive does not mean equal."
    )


def test_worse_is_not_tuned_and_every_loss_is_named() -> None:
    j = compare(sft=row(0.1, 0.3, 0.5))
    assert (j.decision, j.headline) == ("keep", "Do not tune: sft is worse than base.")
    assert spaced(j.reason) == (
        "sft gives no certain gain over base, and is worse in 3 of 3 metrics "
        "(overlap 0.200 → 0.100, coverage 0.400 → 0.300 and claims 0.300 → 0.500)."
    )


def test_more_losses_than_gains_is_no_trade_off() -> None:
    j = compare(sft=row(0.4, 0.3, 0.5))
    assert j.headline == "Do not tune: sft loses more than it gains."
    assert "but worse in 2 (coverage" in j.reason


def test_the_baseline_is_kept_where_it_is_a_tuned_one_itself() -> None:
    whole = make(sft=row(0.2, 0.4, 0.3), dpo=row(0.21, 0.41, 0.3))
    results = [
        r.model_copy(update={"verdict": "inconclusive" if r.candidate == "dpo" else None})
        for r in whole.results
        if r.candidate in ("sft", "dpo")
    ]
    j = judged(whole.model_copy(update={"baseline": "sft", "results": results}))
    assert j.headline == "Keep sft: no gain over it is certain."


def test_dpo_that_brings_nothing_over_its_parent_is_not_preferred_and_says_so() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28), dpo=row(0.42, 0.72, 0.24))
    assert j.headline == "Ship sft."
    assert j.remarks[0].endswith("Against sft, which it was tuned from, it gives no certain gain in any metric.")


def test_dpo_that_is_certainly_ahead_of_its_parent_is_preferred() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28), dpo=row(0.41, 0.71, 0.1))
    assert j.headline == "Ship dpo."
    assert "Against sft, which it was tuned from: ahead in claims (0.100 against 0.280); behind in none." in j.reason


def test_a_parent_that_loses_something_is_no_refuge() -> None:
    j = compare(sft=row(0.4, 0.7, 0.36), dpo=row(0.4, 0.7, 0.33))
    assert j.headline == "Ship dpo."


def test_few_shot_that_does_as_well_makes_tuning_needless() -> None:
    j = compare(few_shot=row(0.38, 0.7, 0.28), sft=row(0.4, 0.72, 0.28))
    assert (j.decision, j.headline) == ("keep", "Do not tune: few_shot does as well without it.")
    assert j.reason.endswith("sft is certainly ahead of it in no metric.")
    assert j.remarks[0].startswith("sft is better")


def test_few_shot_without_a_certain_gain_is_said_so() -> None:
    j = compare(few_shot=row(0.21, 0.42, 0.31), sft=row(0.4, 0.7, 0.28))
    assert j.remarks == ["few_shot gives no certain gain over base: all 3 metrics are inconclusive."]


def test_a_template_ahead_of_the_tuned_one_is_said_so() -> None:
    j = compare(template=row(0.25, 1.0, 0.0), sft=row(0.4, 0.7, 0.28))
    assert j.headline == "Ship sft."
    assert j.cautions[0] == (
        "template, which is no model at all, is ahead of sft in coverage (1.000 against 0.700) "
        "and claims (0.000 against 0.280)."
    )


def test_a_template_that_is_behind_in_nothing_makes_tuning_needless() -> None:
    j = compare(template=row(0.42, 1.0, 0.0), sft=row(0.4, 0.7, 0.28))
    assert j.headline == "Do not tune: template does as well without it."


def test_a_failed_gate_stops_shipping() -> None:
    gate = GateVerdict(
        task="t", metric="overlap", candidate="sft", must="be_better", outcome="failed", saw="too little"
    )
    j = compare(sft=row(0.4, 0.7, 0.28), gates=[gate])
    assert (j.decision, j.headline) == ("weigh", "Do not ship sft yet: it fails a gate.")
    assert j.cautions[0] == "A gate on sft failed: too little."


def test_another_candidates_failed_gate_does_not() -> None:
    gate = GateVerdict(
        task="t", metric="overlap", candidate="dpo", must="be_better", outcome="failed", saw="too little"
    )
    assert compare(sft=row(0.4, 0.7, 0.28), gates=[gate]).headline == "Ship sft."


def test_the_validation_split_proves_nothing() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28), scored_on="validation")
    assert j.cautions[-1].startswith("Scored on the validation split")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"few_shot": row(0.4, 0.7, 0.28)}, "Prefer few_shot: it needs no tuning."),
        ({"few_shot": row(0.2, 0.4, 0.3)}, "Keep base: no gain over it is certain."),
        ({}, "No verdict."),
    ],
)
def test_without_a_tuned_candidate(values: dict[str, dict[str, float]], said: str) -> None:
    assert compare(**values).headline == said


def test_one_metric_is_not_called_metrics() -> None:
    whole = make(few_shot=row(0.21, 0.4, 0.3))
    j = judged(whole.model_copy(update={"results": [r for r in whole.results if r.metric == "overlap"]}))
    assert j.reason.startswith("few_shot gives no certain gain over base: the one metric is inconclusive.")


# --- losses that are not certain -------------------------------------------------------------------------------------


def test_what_would_be_a_loss_but_for_the_correction_keeps_from_shipping() -> None:
    j = compare(sft=row(0.4, 0.7, 0.33), half=0.02)
    assert (j.decision, j.headline) == ("weigh", "Do not ship sft yet: it may be worse in claims.")
    assert j.cautions[0].startswith("sft may be worse than base in claims ([+0.010, +0.050])")


def test_what_is_certain_to_lose_nothing_comes_before_what_may_lose() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28), dpo=row(0.5, 0.8, 0.33), half=0.02)
    assert j.headline == "Ship sft."


def test_what_may_lose_makes_tuning_not_needless() -> None:
    assert headline(few_shot=row(0.38, 0.7, 0.33), sft=row(0.4, 0.7, 0.3), half=0.02) == "Ship sft."


def test_what_may_as_well_be_no_loss_does_not() -> None:
    assert headline(sft=row(0.4, 0.7, 0.31), half=0.02) == "Ship sft."


def test_what_would_be_a_gain_but_for_the_correction_is_no_loss() -> None:
    assert headline(sft=row(0.4, 0.7, 0.27), half=0.02) == "Ship sft."


def test_a_certain_loss_on_a_slice_is_a_caution() -> None:
    whole = make(sft=row(0.4, 0.7, 0.28))
    part = next(r for r in whole.results if (r.candidate, r.metric) == ("sft", "overlap")).model_copy(
        update={"slice": Slice(by="category", value="Bags"), "simultaneous_interval": (-0.2, -0.1), "verdict": None}
    )
    j = judged(whole.model_copy(update={"results": [*whole.results, part]}))
    assert (j.decision, j.cautions[0]) == (
        "ship",
        "sft is certainly worse than base in overlap where category is Bags.",
    )


# --- gates ------------------------------------------------------------------------------------------------------------


def gate(candidate: str, outcome: str, on_inconclusive: str = "fail") -> GateVerdict:
    return GateVerdict.model_validate(
        {
            "task": "t", "metric": "overlap", "candidate": candidate, "must": "be_better",
            "outcome": outcome, "on_inconclusive": on_inconclusive, "saw": "too little.",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "on_inconclusive", "said"),
    [
        ("failed", "pass", "Do not ship sft yet: it fails a gate."),
        ("inconclusive", "fail", "Do not ship sft yet: a gate can't tell whether it is good enough."),
        ("inconclusive", "pass", "Ship sft."),
        ("passed", "fail", "Ship sft."),
    ],
)
def test_the_verdict_says_what_the_exit_code_says(outcome: str, on_inconclusive: str, said: str) -> None:
    assert headline(sft=row(0.4, 0.7, 0.28), gates=[gate("sft", outcome, on_inconclusive)]) == said


def test_a_candidate_that_meets_its_gates_comes_before_a_better_one_that_does_not() -> None:
    j = compare(sft=row(0.4, 0.7, 0.28), dpo=row(0.5, 0.8, 0.1), gates=[gate("dpo", "failed")])
    assert j.headline == "Ship sft."
    assert j.remarks[0].endswith("A gate on dpo failed: too little.")


def test_what_fails_a_gate_makes_tuning_not_needless() -> None:
    values = {"few_shot": row(0.38, 0.7, 0.28), "sft": row(0.4, 0.72, 0.28)}
    assert headline(**values, gates=[gate("few_shot", "failed")]) == "Ship sft."


# --- the facts behind the sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "candidate", "recommended", "makes_needless"),
    [
        ({"sft": GAIN}, "sft", "sft", None),
        ({"few_shot": row(0.38, 0.7, 0.28), "sft": row(0.4, 0.72, 0.28)}, "few_shot", "few_shot", "sft"),
        ({"sft": EVEN}, "sft", "base", None),
        ({"sft": TRADE}, "sft", None, None),
        ({"few_shot": GAIN}, "few_shot", "few_shot", None),
        ({}, None, None, None),
    ],
)
def test_it_names_whom_it_is_about_and_whom_to_use(
    values: dict[str, Any], candidate: str | None, recommended: str | None, makes_needless: str | None
) -> None:
    found = compare(**values)
    assert (found.candidate, found.recommended, found.makes_needless) == (candidate, recommended, makes_needless)


def test_each_candidates_metrics_are_sorted_by_verdict() -> None:
    found = compare(sft=row(0.4, 0.3, 0.33), half=0.02, gates=[gate("sft", "failed"), gate("sft", "inconclusive")])
    assert found.outcomes == [
        CandidateOutcome(
            candidate="sft",
            outcome="trade_off",
            better=["overlap"],
            worse=["coverage"],
            inconclusive=["claims"],
            doubtful=["claims"],
            failed_gates=["too little."],
            undecided_gates=["too little."],
        )
    ]


def constant(kind: str = "sft", answer: str = "no", **given: Any) -> TaskRecommendation:
    comparison = make(**given)
    (task,) = comparison.tasks
    always = task.model_copy(update={"constants": {kind: answer}})
    return judged(comparison.model_copy(update={"tasks": [always]}))


def test_a_model_that_answers_the_same_to_everything_is_never_shipped() -> None:
    found = constant(sft=GAIN)
    assert (found.decision, found.recommended) == ("weigh", None)
    assert found.headline == "Do not ship sft at all: it answers the same to everything."
    assert found.cautions[0] == "sft is a constant: to every example it answers “no”."


def test_it_is_said_of_the_baseline_too_and_of_no_baseline_that_is_no_model() -> None:
    assert constant("base", " ", sft=GAIN).cautions[0].endswith("it answers nothing that can be used.")
    assert not any("constant" in caution for caution in constant("template", template=GAIN, sft=GAIN).cautions)


def test_metrics_that_are_the_same_are_named_apart() -> None:
    whole = make(sft=GAIN)
    results = [
        r.model_copy(update={"verdict": "same"}) if (r.metric, r.candidate) == ("claims", "sft") else r
        for r in whole.results
    ]
    found = judged(whole.model_copy(update={"results": results}))
    assert found.reason.endswith("and worse in none; the same: claims.")
    assert found.outcomes[0].same == ["claims"]


@pytest.mark.parametrize("whose", ["sft", "base"])
def test_what_nobody_looked_at_is_said(whose: str) -> None:
    made = make(sft=row(0.4, 0.7, 0.28))
    results = [
        r.model_copy(update={"n": 5, "uncovered": {"fr": 45}}) if (r.metric, r.candidate) == ("claims", whose) else r
        for r in made.results
    ]
    (said,) = judged(made.model_copy(update={"results": results})).cautions
    assert said.startswith("Not all that is compared was measured: claims leaves out 45 answers in languages that")
    assert said.endswith(f"(fr 45) of {whose}.")


def test_a_metric_that_applies_to_nothing_is_said_to_say_nothing() -> None:
    made = make(sft=row(0.4, 0.7, 0.28))
    results = [r.model_copy(update={"value": None, "n": 0}) if r.metric == "claims" else r for r in made.results]
    metrics = [m.model_copy(update={"summary": "Worth of an order (two at least)"}) for m in made.metrics]
    found = judged(made.model_copy(update={"results": results, "metrics": metrics}))
    assert found.cautions == [
        "claims says nothing, since it applies to none of the answers. It is: Worth of an order (two at least)."
    ]
