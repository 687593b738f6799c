"""The verdict in words.  All figures are invented."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    Cost,
    GateVerdict,
    MetricInfo,
    Result,
    Slice,
    TaskInfo,
    Verdict,
)
from shoptune.prices import Prices
from shoptune_reports.board import boards
from shoptune_reports.conclusion import conclude
from shoptune_reports.verdict import Judgement, judge
from tests.plugins.reports.data_reports import bare_data

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

Build = Callable[..., Comparison]


def make(
    build: Build,
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
    return build(
        tasks=[
            TaskInfo(
                name=task,
                task="t",
                summary="",
                scored_on=scored_on,
                examples=50,
                groups=50,
                prompts_fingerprint="p",
                samples_fingerprint="s",
                data=bare_data(),
            )
            for task in tasks
        ],
        metrics=[
            MetricInfo(
                task=task, name=m, metric=m, summary="", higher_is_better=up, theme=theme, format="score", additive=True
            )
            for task in tasks
            for m, (up, theme) in METRICS.items()
        ],
        candidates=[KINDS[name] for name in KINDS if name in names],
        results=results,
        gates=list(gates),
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


def compare(build: Build, **given: Any) -> Judgement:
    return judged(make(build, **given))


def headline(build: Build, **given: Any) -> str:
    return compare(build, **given).headline


def judged(comparison: Comparison) -> Judgement:
    return judge(boards(comparison)[0], comparison)


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
    assert j.cautions == ()


def test_better_overlap_with_worse_faithfulness_is_a_trade_off_that_names_the_loss(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.5))
    assert (j.decision, j.headline) == (
        "weigh",
        "Do not ship sft as it is: it comes closer to the reference, but keeps less to the facts.",
    )
    assert spaced(j.reason).endswith("but worse in 1 (claims 0.300 → 0.500).")


def test_no_difference_is_said_plainly_and_not_taken_for_equality(build: Build) -> None:
    j = compare(build, sft=row(0.21, 0.41, 0.3))
    assert (j.decision, j.headline) == ("keep", "Do not tune: no gain over base is certain.")
    assert j.reason == (
        "sft gives no certain gain over base: all 3 metrics are inconclusive. Inconclusive does not mean equal."
    )


def test_worse_is_not_tuned_and_every_loss_is_named(build: Build) -> None:
    j = compare(build, sft=row(0.1, 0.3, 0.5))
    assert (j.decision, j.headline) == ("keep", "Do not tune: sft is worse than base.")
    assert spaced(j.reason) == (
        "sft gives no certain gain over base, and is worse in 3 of 3 metrics "
        "(overlap 0.200 → 0.100, coverage 0.400 → 0.300 and claims 0.300 → 0.500)."
    )


def test_more_losses_than_gains_is_no_trade_off(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.3, 0.5))
    assert j.headline == "Do not tune: sft loses more than it gains."
    assert "but worse in 2 (coverage" in j.reason


def test_the_baseline_is_kept_where_it_is_a_tuned_one_itself(build: Build) -> None:
    comparison = build()
    results = [
        r.model_copy(update={"verdict": "inconclusive" if r.candidate == "dpo" else None})
        for r in comparison.results
        if r.candidate in ("sft", "dpo") and r.slice is None
    ]
    j = judged(build(baseline="sft", results=results))
    assert j.headline == "Keep sft: no gain over it is certain."


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
    ("values", "said"),
    [
        ({"few_shot": row(0.4, 0.7, 0.28)}, "Prefer few_shot: it needs no tuning."),
        ({"few_shot": row(0.2, 0.4, 0.3)}, "Keep base: no gain over it is certain."),
        ({}, "No verdict."),
    ],
)
def test_without_a_tuned_candidate(build: Build, values: dict[str, dict[str, float]], said: str) -> None:
    assert compare(build, **values).headline == said


def test_one_metric_is_not_called_metrics(build: Build) -> None:
    comparison = build()
    one = [
        r for r in comparison.results if r.metric == "rouge_l" and r.candidate in ("base", "few_shot") and not r.slice
    ]
    j = judged(build(results=one))
    assert j.reason.startswith("few_shot gives no certain gain over base: the one metric is inconclusive.")


# --- losses that are not certain -------------------------------------------------------------------------------------


def test_what_would_be_a_loss_but_for_the_correction_keeps_from_shipping(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.33), half=0.02)
    assert (j.decision, j.headline) == ("weigh", "Do not ship sft yet: it may be worse in claims.")
    assert j.cautions[0].startswith("sft may be worse than base in claims ([+0.010, +0.050])")


def test_what_is_certain_to_lose_nothing_comes_before_what_may_lose(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28), dpo=row(0.5, 0.8, 0.33), half=0.02)
    assert j.headline == "Ship sft."


def test_what_may_lose_makes_tuning_not_needless(build: Build) -> None:
    assert headline(build, few_shot=row(0.38, 0.7, 0.33), sft=row(0.4, 0.7, 0.3), half=0.02) == "Ship sft."


def test_what_may_as_well_be_no_loss_does_not(build: Build) -> None:
    assert headline(build, sft=row(0.4, 0.7, 0.31), half=0.02) == "Ship sft."


def test_what_would_be_a_gain_but_for_the_correction_is_no_loss(build: Build) -> None:
    assert headline(build, sft=row(0.4, 0.7, 0.27), half=0.02) == "Ship sft."


def test_a_certain_loss_on_a_slice_is_a_caution(build: Build) -> None:
    whole = make(build, sft=row(0.4, 0.7, 0.28))
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
def test_the_verdict_says_what_the_exit_code_says(build: Build, outcome: str, on_inconclusive: str, said: str) -> None:
    assert headline(build, sft=row(0.4, 0.7, 0.28), gates=[gate("sft", outcome, on_inconclusive)]) == said


def test_a_candidate_that_meets_its_gates_comes_before_a_better_one_that_does_not(build: Build) -> None:
    j = compare(build, sft=row(0.4, 0.7, 0.28), dpo=row(0.5, 0.8, 0.1), gates=[gate("dpo", "failed")])
    assert j.headline == "Ship sft."
    assert j.remarks[0].endswith("A gate on dpo failed: too little.")


def test_what_fails_a_gate_makes_tuning_not_needless(build: Build) -> None:
    values = {"few_shot": row(0.38, 0.7, 0.28), "sft": row(0.4, 0.72, 0.28)}
    assert headline(build, **values, gates=[gate("few_shot", "failed")]) == "Ship sft."


# --- what it costs, and what would settle it --------------------------------------------------------------------------


def spend(phase: Literal["tune", "predict"], candidate: str, seconds: float) -> Cost:
    """A hundredth of a franc a second."""
    return Cost(
        candidate=candidate,
        task=None if phase == "tune" else "t",
        phase=phase,
        seconds=seconds,
        money=seconds / 100,
        tokens_in=1,
        tokens_out=1,
        tokens_per_second=None,
        peak_memory_bytes=None,
    )


def test_costs_are_those_of_all_that_was_tuned_and_of_a_thousand_answers(build: Build) -> None:
    spent = [
        spend("tune", "sft", 60),
        spend("tune", "dpo", 30),
        spend("predict", "base", 5),
        spend("predict", "sft", 5),
        spend("predict", "dpo", 6),
    ]
    whole = make(build, sft=row(0.4, 0.7, 0.28), dpo=row(0.41, 0.71, 0.1))
    j = judged(whole.model_copy(update={"cost": spent, "prices": Prices(currency="CHF", machine_hour=36)}))
    assert spaced(j.costs) == (
        "Tuning dpo, and sft before it, took 1 min 30 s (0.90 CHF), once. "
        "A thousand answers take dpo 2 min 00 s (1.20 CHF) and base 1 min 40 s (1.00 CHF)."
    )
    free = [cost.model_copy(update={"money": None}) for cost in spent]
    assert "CHF" not in judged(whole.model_copy(update={"cost": free})).costs
    assert judged(whole.model_copy(update={"cost": []})).costs == ""


def test_a_quarter_of_the_minimum_detectable_effect_difference_takes_sixteen_times_as_many_groups(build: Build) -> None:
    """One metric is open, so that nothing is added for the number of comparisons."""
    j = compare(build, sft=row(0.4, 0.7, 0.3125))
    (sentence,) = j.needed
    assert sentence == (
        "claims: a difference of the size seen (+0.013) takes about 800 test groups to be certain of four times in "
        "five; after correction, the 50 of this test show 0.050 or more."
    )


def test_what_is_open_beside_it_makes_a_test_larger(build: Build) -> None:
    """Of three that are open, one has to be certain at 0.05 / 3: ((2.394 + 0.842) / (1.960 + 0.842))² = 1.334 times."""
    j = compare(build, sft=row(0.2125, 0.4, 0.3))
    assert len(j.needed) == 1, "no test settles a difference that can't be seen"
    assert "about 1,100 test groups" in j.needed[0]
    assert "show 0.058 or more" in j.needed[0]


def test_a_hopeless_test_is_not_counted(build: Build) -> None:
    assert "takes more than 100 times as many test groups" in compare(build, sft=row(0.4, 0.7, 0.301)).needed[0]


@given(difference=st.floats(0.001, 0.0499))
def test_the_groups_asked_for_could_have_shown_the_difference(build: Build, difference: float) -> None:
    """The smallest detectable difference shrinks with the root of the groups, and reaches the one seen."""
    (sentence,) = compare(build, sft=row(0.4, 0.7, 0.3 + difference)).needed
    if asked := re.search("about ([0-9,]+) test groups", sentence):
        groups = int(asked[1].replace(",", ""))
        assert 0.05 * math.sqrt(50 / groups) <= difference * (1 + 1e-6)
        assert groups <= 1.1 * 50 * (0.05 / difference) ** 2 + 1, "and not many more"
    else:
        assert (0.05 / difference) ** 2 > 100


def test_what_may_be_a_loss_is_what_most_wants_settling(build: Build) -> None:
    j = compare(build, sft=row(0.245, 0.7, 0.31), half=0.008)
    assert [sentence.split(":")[0] for sentence in j.needed] == ["claims", "overlap"]


# --- several tasks ----------------------------------------------------------------------------------------------------

GAIN, LOSS, EVEN, TRADE = row(0.4, 0.7, 0.28), row(0.1, 0.3, 0.5), row(0.21, 0.41, 0.3), row(0.4, 0.7, 0.5)


@pytest.mark.parametrize(
    ("values", "decision", "said"),
    [
        ({"sft": GAIN}, "ship", "Ship sft."),
        ({"a__sft": GAIN, "b__sft": EVEN}, "weigh", "Ship for a alone, if at all: not for b."),
        ({"a__sft": GAIN, "b__sft": LOSS}, "weigh", "Ship for a alone, if at all: not for b."),
        ({"a__sft": GAIN, "b__sft": TRADE}, "weigh", "Do not ship yet: b speaks against it."),
        ({"a__sft": GAIN, "b__sft": EVEN, "b__dpo": GAIN}, "weigh", "No one candidate is the best for every task."),
        ({"a__sft": EVEN, "b__sft": TRADE}, "weigh", "Do not ship yet: b speaks against it."),
        ({"sft": EVEN}, "keep", "Do not tune: no gain over base is certain."),
        ({"a__sft": EVEN, "b__sft": LOSS}, "keep", "Do not tune: it is certain to pay for no task."),
        (
            {"a__few_shot": EVEN, "b__few_shot": LOSS},
            "keep",
            "Keep base: no other candidate is certainly better at any task.",
        ),
        ({}, "open", "No verdict."),
    ],
)
def test_several_tasks_give_one_decision(build: Build, values: dict[str, Any], decision: str, said: str) -> None:
    whole = make(build, tasks=["a", "b"], **values)
    judgements = {board.task.name: judge(board, whole) for board in boards(whole)}
    found = conclude(whole, judgements)
    assert found is not None
    assert (found.decision, found.headline) == (decision, said)
    if len({judgement.headline for judgement in judgements.values()}) > 1:
        assert found.reason == f"a: {judgements['a'].headline} b: {judgements['b'].headline}"
    else:
        assert found.reason == "Both tasks say so."


def test_one_task_needs_no_conclusion(build: Build) -> None:
    whole = make(build, sft=GAIN)
    assert conclude(whole, {"t": judged(whole)}) is None
