from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.comparison import MetricInfo, Result, Slice
from shoptune.errors import UsageError
from shoptune.gates import Gate, check_gates, exit_code, judge


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


def result(metric: str = "rouge_l", candidate: str = "sft", **figures: Any) -> Result:
    return Result(
        task="description",
        metric=metric,
        candidate=candidate,
        **{"value": 0.31, "n": 48, "invalid": 0, "difference": 0.12, "difference_interval": (0.09, 0.15)} | figures,
    )


def gate(must: str, metric: str = "rouge_l", candidate: str = "sft", **fields: Any) -> Gate:
    return Gate.model_validate(
        {"task": "description", "metric": metric, "candidate": candidate, "must": must, **fields}
    )


def outcome(judged: Gate, found: Result) -> tuple[str, str]:
    everything = [
        result(m.name, c, value=0.5, difference=None, difference_interval=None)
        for m in METRICS
        for c in ("base", "sft")
    ]
    others = [r for r in everything if (r.metric, r.candidate) != (found.metric, found.candidate)]
    (verdict,) = judge([judged], [*others, found], METRICS, baseline="base")
    assert (verdict.task, verdict.metric, verdict.candidate) == (judged.task, judged.metric, judged.candidate)
    assert verdict.must == judged.must
    return verdict.outcome, verdict.saw


class TestBeBetter:
    @pytest.mark.parametrize(
        ("verdict", "expected"),
        [("better", "passed"), ("worse", "failed"), ("inconclusive", "inconclusive")],
    )
    def test_follows_the_verdict(self, verdict: str, expected: str) -> None:
        found = outcome(gate("be_better"), result(verdict=verdict, p_adjusted=0.0123))
        assert found == (
            expected,
            f"rouge_l of sft is 0.31, +0.12 [0.09, 0.15] against base: {verdict} (p = 0.012 after correction).",
        )

    def test_without_interval(self) -> None:
        assert outcome(gate("be_better"), result(verdict="inconclusive", difference_interval=None)) == (
            "inconclusive",
            "rouge_l of sft is 0.31, +0.12 against base, with too few groups for an interval.",
        )

    def test_without_baseline_value(self) -> None:
        assert outcome(gate("be_better"), result(difference=None, difference_interval=None)) == (
            "inconclusive",
            "rouge_l of sft is 0.31, and base has no value to compare it with.",
        )


class TestNotBeWorse:
    @pytest.mark.parametrize(
        ("metric", "interval", "margin", "expected"),
        [
            ("rouge_l", (-0.01, 0.05), 0.02, "passed"),
            ("rouge_l", (-0.02, 0.05), 0.02, "passed"),
            ("rouge_l", (-0.03, 0.05), 0.02, "inconclusive"),
            ("rouge_l", (-0.05, -0.02), 0.02, "inconclusive"),
            ("rouge_l", (-0.05, -0.03), 0.02, "failed"),
            ("rouge_l", (0.0, 0.0), 0.0, "passed"),
            ("rouge_l", (-0.01, 0.3), 0.0, "inconclusive"),
            ("unsupported_claims", (-0.3, 0.01), 0.02, "passed"),
            ("unsupported_claims", (-0.3, 0.03), 0.02, "inconclusive"),
            ("unsupported_claims", (0.03, 0.3), 0.02, "failed"),
            ("unsupported_claims", (-0.3, -0.1), 0.0, "passed"),
        ],
    )
    def test_looks_at_the_end_of_the_interval(
        self, metric: str, interval: tuple[float, float], margin: float, expected: str
    ) -> None:
        found, _ = outcome(
            gate("not_be_worse", metric, margin=margin),
            result(metric, difference=sum(interval) / 2, difference_interval=interval),
        )
        assert found == expected

    def test_says_what_was_allowed(self) -> None:
        saw = "rouge_l of sft is 0.31, +0.12 [0.09, 0.15] against base; allowed is"
        assert outcome(gate("not_be_worse", margin=0.02), result()) == ("passed", f"{saw} a loss of 0.02.")
        assert outcome(gate("not_be_worse"), result()) == ("passed", f"{saw} no loss.")

    def test_without_interval(self) -> None:
        assert outcome(gate("not_be_worse"), result(difference_interval=None))[0] == "inconclusive"


