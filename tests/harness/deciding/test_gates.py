"""Which gates are refused, and which exit code they give a build.  All figures are invented."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.deciding.decide import decide
from shoptune.deciding.gates import Gate, check_gates, exit_code
from shoptune.errors import UsageError
from tests.harness.gated import METRICS, comparison, gate, judged, result


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
            ({"must": "at_most", "value": 1, "cost": "tune_seconds"}, "either a 'metric' or a 'cost', .*; found both"),
            ({"must": "at_most", "value": 1, "metric": None}, "unless it says 'must: be_recommended'; found neither"),
            ({"must": "at_most", "value": 1, "metric": None, "cost": "seconds"}, "seconds_per_thousand"),
            ({"must": "be_better", "metric": None, "cost": "tune_seconds"}, "'cost' has no interval: use 'at_most'"),
            (
                {"must": "at_most", "value": 1, "metric": None, "cost": "tune_seconds", "slice": "worst"},
                "'cost' is known for all samples together",
            ),
            *[
                (
                    {"must": "be_recommended", **extra},
                    f"'must: be_recommended' is about all metrics and samples together: leave out {said}",
                )
                for extra, said in (
                    ({}, "metric"),
                    ({"value": 1, "margin": 0.1}, "margin, metric and value"),
                    ({"cost": "tune_seconds", "slice": "worst"}, "cost, metric and slice"),
                )
            ],
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
            decide(comparison([result()]), [wrong], slices=["category"])

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
