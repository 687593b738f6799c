"""Gates on metrics, slices, counts and costs: what they see, decide, and refuse.  All figures are invented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune import statistics
from shoptune.compare import Measured, TaskSamples, compare
from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    Cost,
    GateVerdict,
    MetricInfo,
    Provenance,
    Result,
    Slice,
    TaskInfo,
)
from shoptune.components import AdditiveMetric, NoOptions
from shoptune.costs import cost_of
from shoptune.data_report import DataReport
from shoptune.errors import UsageError
from shoptune.gates import Gate, check_gates, exit_code
from shoptune.judging import judge
from shoptune.prices import Prices
from shoptune.reductions import ratio


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


NO_LEAKS = {"action": "leave_out", "similarity": 0.8, "by_id": 0, "exact": 0, "near": 0, "pairs": 0, "first": []}
NO_DATA = DataReport.model_validate(
    {
        "split_by": "group",
        "duplicates": {"exact": 0, "near": 0, "largest": 0, "first": []},
        "leakage": NO_LEAKS,
        **{key: {} for key in ("tables", "parts", "examples_dropped", "pairs_kept", "pairs_refused")},
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
                data=NO_DATA,
            )
        ],
        "metrics": METRICS,
        "results": [*others, *results],
        "cost": [],
        "training": [],
        "gates": [],
        "provenance": Provenance(created="", seed=7, command="", versions={}, plugins={}, fingerprints={}),
        "samples": [],
    }
    return Comparison(**parts | changed)


def judged(asked: Gate, *results: Result, **changed: Any) -> GateVerdict:
    (verdict,) = judge([asked], comparison(results, **changed), slices=["category", "brand"])
    assert (verdict.task, verdict.candidate, verdict.must) == (asked.task, asked.candidate, asked.must)
    assert verdict.metric == (asked.metric or asked.cost)
    assert verdict.on_inconclusive == asked.on_inconclusive
    return verdict


def outcome(asked: Gate, found: Result) -> tuple[str, str]:
    verdict = judged(asked, found)
    assert (verdict.slice, verdict.worst) == (None, False)
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


def test_slices_do_not_matter_to_a_gate_on_all_samples() -> None:
    part = result(value=0.9, slice=Slice(by="category", value="Lamps"))
    assert judged(gate("at_least", value=0.5), part, result(), part).outcome == "failed"


def test_a_verdict_holds_what_was_asked() -> None:
    limit = judged(gate("at_least", value=0.5, on_inconclusive="pass"), result())
    assert (limit.value, limit.margin, limit.on_inconclusive) == (0.5, None, "pass")
    margin = judged(gate("not_be_worse", margin=0.1), result())
    assert (margin.value, margin.margin) == (None, 0.1)
    assert judged(gate("be_better"), result(verdict="better")).margin is None


# --- slices ----------------------------------------------------------------------------------------------------------

LOSS, DOUBT, GAIN = (-0.3, -0.1), (-0.1, 0.1), (0.1, 0.3)


def part(
    name: str,
    interval: tuple[float, float] | None,
    wide: tuple[float, float] | None,
    by: str = "category",
    metric: str = "rouge_l",
    **figures: Any,
) -> Result:
    return result(
        metric,
        slice=Slice(by=by, value=name),
        difference=sum(interval) / 2 if interval else None,
        difference_interval=interval,
        simultaneous_interval=wide,
        **figures,
    )


class TestNamedSlice:
    @pytest.mark.parametrize(
        ("must", "interval", "wide", "expected"),
        [
            ("not_be_worse", GAIN, DOUBT, "passed"),
            ("not_be_worse", DOUBT, (-0.2, 0.2), "inconclusive"),
            ("not_be_worse", LOSS, (-0.4, 0.01), "inconclusive"),
            ("not_be_worse", LOSS, (-0.4, -0.01), "failed"),
            ("be_better", GAIN, (-0.01, 0.4), "inconclusive"),
            ("be_better", GAIN, (0.01, 0.4), "passed"),
            ("be_better", LOSS, (-0.4, 0.01), "inconclusive"),
            ("be_better", LOSS, (-0.4, -0.01), "failed"),
            ("be_better", (0.0, 0.0), (0.0, 0.0), "inconclusive"),
        ],
    )
    def test_passing_as_a_demand_is_uncorrected_and_the_rest_is_corrected(
        self, must: str, interval: tuple[float, float], wide: tuple[float, float], expected: str
    ) -> None:
        asked = gate(must, slice={"category": "Bags"})
        verdict = judged(
            asked, part("Hats", GAIN, GAIN), part("Bags", interval, wide), part("Bags", GAIN, GAIN, "brand")
        )
        assert verdict.outcome == expected
        assert (verdict.slice, verdict.worst, verdict.worst_by) == (Slice(by="category", value="Bags"), False, None)

    @pytest.mark.parametrize(
        ("interval", "wide", "expected"),
        [((-0.3, 0.02), LOSS, "passed"), ((0.2, 0.4), (0.11, 0.5), "failed"), ((0.2, 0.4), GAIN, "inconclusive")],
    )
    def test_less_may_be_better_and_a_margin_counts(
        self, interval: tuple[float, float], wide: tuple[float, float], expected: str
    ) -> None:
        asked = gate("not_be_worse", "unsupported_claims", slice={"category": "Bags"}, margin=0.1)
        assert judged(asked, part("Bags", interval, wide, metric="unsupported_claims")).outcome == expected

    def test_says_what_it_saw(self) -> None:
        found = part("Bags", (-0.05, 0.01), (-0.08, 0.04), n=1400)
        assert judged(gate("not_be_worse", slice={"category": "Bags"}, margin=0.02), found).saw == (
            "rouge_l of sft on category 'Bags' (n = 1,400) is 0.31, -0.02 [-0.05, 0.01] against base, "
            "[-0.08, 0.04] for all slices at once; allowed is a loss of 0.02."
        )
        assert judged(gate("be_better", slice={"category": "Bags"}), found).saw.endswith(
            " for all slices at once; asked is a certain gain."
        )

    def test_limits_look_at_the_value_alone(self) -> None:
        asked = gate("at_least", slice={"category": "Bags"}, value=0.3)
        assert judged(asked, part("Bags", None, None, value=0.3, n=9)).outcome == "passed"
        verdict = judged(asked, part("Bags", GAIN, GAIN, value=0.29, n=9))
        assert (verdict.outcome, verdict.saw) == (
            "failed",
            "rouge_l of sft on category 'Bags' (n = 9) is 0.29; asked is at least 0.3.",
        )

    @pytest.mark.parametrize("must", ["be_better", "not_be_worse"])
    def test_too_few_groups_show_nothing(self, must: str) -> None:
        verdict = judged(gate(must, slice={"category": "Bags"}), part("Bags", GAIN, None))
        assert (verdict.outcome, verdict.saw.split(", with ")[1]) == ("inconclusive", "too few groups to judge by.")

    @pytest.mark.parametrize("doubt", ["pass", "fail"])
    def test_one_that_is_not_there_fails_whatever_the_gate_says_of_doubt(self, doubt: str) -> None:
        asked = gate("not_be_worse", slice={"category": "Bgas"}, on_inconclusive=doubt)
        verdict = judged(asked, part("Bags", GAIN, GAIN), part("Hats", GAIN, GAIN))
        assert verdict.outcome == "failed"
        assert verdict.slice == Slice(by="category", value="Bgas"), "so that the gate keeps its name"
        assert verdict.saw == "rouge_l of sft has no result on category 'Bgas'. Did you mean 'Bags'?"
        assert judged(asked, part("Bags", GAIN, GAIN, "brand")).saw == (
            "rouge_l of sft has no result on slices by 'category': that takes two values or more, with two groups each."
        )


class TestWorstSlice:
    def test_all_must_pass_and_the_one_with_least_room_is_named(self) -> None:
        parts = [
            part("Bags", (0.2, 0.4), DOUBT),
            part("Hats", (0.01, 0.2), DOUBT),
            part("Acme", (0.1, 0.2), DOUBT, "brand"),
        ]
        verdict = judged(gate("not_be_worse", slice="worst"), *parts)
        assert (verdict.outcome, verdict.slice) == ("passed", Slice(by="category", value="Hats"))
        assert (verdict.worst, verdict.worst_by) == (True, None)
        assert verdict.saw.endswith("; allowed is no loss. It is the worst of 3 slices.")

    def test_one_that_fails_is_worse_than_one_that_might_lose_more(self) -> None:
        parts = [part("Bags", LOSS, (-0.4, -0.01)), part("Hats", (-0.9, 0.9), (-1.0, 1.0)), part("Ties", GAIN, GAIN)]
        verdict = judged(gate("not_be_worse", slice="worst"), *parts)
        assert (verdict.outcome, verdict.slice) == ("failed", Slice(by="category", value="Bags"))

    def test_an_uncertain_one_is_worse_than_one_that_passes(self) -> None:
        parts = [part("Bags", (0.1, 0.4), (0.01, 0.4)), part("Hats", (0.2, 0.3), (-0.01, 0.4))]
        verdict = judged(gate("be_better", slice="worst"), *parts)
        assert (verdict.outcome, verdict.slice) == ("inconclusive", Slice(by="category", value="Hats"))

    def test_of_one_key(self) -> None:
        parts = [part("Bags", GAIN, GAIN), part("Hats", DOUBT, DOUBT), part("Acme", LOSS, LOSS, "brand")]
        verdict = judged(gate("not_be_worse", slice={"worst": "category"}), *parts)
        assert (verdict.outcome, verdict.slice) == ("inconclusive", Slice(by="category", value="Hats"))
        assert (verdict.worst, verdict.worst_by) == (True, "category")

    @pytest.mark.parametrize(("must", "worst", "expected"), [("at_least", 0.2, "failed"), ("at_most", 0.4, "passed")])
    def test_of_limits_is_the_value_nearest_to_it(self, must: str, worst: float, expected: str) -> None:
        parts = [part(str(value), None, None, value=value) for value in (0.3, 0.2, 0.4)]
        verdict = judged(gate(must, slice="worst", value=0.4 if must == "at_most" else 0.25), *parts)
        assert (verdict.outcome, verdict.slice) == (expected, Slice(by="category", value=str(worst)))

    def test_small_slices_are_left_out_and_counted(self) -> None:
        parts = [part("Bags", GAIN, GAIN), part("Hats", LOSS, None), part("Ties", None, None)]
        verdict = judged(gate("not_be_worse", slice="worst"), *parts)
        assert (verdict.outcome, verdict.slice) == ("passed", Slice(by="category", value="Bags"))
        assert verdict.saw.endswith("It is the worst of 1 slices (2 more can't be judged).")
        verdict = judged(gate("not_be_worse", slice="worst"), *parts[1:])
        assert (verdict.outcome, verdict.saw) == (
            "inconclusive",
            "rouge_l of sft can be judged on none of 2 slices: too few groups.",
        )

    def test_of_none_fails(self) -> None:
        verdict = judged(gate("not_be_worse", slice="worst", on_inconclusive="pass"), result())
        assert (verdict.outcome, verdict.slice, verdict.worst) == ("failed", None, True)
        assert "no result on slices: that takes two values or more" in verdict.saw

    @given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
    def test_is_as_good_as_the_worst_of_gates_on_each(self, figures: list[tuple[float, float, float]]) -> None:
        parts = [
            part(f"s{i}", (middle - half, middle + half), (middle - half - more, middle + half + more))
            for i, (middle, half, more) in enumerate(figures)
        ]
        for must in ("be_better", "not_be_worse"):
            each = {judged(gate(must, slice={"category": f"s{i}"}), *parts).outcome for i in range(len(parts))}
            worst = next(o for o in ("failed", "inconclusive", "passed") if o in each)
            assert judged(gate(must, slice="worst"), *parts).outcome == worst


class TestSimultaneousInterval:
    def test_grows_as_students_t(self) -> None:
        (bounds,) = statistics.simultaneous_interval(np.array([[-1.0, 3.0]]), [20], 10)
        # t with 19 degrees of freedom: 2.0930 at 0.025 and 3.1737 at 0.0025 (tables of Student's t).
        assert bounds == pytest.approx([1 - 2 * 3.1737 / 2.0930, 1 + 2 * 3.1737 / 2.0930], rel=1e-4)

    def test_of_one_is_the_interval_itself(self) -> None:
        assert statistics.simultaneous_interval(np.array([[-1.0, 3.0]]), [6], 1).tolist() == [[-1.0, 3.0]]

    @pytest.mark.parametrize(
        ("groups", "number", "known"), [(5, 1, False), (6, 1, True), (10, 30, False), (11, 30, True)]
    )
    def test_takes_groups_enough_for_a_sign_flip_to_be_significant(self, groups: int, number: int, known: bool) -> None:
        found = statistics.simultaneous_interval(np.array([[0.1, 0.2]]), [groups], number)
        assert np.isfinite(found).all() == known


def test_the_worst_of_slices_that_do_not_differ_seldom_fails() -> None:
    """Of 200 experiments without any difference about 30 % have a slice whose own interval leaves out zero."""
    chance = np.random.default_rng(7)
    sizes = [2, 5, 8, 10, 12, 15, 20, 30]
    category = np.repeat([f"c{i}" for i in range(len(sizes))], sizes)
    share = AdditiveMetric(
        name="share",
        summary="",
        options=NoOptions,
        rows=lambda evaluation, options: np.empty((0, 2)),
        reduce=ratio,
        higher_is_better=True,
        format="share",
    )
    samples = TaskSamples(
        task="description",
        groups=[f"p{i}" for i in range(len(category))],
        slices=[{"category": c} for c in category],
        invalid={c: np.zeros(len(category), dtype=np.bool_) for c in ("base", "sft")},
    )
    outcomes, uncorrected = [], 0
    for seed in range(200):
        rows = {
            c: np.stack([chance.random(len(category)) < 0.3, np.ones(len(category))], axis=1) for c in ("base", "sft")
        }
        measured = Measured(task="description", metric="share", component=share, rows=rows)
        found = compare([samples], [measured], ["base", "sft"], "base", seed=seed, resamples=400)
        worst = judged(gate("not_be_worse", "share", slice="worst"), *found, metrics=[info("share")])
        outcomes.append(worst.outcome)
        intervals = [r.difference_interval for r in found if r.slice and r.difference_interval]
        uncorrected += any(high < 0 for _, high in intervals)
    assert uncorrected > 20
    assert outcomes.count("failed") <= 10, "2.5 % are 5, and 10 have a chance of 1.4 %"
    assert outcomes.count("passed") == 0, "nor does nothing differing show that no slice is worse"


# --- counts and costs ------------------------------------------------------------------------------------------------


class TestInvalid:
    @pytest.mark.parametrize(("value", "expected"), [(0.25, "passed"), (0.24, "failed")])
    def test_is_the_share_of_answers_that_do_not_parse(self, value: float, expected: str) -> None:
        verdict = judged(gate("at_most", "invalid", value=value), *[result(m.name, invalid=12, n=3) for m in METRICS])
        assert (verdict.outcome, verdict.saw) == (
            expected,
            f"12 of 48 answers of sft do not parse, 0.25; asked is at most {value}.",
        )

    def test_counts_the_answers_to_every_prompt(self) -> None:
        (task,) = comparison([]).tasks
        twice = [task.model_copy(update={"prompts": ["own", "polite"]})]
        found = [result(m.name, invalid=24) for m in METRICS]
        assert judged(gate("at_most", "invalid", value=0.25), *found, tasks=twice).outcome == "passed"

    def test_without_any_result(self) -> None:
        asked = gate("at_most", "invalid", value=0)
        (verdict,) = judge([asked], comparison([]).model_copy(update={"results": []}), slices=None)
        assert (verdict.outcome, verdict.saw) == ("inconclusive", "Of sft nothing was measured on description.")

    def test_a_metric_of_that_name_comes_first(self) -> None:
        of_task = [*METRICS, info("invalid", higher_is_better=False)]
        found = result("invalid", difference_interval=(0.09, 0.15), value=0.5)
        assert judged(gate("not_be_worse", "invalid"), found, metrics=of_task).saw.startswith("invalid of sft is 0.5, ")


def costs() -> list[Cost]:
    def cost(candidate: str, phase: Any, seconds: float, gib: float | None, money: float) -> Cost:
        return Cost(
            candidate=candidate,
            task="description" if phase == "predict" else None,
            phase=phase,
            seconds=seconds,
            tokens_in=1,
            tokens_out=1,
            tokens_per_second=None,
            peak_memory_bytes=None if gib is None else int(gib * 2**30),
            money=money,
        )

    return [
        cost("sft", "tune", 100, 4, 1.0),
        cost("dpo", "tune", 50, 3, 0.5),
        cost("base", "predict", 24, None, 0.1),
        cost("sft", "predict", 12, 1.5, 0.096),
        cost("dpo", "predict", 12, 2, 0.096),
    ]


class TestCost:
    @pytest.mark.parametrize(
        ("name", "candidate", "expected"),
        [
            ("tune_seconds", "base", 0),
            ("tune_seconds", "sft", 100),
            ("tune_seconds", "dpo", 150),
            ("tune_money", "dpo", 1.5),
            ("tune_peak_memory_gib", "dpo", 4),
            ("tune_peak_memory_gib", "base", 0),
            ("seconds_per_thousand", "sft", 250),
            ("money_per_thousand", "sft", 2),
            ("peak_memory_gib", "dpo", 2),
            ("peak_memory_gib", "base", None),
        ],
    )
    def test_is_of_the_whole_way_once_and_of_the_task_each_time(
        self, name: Any, candidate: str, expected: float | None
    ) -> None:
        assert cost_of(comparison([], cost=costs()), name, "description", candidate) == expected

    def test_each_prompt_is_an_answer(self) -> None:
        (task,) = comparison([]).tasks
        twice = comparison([], cost=costs(), tasks=[task.model_copy(update={"prompts": ["own", "polite"]})])
        assert cost_of(twice, "seconds_per_thousand", "description", "sft") == 125

    @pytest.mark.parametrize(("value", "expected"), [(250, "passed"), (249, "failed")])
    def test_has_a_limit(self, value: float, expected: str) -> None:
        verdict = judged(gate("at_most", None, cost="seconds_per_thousand", value=value), cost=costs())
        assert (verdict.outcome, verdict.saw) == (
            expected,
            f"seconds_per_thousand of sft is 250; asked is at most {value}.",
        )

    def test_money_has_a_currency(self) -> None:
        asked = gate("at_most", None, cost="tune_money", value=2)
        verdict = judged(asked, cost=costs(), prices=Prices(currency="CHF", machine_hour=36))
        assert verdict.saw == "tune_money of sft is 1 CHF; asked is at most 2."

    def test_what_was_not_measured_is_inconclusive(self) -> None:
        verdict = judged(gate("at_most", None, "base", cost="peak_memory_gib", value=2), cost=costs())
        assert (verdict.outcome, verdict.saw) == ("inconclusive", "peak_memory_gib of base was not measured.")

    def test_a_metric_of_that_name_is_something_else(self) -> None:
        metrics = [*METRICS, info("tune_seconds")]
        assert (
            judged(gate("at_most", None, cost="tune_seconds", value=100), cost=costs(), metrics=metrics).outcome
            == "passed"
        )


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
        verdicts = [
            judged(gate("be_better", on_inconclusive=doubt), result(verdict=of_verdict[o])) for o, doubt in outcomes
        ]
        assert [v.outcome for v in verdicts] == [o for o, _ in outcomes]
        assert exit_code(verdicts) == code


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
            ({"must": "at_most", "value": 1, "cost": "tune_seconds"}, "either a 'metric' or a 'cost'; found both"),
            ({"must": "at_most", "value": 1, "metric": None}, "either a 'metric' or a 'cost'; found neither"),
            ({"must": "at_most", "value": 1, "metric": None, "cost": "seconds"}, "seconds_per_thousand"),
            ({"must": "be_better", "metric": None, "cost": "tune_seconds"}, "'cost' has no interval: use 'at_most'"),
            (
                {"must": "at_most", "value": 1, "metric": None, "cost": "tune_seconds", "slice": "worst"},
                "'cost' is known for all samples together",
            ),
            *[
                ({"must": "be_better", "slice": wrong}, "a slice is `{category: Bags}`, `{worst: category}` or `worst`")
                for wrong in ("best", {}, {"a": "b", "c": "d"}, {"size": 42}, ["category"], 7)
            ],
        ],
    )
    def test_a_gate_that_makes_no_sense(self, fields: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            gate(**fields)

    def check(self, asked: Gate, **changed: Any) -> str:
        known: dict[str, Any] = {
            "tasks": ["description"],
            "metrics": METRICS,
            "candidates": ["base", "sft"],
            "baseline": "base",
            "slices": ["category"],
            "priced": False,
        }
        with pytest.raises(UsageError) as caught:
            check_gates([gate("be_better"), asked], **known | changed)
        return str(caught.value)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"task": "descripton"}, "there is no task 'descripton'. Did you mean 'description'?"),
            ({"metric": "rogue_l"}, "task 'description' has no metric 'rogue_l'. Did you mean 'rouge_l'?"),
            ({"metric": "invalids"}, "task 'description' has no metric 'invalids'. Did you mean 'invalid'?"),
            ({"candidate": "stf"}, "there is no candidate 'stf'. Did you mean 'sft'?"),
            ({"candidate": "base"}, "'base' is the baseline, and can't be compared with itself."),
            ({"metric": "length"}, "'length' has no direction, neither more nor less is better, so no verdict."),
            ({"metric": "distinct_2"}, "'distinct_2' has no interval (it isn't additive), so no verdict."),
            ({"metric": "invalid"}, "'invalid' is a count without interval, so no verdict. Use 'at_most'"),
            (
                {"slice": {"categroy": "Bags"}},
                "results are not broken down by 'categroy', see `compare.slices`. Did you mean 'category'?",
            ),
            ({"slice": {"worst": "brand"}}, "results are not broken down by 'brand', see `compare.slices`."),
            ({"metric": "invalid", "slice": "worst"}, "'invalid' is counted on all samples only"),
            ({"metric": "distinct_2", "slice": "worst"}, "'distinct_2' has no value on slices (it isn't additive)."),
        ],
    )
    def test_a_gate_that_fits_no_result(self, fields: dict[str, Any], message: str) -> None:
        wrong = gate("be_better").model_copy(update=fields)
        assert self.check(wrong).startswith(f"Gate 2 (be_better): {message}")
        with pytest.raises(UsageError):
            judge([wrong], comparison([result()]), slices=["category"])

    @pytest.mark.parametrize("cost", ["tune_money", "money_per_thousand"])
    def test_money_without_prices(self, cost: str) -> None:
        asked = gate("at_most", None, cost=cost, value=1)
        assert self.check(asked) == f"Gate 2 (at_most): '{cost}' needs prices; give them in `compare.prices`."

    @pytest.mark.parametrize(
        "fields",
        [
            {"metric": None, "cost": "tune_money"},
            {"metric": None, "cost": "peak_memory_gib"},
            {"metric": "invalid"},
            {"metric": "distinct_2", "slice": {"worst": "prompt"}},
            {"slice": {"prompt": "polite"}},
            {"slice": "worst"},
        ],
    )
    def test_and_what_is_not_refused(self, fields: dict[str, Any]) -> None:
        check_gates(
            [gate("at_most", **fields, value=1)],
            tasks=["description"],
            metrics=METRICS,
            candidates=["sft"],
            baseline="base",
            slices=[],
            priced=True,
        )
