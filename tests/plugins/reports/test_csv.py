"""The CSV report, read back as a spreadsheet and as a program would."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings

from shoptune.comparison import Comparison, PromptSensitivity
from shoptune.testing.hostile import CONTROLS, everywhere
from shoptune_reports.formats.csv import render_csv
from shoptune_reports.text.plain import printable
from tests.plugins.reports.hostile import texts

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
]


def rows(comparison: Comparison, name: str) -> list[dict[str, str]]:
    text = render_csv(comparison, [])[name]
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def numbers(row: dict[str, str], *names: str) -> list[float | None]:
    return [float(row[name]) if row[name] else None for name in names]


def test_every_result_is_a_line_with_all_its_digits(comparison: Comparison) -> None:
    found = rows(comparison, "results.csv")
    assert len(found) == len(comparison.results)
    for row, result in zip(found, comparison.results, strict=True):
        assert (row["task"], row["metric"], row["candidate"]) == (result.task, result.metric, result.candidate)
        assert numbers(row, "value", "difference", "p_value", "p_adjusted") == [
            result.value, result.difference, result.p_value, result.p_adjusted,
        ]  # fmt: skip
        assert numbers(row, "low", "high") == list(result.interval or (None, None))
        assert numbers(row, "difference_low", "difference_high") == list(result.difference_interval or (None, None))
        assert row["verdict"] == (result.verdict or "")
        assert (row["n"], row["invalid"]) == (str(result.n), str(result.invalid))
        assert (row["slice_by"], row["slice"]) == ((result.slice.by, result.slice.value) if result.slice else ("", ""))
    directions = {row["metric"]: row["better_is"] for row in found}
    assert (directions["chrf"], directions["copy_rate"], directions["words"]) == ("higher", "lower", "")


def test_the_recommendation_is_a_line_for_all_tasks_and_one_for_each(comparison: Comparison) -> None:
    over_all, task = rows(comparison, "recommendation.csv")
    (found,) = comparison.recommendation.tasks
    assert (over_all["task"], over_all["decision"], over_all["recommended"]) == ("", "ship", "sft")
    assert (over_all["headline"], over_all["reason"]) == (found.headline, found.reason)
    assert (task["task"], task["candidate"], task["cautions"]) == ("description", "sft", " ".join(found.cautions))


def test_how_far_prompts_lie_apart_is_there(comparison: Comparison) -> None:
    apart = PromptSensitivity(prompts=3, lowest=0.28, highest=0.32, deviation=0.02)
    first = comparison.results[0].model_copy(update={"prompt_sensitivity": apart})
    row = rows(comparison.model_copy(update={"results": [first]}), "results.csv")[0]
    assert numbers(row, "prompts", "prompts_lowest", "prompts_highest", "prompts_deviation") == [3, 0.28, 0.32, 0.02]


def test_a_negative_number_stays_one(comparison: Comparison) -> None:
    negative = [row["difference"] for row in rows(comparison, "results.csv") if row["difference"].startswith("-")]
    assert negative
    assert all(float(number) < 0 for number in negative)


def test_every_answer_is_a_line(comparison: Comparison) -> None:
    found = rows(comparison, "samples.csv")
    assert len(found) == len(comparison.samples) * len(comparison.candidates)
    sample, row = comparison.samples[0], found[3]
    assert (row["id"], row["candidate"], row["text"]) == (sample.id, "sft", sample.answers["sft"].text)
    assert (row["prompt"], row["finish"]) == (sample.prompt, "stop")
    assert json.loads(row["facts"]) == sample.facts
    assert json.loads(row["references"]) == sample.references
    assert json.loads(row["slices"]) == sample.slices
    assert float(row["value of rouge_l"]) == sample.answers["sft"].values["rouge_l"]
    assert found[1]["value of attribute_coverage"] == ""


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_is_a_formula(comparison: Comparison, formula: str) -> None:
    changed = everywhere(comparison, formula)
    for row in rows(changed, "samples.csv"):
        assert row["id"].startswith("'" + formula)
        assert row["text"] == row["prompt"] == "'" + formula
    assert {row["slice_by"] for row in rows(changed, "results.csv")} == {"", "'" + formula}


def test_what_is_not_finite_is_empty(comparison: Comparison) -> None:
    broken = comparison.results[0].model_copy(update={"value": float("nan"), "difference": float("-inf")})
    row = rows(comparison.model_copy(update={"results": [broken]}), "results.csv")[0]
    assert (row["value"], row["difference"]) == ("", "")


def test_hostile_text_stays_in_its_cell(hostile: Comparison) -> None:
    (sample,) = hostile.samples
    found = rows(hostile, "samples.csv")
    assert len(found) == len(hostile.candidates)
    assert {row["text"] for row in found} == {sample.id}
    assert json.loads(found[0]["facts"]) == sample.facts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_reads_back(comparison: Comparison, text: str) -> None:
    for row in rows(everywhere(comparison, text), "samples.csv"):
        assert row["text"].removeprefix("'") == printable(text).removeprefix("'")
        assert None not in row


def test_control_characters_read_back(comparison: Comparison) -> None:
    assert rows(everywhere(comparison, "a" + CONTROLS), "samples.csv")[0]["text"] == "a" + printable(CONTROLS)
