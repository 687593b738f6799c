"""What gates on metrics see and decide.  All figures are invented."""

from __future__ import annotations

from typing import Any

import pytest

from shoptune.comparison import (
    Slice,
)
from shoptune.deciding.gates import Gate
from tests.harness.gated import gate, judged, outcome, result


class TestBeBetter:
    @pytest.mark.parametrize(
        ("verdict", "expected"),
        [("better", "passed"), ("worse", "failed"), ("inconclusive", "inconclusive")],
    )
    def test_follows_the_verdict(self, verdict: str, expected: str) -> None:
        found = outcome(gate("be_better"), result(verdict=verdict, p_adjusted=0.0123))
        saw = "rouge_l of sft is 31.0 %, +12.0 pp [+9.0, +15.0] pp against base"
        assert found == (expected, f"{saw}: {verdict} (p = 0.012 after correction).")

    def test_without_interval(self) -> None:
        assert outcome(gate("be_better"), result(verdict="inconclusive", difference_interval=None)) == (
            "inconclusive",
            "rouge_l of sft is 31.0 %, +12.0 pp against base, with too few groups for an interval.",
        )

    def test_without_baseline_value(self) -> None:
        assert outcome(gate("be_better"), result(difference=None, difference_interval=None)) == (
            "inconclusive",
            "rouge_l of sft is 31.0 %, and base has no value to compare it with.",
        )


def test_figures_are_written_as_reports_write_them_and_limits_with_all_their_digits() -> None:
    assert outcome(gate("at_least", value=0.3055), result())[1].endswith("is 31.0 %; asked is at least 30.55 %.")


def test_what_is_the_same_in_every_sample_is_not_worse_and_not_better() -> None:
    same = result(difference=0.0, difference_interval=None, verdict="same")
    said = "rouge_l of sft is 31.0 %, the same as of base in every sample."
    assert outcome(gate("not_be_worse"), same) == ("passed", said)
    assert outcome(gate("be_better"), same) == ("inconclusive", said)


def test_a_claim_is_shown_with_the_interval_that_its_verdict_was_reached_by() -> None:
    found = result(verdict="inconclusive", p_adjusted=0.06, simultaneous_interval=(-0.01, 0.25))
    assert "[−1.0, +25.0] pp against base: inconclusive" in outcome(gate("be_better"), found)[1]
    assert "[+9.0, +15.0] pp against base; allowed" in outcome(gate("not_be_worse"), found)[1]


class TestUncovered:
    """A text that a metric can't read must not look faultless."""

    @pytest.mark.parametrize("must", [{"must": "at_least", "value": 0.1}, {"must": "not_be_worse"}])
    @pytest.mark.parametrize(("fr", "expected"), [(2, "passed"), (3, "inconclusive")])
    def test_a_gate_does_not_pass_what_nobody_looked_at(self, must: dict[str, Any], fr: int, expected: str) -> None:
        found, saw = outcome(gate(**must), result(n=48 - fr, uncovered={"fr": fr}))
        assert found == expected
        assert ("answers are in languages that it does not cover: fr" in saw) == (expected == "inconclusive")

    def test_it_may_fail_by_what_it_covers(self) -> None:
        assert outcome(gate("at_most", value=0.1), result(n=20, uncovered={"fr": 28}))[0] == "failed"

    def test_nor_where_nobody_looked_at_what_it_is_compared_with(self) -> None:
        base = result(candidate="base", difference=None, difference_interval=None, n=8, uncovered={"fr": 40})
        for must in ("be_better", "not_be_worse"):
            found = judged(gate(must), result(verdict="better"), base)
            assert found.outcome == "inconclusive"
            assert "Of base, 40 answers are in languages that it does not cover: fr." in found.saw
        assert judged(gate("at_least", value=0.1), result(), base).outcome == "passed"

    @pytest.mark.parametrize(("invalid", "expected"), [(2, "passed"), (3, "inconclusive")])
    def test_nor_what_was_measured_on_the_answers_that_could_be_used(self, invalid: int, expected: str) -> None:
        found, saw = outcome(gate("be_better"), result(verdict="better", n=48 - invalid, unanswered=invalid))
        assert found == expected
        assert ("(3 answers are invalid, so that there is nothing to measure)" in saw) == (expected == "inconclusive")

    def test_without_a_value_the_reason_is_said(self) -> None:
        nothing = result(value=None, n=0, difference=None, difference_interval=None, uncovered={"fr": 40, "nl": 8})
        assert outcome(gate("at_least", value=0), nothing) == (
            "inconclusive",
            "rouge_l of sft has no value: 48 answers are in languages that it does not cover: fr and nl.",
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
        saw = "rouge_l of sft is 31.0 %, +12.0 pp [+9.0, +15.0] pp against base; allowed loss"
        assert outcome(gate("not_be_worse", margin=0.02), result()) == ("passed", f"{saw}: 2 pp.")
        assert outcome(gate("not_be_worse"), result()) == ("passed", f"{saw}: none.")

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
        asked = f"rouge_l of sft is 31.0 %; asked is {must.replace('_', ' ')} {100 * value:.0f} %."
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


def test_slices_do_not_matter_to_a_gate_on_all_samples() -> None:
    part = result(value=0.9, slice=Slice(by="category", value="Lamps"))
    assert judged(gate("at_least", value=0.5), part, result(), part).outcome == "failed"


def test_a_verdict_holds_what_was_asked() -> None:
    limit = judged(gate("at_least", value=0.5, on_inconclusive="pass"), result())
    assert (limit.value, limit.margin, limit.on_inconclusive) == (0.5, None, "pass")
    margin = judged(gate("not_be_worse", margin=0.1), result())
    assert (margin.value, margin.margin) == (None, 0.1)
    assert judged(gate("be_better"), result(verdict="better")).margin is None
