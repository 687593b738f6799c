"""What gates on slices see and decide.  All figures are invented."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparison import (
    Result,
    Slice,
)
from shoptune.components import AdditiveMetric, NoOptions
from shoptune.reductions import ratio
from tests.harness.gated import gate, info, judged, result, spaced

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
        assert spaced(judged(gate("not_be_worse", slice={"category": "Bags"}, margin=0.02), found).saw) == (
            "rouge_l of sft on category 'Bags' (n = 1,400) is 31.0 %, −2.0 pp [−5.0, +1.0] pp against base, "
            "[−8.0, +4.0] pp for all slices at once; allowed loss: 2 pp."
        )
        assert judged(gate("be_better", slice={"category": "Bags"}), found).saw.endswith(
            " for all slices at once; asked is a certain gain."
        )

    def test_limits_look_at_the_value_alone(self) -> None:
        asked = gate("at_least", slice={"category": "Bags"}, value=0.3)
        assert judged(asked, part("Bags", None, None, value=0.3, n=9)).outcome == "passed"
        verdict = judged(asked, part("Bags", GAIN, GAIN, value=0.29, n=9))
        assert (verdict.outcome, spaced(verdict.saw)) == (
            "failed",
            "rouge_l of sft on category 'Bags' (n = 9) is 29.0 %; asked is at least 30 %.",
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
        assert verdict.saw.endswith("; allowed loss: none. It is the worst of 3 slices.")

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

    def test_a_slice_in_which_nothing_differs_passes_and_is_no_gain(self) -> None:
        same = part("Bags", None, None, verdict="same").model_copy(update={"difference": 0.0})
        assert judged(gate("not_be_worse", slice="worst"), same, part("Hats", GAIN, GAIN)).outcome == "passed"
        found = judged(gate("be_better", slice={"category": "Bags"}), same)
        assert found.outcome == "inconclusive"
        assert found.saw.endswith(", the same as of base in every sample.")

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


def test_the_worst_of_slices_that_do_not_differ_seldom_fails() -> None:
    """Of 200 experiments without any difference about 6 % have a slice whose own interval leaves out zero."""
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
        found = compare([samples], [measured], ["base", "sft"], "base", seed=seed, resamples=400).results
        worst = judged(gate("not_be_worse", "share", slice="worst"), *found, metrics=[info("share")])
        outcomes.append(worst.outcome)
        intervals = [r.difference_interval for r in found if r.slice and r.difference_interval]
        uncorrected += any(high < 0 for _, high in intervals)
    assert uncorrected > 8
    assert outcomes.count("failed") <= 10, "2.5 % are 5, and 10 have a chance of 1.4 %"
    assert outcomes.count("passed") == 0, "nor does nothing differing show that no slice is worse"


def test_the_worst_slice_does_not_pass_where_nobody_looked_at_another() -> None:
    seen = part("de", GAIN, GAIN, by="category")
    unseen = part("fr", None, None, by="category", value=None, n=0, uncovered={"fr": 20})
    for must in ({"must": "not_be_worse"}, {"must": "at_least", "value": 0.1}):
        found = judged(gate(**must, slice={"worst": "category"}), seen, unseen)
        assert found.outcome == "inconclusive"
        assert "Of sft on category 'fr', 20 answers are in languages that it does not cover: fr." in found.saw
