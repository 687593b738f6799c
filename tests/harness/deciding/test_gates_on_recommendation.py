"""Gates that ask whether a candidate is recommended, and in which order things are decided.  Figures are invented."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shoptune.comparison import Comparison
from shoptune.deciding.decide import decide
from shoptune.deciding.gates import Gate
from shoptune.errors import UsageError
from tests.harness.deciding.cases import EVEN, GAIN, LOSS, TRADE, make, row

DOUBT = row(0.4, 0.7, 0.33)
"""With intervals 0.02 wide, what may be a loss."""


def asked(candidate: str = "sft", **fields: Any) -> Gate:
    return Gate.model_validate({"task": "t", "candidate": candidate, "must": "be_recommended"} | fields)


def on_overlap(at_least: float, candidate: str = "sft") -> Gate:
    return Gate(task="t", metric="overlap", candidate=candidate, must="at_least", value=at_least)


def decided(*gates: Gate, half: float = 0.02, **values: Any) -> Comparison:
    return decide(make(half=half, **values), gates, slices=None)


@pytest.mark.parametrize(
    ("values", "candidate", "outcome", "saw"),
    [
        ({"sft": GAIN}, "sft", "passed", "sft is recommended: Ship sft."),
        ({"few_shot": row(0.38, 0.7, 0.28), "sft": GAIN}, "few_shot", "passed", "few_shot is recommended: Do not tune"),
        ({"few_shot": row(0.38, 0.7, 0.28), "sft": GAIN}, "sft", "failed", "sft is not recommended: Do not tune"),
        ({"sft": GAIN, "dpo": GAIN}, "dpo", "failed", "dpo is not recommended: Ship sft."),
        ({"sft": TRADE}, "sft", "failed", "sft is not recommended: Do not ship sft as it is"),
        ({"sft": LOSS}, "sft", "failed", "sft is not recommended: Do not tune: sft is worse than base."),
        ({"sft": EVEN}, "sft", "inconclusive", "sft is not recommended: Do not tune: no gain over base is certain."),
        ({"sft": DOUBT}, "sft", "inconclusive", "sft is not recommended: Do not ship sft yet: it may be worse"),
        ({"sft": GAIN, "few_shot": EVEN}, "few_shot", "failed", "few_shot is not recommended: Ship sft."),
    ],
)
def test_passes_by_certainty_and_is_inconclusive_by_doubt_alone(
    values: dict[str, Any], candidate: str, outcome: str, saw: str
) -> None:
    (verdict,) = decided(asked(candidate), **values).gates
    assert (verdict.outcome, verdict.metric, verdict.must) == (outcome, "recommendation", "be_recommended")
    assert verdict.saw.startswith(saw)


def test_without_a_verdict_on_anything_it_is_inconclusive() -> None:
    whole = make(sft=GAIN)
    silent = [r.model_copy(update={"verdict": None}) for r in whole.results]
    (verdict,) = decide(whole.model_copy(update={"results": silent}), [asked()], slices=None).gates
    assert (verdict.outcome, verdict.saw) == ("inconclusive", "sft is not recommended: No verdict.")


def test_a_gate_on_a_figure_decides_what_is_recommended_and_verdicts_keep_the_files_order() -> None:
    found = decided(asked(), on_overlap(0.9), asked("few_shot"), on_overlap(0.1), sft=GAIN, few_shot=EVEN)
    assert [gate.must for gate in found.gates] == ["be_recommended", "at_least", "be_recommended", "at_least"]
    assert [gate.outcome for gate in found.gates] == ["failed", "failed", "inconclusive", "passed"]
    assert found.recommendation.headline == "Do not ship sft yet: it fails a gate."


def test_a_gate_on_the_recommendation_does_not_change_it() -> None:
    with_gate, without = decided(asked(), sft=TRADE), decided(sft=TRADE)
    assert with_gate.recommendation == without.recommendation
    assert decide(with_gate, [asked()], slices=None) == with_gate, "and deciding again comes to the same"


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (asked("base"), "'base' is the baseline, which the others are compared with; ask it of one of them."),
        (asked("stf"), "there is no candidate 'stf'. Did you mean 'sft'?"),
        (asked(task="tt"), "there is no task 'tt'."),
    ],
)
def test_what_can_never_be_recommended_is_refused(gate: Gate, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        decided(gate, sft=GAIN)
    assert str(caught.value).startswith(f"Gate 1 (be_recommended): {said}")


def test_a_task_that_gives_no_verdict_is_refused() -> None:
    whole = make(sft=GAIN)
    metrics = [metric.model_copy(update={"higher_is_better": None}) for metric in whole.metrics]
    with pytest.raises(UsageError, match="no metric of task 't' gives a verdict, so nothing is recommended"):
        decide(whole.model_copy(update={"metrics": metrics}), [asked()], slices=None)


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        ({"must": "be_recommended"}, True),
        ({"must": "be_recommended", "on_inconclusive": "pass"}, True),
        ({"must": "be_recommended", "metric": "overlap"}, False),
        ({"must": "be_recommended", "cost": "tune_seconds"}, False),
        ({"must": "be_recommended", "value": 1}, False),
        ({"must": "be_better", "metric": "overlap"}, True),
        ({"must": "be_better"}, False),
    ],
)
def test_the_json_schema_says_the_same(fields: dict[str, Any], valid: bool) -> None:
    gate = {"task": "t", "candidate": "sft", **fields}
    assert Draft202012Validator(Gate.model_json_schema()).is_valid(gate) == valid