class TestLimits:
    @pytest.mark.parametrize(
        ("must", "value", "expected"),
        [
            ("at_least", 0.3, "passed"),
            ("at_least", 0.31, "passed"),
            ("at_least", 0.32, "failed"),
            ("at_most", 0.32, "passed"),
            ("at_most", 0.31, "passed"),
            ("at_most", 0.3, "failed"),
        ],
    )
    def test_hold_the_value_against_the_limit(self, must: str, value: float, expected: str) -> None:
        asked = f"rouge_l of sft is 0.31; asked is {must.replace('_', ' ')} {value}."
        assert outcome(gate(must, value=value), result()) == (expected, asked)

    @pytest.mark.parametrize("metric", ["length", "distinct_2"])
    def test_are_for_every_metric_and_for_the_baseline_too(self, metric: str) -> None:
        assert outcome(gate("at_least", metric, "base", value=0), result(metric, "base"))[0] == "passed"

    def test_zero_is_a_limit(self) -> None:
        assert outcome(gate("at_most", value=0), result())[0] == "failed"


@pytest.mark.parametrize("judged", [gate("be_better"), gate("not_be_worse"), gate("at_least", value=0.1)])
def test_a_metric_that_applied_to_no_sample_is_inconclusive(judged: Gate) -> None:
    nothing = result(value=None, n=0, difference=None, difference_interval=None)
    assert outcome(judged, nothing) == (
        "inconclusive",
        "rouge_l of sft has no value: it applies to none of the samples.",
    )


def test_slices_are_not_judged() -> None:
    part = result(value=0.9, slice=Slice(by="category", value="lamps"))
    (verdict,) = judge([gate("at_least", value=0.5)], [part, result(), part], METRICS, baseline="base")
    assert verdict.outcome == "failed"


class TestExitCode:
    @pytest.mark.parametrize(
        ("outcomes", "code"),
        [
            ([], 0),
            ([("passed", "fail")], 0),
            ([("passed", "fail"), ("failed", "pass")], 1),
            ([("inconclusive", "fail"), ("passed", "fail")], 4),
            ([("inconclusive", "fail"), ("failed", "fail")], 1),
            ([("inconclusive", "pass"), ("passed", "fail")], 0),
            ([("inconclusive", "pass"), ("inconclusive", "fail")], 4),
        ],
    )
    def test_is_the_worst_that_is_certain(self, outcomes: list[tuple[str, str]], code: int) -> None:
        of_verdict = {"passed": "better", "failed": "worse", "inconclusive": "inconclusive"}
        gates = [gate("be_better", on_inconclusive=wish) for _, wish in outcomes]
        verdicts = [
            judge([g], [result(verdict=of_verdict[o])], METRICS, baseline="base")[0]
            for g, (o, _) in zip(gates, outcomes, strict=True)
        ]
        assert exit_code(gates, verdicts) == code


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"must": "at_least"}, "'must: at_least' needs a 'value'"),
            ({"must": "be_better", "value": 0.1}, "means nothing for 'must: be_better'"),
            ({"must": "not_be_worse", "value": 0.1}, "'value' is for 'at_least' and 'at_most'"),
            ({"must": "be_better", "margin": 0.1}, "'margin' is for 'not_be_worse'"),
            ({"must": "at_most", "value": 0.1, "margin": 0.0}, "'margin' is for 'not_be_worse'"),
            ({"must": "not_be_worse", "margin": -0.1}, "greater than or equal to 0"),
            ({"must": "at_most", "value": float("nan")}, "finite"),
            ({"must": "shine"}, "be_better"),
            ({"must": "be_better", "model": "sft"}, "Extra inputs"),
            ({"must": "be_better", "on_inconclusive": "error"}, "'pass' or 'fail'"),
        ],
    )
    def test_a_gate_that_makes_no_sense(self, fields: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            gate(**fields)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"task": "descripton"}, "there is no task 'descripton'. Did you mean 'description'?"),
            ({"metric": "rogue_l"}, "task 'description' has no metric 'rogue_l'. Did you mean 'rouge_l'?"),
            ({"candidate": "stf"}, "there is no candidate 'stf'. Did you mean 'sft'?"),
            ({"candidate": "base"}, "'base' is the baseline, and can't be compared with itself."),
            ({"metric": "length"}, "'length' has no direction, neither more nor less is better, so no verdict."),
            ({"metric": "distinct_2"}, "'distinct_2' has no interval (it isn't additive), so no verdict."),
        ],
    )
    def test_a_gate_that_fits_no_result(self, fields: dict[str, str], message: str) -> None:
        wrong = gate("be_better").model_copy(update=fields)
        with pytest.raises(UsageError) as caught:
            check_gates([gate("be_better"), wrong], METRICS, ["base", "sft"], baseline="base")
        assert str(caught.value).startswith(f"Gate 2 (be_better): {message}")
        with pytest.raises(UsageError):
            judge([wrong], [result(), result(candidate="base")], METRICS, baseline="base")
