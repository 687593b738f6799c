"""What gates on counts and costs see and decide.  All figures are invented."""

from __future__ import annotations

from typing import Any

import pytest

from shoptune.comparison import (
    Cost,
)
from shoptune.costs import cost_of
from shoptune.deciding.decide import decide
from shoptune.prices import Prices
from tests.harness.gated import METRICS, comparison, gate, info, judged, result, spaced


class TestInvalid:
    @pytest.mark.parametrize(("value", "expected"), [(0.25, "passed"), (0.24, "failed")])
    def test_is_the_share_of_answers_that_do_not_parse(self, value: float, expected: str) -> None:
        verdict = judged(gate("at_most", "invalid", value=value), *[result(m.name, invalid=12, n=3) for m in METRICS])
        assert (verdict.outcome, spaced(verdict.saw)) == (
            expected,
            f"12 of 48 answers of sft do not parse, 25.0 %; asked is at most {100 * value:.0f} %.",
        )

    def test_counts_the_answers_to_every_prompt(self) -> None:
        (task,) = comparison([]).tasks
        twice = [task.model_copy(update={"prompts": ["own", "polite"]})]
        found = [result(m.name, invalid=24) for m in METRICS]
        assert judged(gate("at_most", "invalid", value=0.25), *found, tasks=twice).outcome == "passed"

    def test_without_any_result(self) -> None:
        asked = gate("at_most", "invalid", value=0)
        (verdict,) = decide(comparison([]).model_copy(update={"results": []}), [asked], slices=None).gates
        assert (verdict.outcome, verdict.saw) == ("inconclusive", "Of sft nothing was measured on description.")

    def test_a_metric_of_that_name_comes_first(self) -> None:
        of_task = [*METRICS, info("invalid", higher_is_better=False)]
        found = result("invalid", difference_interval=(0.09, 0.15), value=0.5)
        assert judged(gate("not_be_worse", "invalid"), found, metrics=of_task).saw.startswith("invalid of sft is 50.0")


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

    def test_great_figures_are_written_out(self) -> None:
        long = [cost.model_copy(update={"seconds": 1_234_567.0}) for cost in costs()]
        verdict = judged(gate("at_most", None, cost="tune_seconds", value=2_500_000), cost=long)
        assert verdict.saw == "tune_seconds of sft is 1,234,567; asked is at most 2,500,000."

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
