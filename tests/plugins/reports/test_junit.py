"""The JUnit report, held against a schema and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from junitparser import Failure, JUnitXml, Skipped, TestCase
from lxml import etree  # type: ignore[import-untyped]

from shoptune.comparison import Comparison, PromptSensitivity, Slice
from shoptune.testing.hostile import CONTROLS, everywhere
from shoptune_reports.formats.junit import render_junit
from tests.plugins.reports.hostile import texts

Build = Callable[..., Comparison]

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def render(comparison: Comparison) -> bytes:
    return render_junit(comparison, [])["junit.xml"].encode()


def valid(comparison: Comparison) -> JUnitXml:
    """Read the report back once the schema allows it."""
    written = render(comparison)
    SCHEMA.assertValid(etree.fromstring(written))
    report = JUnitXml.fromstring(written)
    assert isinstance(report, JUnitXml)
    return report


def cases(comparison: Comparison, suite: str) -> dict[str | None, TestCase]:
    (found,) = [s for s in valid(comparison) if s.name == suite]
    return {f"{case.classname} {case.name}": case for case in found}


@pytest.mark.parametrize("broken", ["<testsuites skipped='1'/>", "<testsuites><testsuite name='a'/></testsuites>"])
def test_the_schema_refuses_what_jenkins_does(broken: str) -> None:
    assert not SCHEMA.validate(etree.fromstring(broken))


def test_there_is_a_case_per_gate_and_per_metric_and_candidate(comparison: Comparison) -> None:
    report = valid(comparison)
    assert [(s.name, s.tests, s.failures, s.skipped) for s in report] == [
        ("gates", 2, 1, 0),
        ("recommendation", 1, 0, 0),
        ("description", len(comparison.metrics) * len(comparison.candidates), 0, 0),
    ]
    assert (report.tests, report.failures, report.errors) == (53, 1, 0)
    (*_, results) = report
    properties = results.properties()  # type: ignore[no-untyped-call]
    assert {p.name: p.value for p in properties} == {
        "baseline": "base", "scored on": "test", "examples": "48", "groups": "48",
    }  # fmt: skip
    assert results.timestamp == "2026-03-14T09:26:53Z"


def test_a_gate_that_is_not_met_fails_with_what_it_saw(build: Build, comparison: Comparison) -> None:
    passed, doubtful = comparison.gates
    failed = passed.model_copy(update={"candidate": "dpo", "outcome": "failed", "saw": "rouge_l of dpo is 0.1"})
    found = cases(build(gates=[passed, doubtful, failed]), "gates")
    assert list(found) == [
        "gates description: rouge_l of sft must be better",
        "gates description: unsupported_claims of dpo must not be worse",
        "gates description: rouge_l of dpo must be better",
    ]
    first, second, third = found.values()
    assert first.is_passed
    assert first.system_out == passed.saw
    assert [(type(r), r.type, r.message, r.text) for r in second.result] == [
        (Failure, "inconclusive", doubtful.saw, doubtful.saw)
    ]
    assert [(type(r), r.type, r.message) for r in third.result] == [(Failure, "failed", "rouge_l of dpo is 0.1")]


def test_doubt_that_a_gate_allows_is_skipped(build: Build, comparison: Comparison) -> None:
    allowed = comparison.gates[1].model_copy(update={"on_inconclusive": "pass"})
    (case,) = cases(build(gates=[allowed]), "gates").values()
    assert [(type(r), r.message) for r in case.result] == [(Skipped, allowed.saw)]


def test_a_gate_on_a_slice_is_named_after_it(build: Build, comparison: Comparison) -> None:
    gate = comparison.gates[0].model_copy(update={"slice": Slice(by="category", value="Hats")})
    assert list(cases(build(gates=[gate]), "gates")) == [
        "gates description: rouge_l of sft must be better (category: Hats)"
    ]


def test_a_gate_on_the_worst_slice_keeps_its_name(build: Build, comparison: Comparison) -> None:
    names: list[str] = []
    for value, by in (("Hats", None), ("Bags", None), ("Bags", "category")):
        found = {"slice": Slice(by="category", value=value), "worst": True, "worst_by": by}
        names += map(str, cases(build(gates=[comparison.gates[0].model_copy(update=found)]), "gates"))
    asked = "gates description: rouge_l of sft must be better"
    assert names == [f"{asked} (worst slice)", f"{asked} (worst slice)", f"{asked} (worst category)"]


def test_a_limit_is_part_of_what_a_gate_asks(build: Build, comparison: Comparison) -> None:
    gate = comparison.gates[0]
    limit = gate.model_copy(update={"must": "at_most", "value": 0.25})
    margin = gate.model_copy(update={"must": "not_be_worse", "margin": 0.02})
    assert list(cases(build(gates=[limit, margin]), "gates")) == [
        "gates description: rouge_l of sft must be at most 0.25",
        "gates description: rouge_l of sft must not be worse by more than 0.02",
    ]


def test_no_two_gates_have_one_name(build: Build, comparison: Comparison) -> None:
    gate = comparison.gates[0]
    names = list(cases(build(gates=[gate, gate, gate]), "gates"))
    assert names == [f"gates description: rouge_l of sft must be better{n}" for n in ("", " (2)", " (3)")]


def test_the_recommendation_is_a_case_per_task_and_never_fails(comparison: Comparison) -> None:
    (case,) = cases(comparison, "recommendation").values()
    assert (case.name, case.is_passed) == ("description", True)
    found = comparison.recommendation
    assert case.system_out == f"{found.headline}\n{found.tasks[0].reason}"
    several = found.model_copy(
        update={"headline": "So so.", "tasks": [*found.tasks, found.tasks[0].model_copy(update={"task": "title"})]}
    )
    said = cases(comparison.model_copy(update={"recommendation": several}), "recommendation")
    assert [case.name for case in said.values()] == ["all tasks", "description", "title"]
    assert str(said["recommendation all tasks"].system_out).startswith("So so.\n")


def test_a_gate_on_the_recommendation_names_no_metric(build: Build, comparison: Comparison) -> None:
    gate = comparison.gates[0].model_copy(update={"metric": "recommendation", "must": "be_recommended"})
    assert list(cases(build(gates=[gate]), "gates")) == ["gates description: sft must be recommended"]


def test_a_result_says_all_and_a_worse_one_is_no_failure(comparison: Comparison) -> None:
    found = cases(comparison, "description")
    gain, loss = found["description.rouge_l sft"], found["description.copy_rate few_shot"]
    assert gain.system_out is not None
    assert gain.system_out.split("\n") == [
        "value: 0.313",
        "95 % interval: [0.291, 0.335]",
        "difference to base: +0.144",
        "interval of the difference: [+0.122, +0.166]",
        "verdict: better (p = 0.01 after correction)",
        "samples: 48, of which 0 invalid",
    ]
    assert loss.system_out is not None
    assert "verdict: worse" in loss.system_out
    assert loss.is_passed


def test_a_p_value_is_written_as_gates_write_it(build: Build, comparison: Comparison) -> None:
    result = comparison.result("description", "rouge_l", "sft").model_copy(update={"p_adjusted": 1.9e-9})
    (case,) = cases(build(results=[result]), "description").values()
    assert "verdict: better (p < 0.001 after correction)" in str(case.system_out)


def test_how_far_prompts_lie_apart_is_said(build: Build, comparison: Comparison) -> None:
    apart = PromptSensitivity(prompts=3, lowest=0.28, highest=0.32, deviation=0.02)
    result = comparison.result("description", "rouge_l", "sft").model_copy(update={"prompt_sensitivity": apart})
    (case,) = cases(build(results=[result]), "description").values()
    assert "\nover 3 prompts: 0.280 to 0.320 (sd 0.020)\n" in str(case.system_out)


def test_what_could_not_be_measured_is_skipped(build: Build, comparison: Comparison) -> None:
    results = [r.model_copy(update={"value": None}) if r.metric == "limits" else r for r in comparison.results]
    found = cases(build(results=results), "description")
    assert [type(r) for r in found["description.limits sft"].result] == [Skipped]
    assert found["description.limits sft"].system_out is None
    assert sum(case.is_skipped for case in found.values()) == len(comparison.candidates)


def test_a_comparison_without_gates_is_valid(build: Build) -> None:
    (gates, *_) = valid(build(gates=[]))
    assert (gates.name, gates.tests) == ("gates", 0)


def test_hostile_text_stays_text(hostile: Comparison, comparison: Comparison) -> None:
    gates = cases(hostile, "gates").values()
    assert all(hostile.gates[0].must.replace("_", " ") in str(case.name) for case in gates)
    (suite, *_) = valid(everywhere(comparison, CONTROLS))
    shown = "\N{REPLACEMENT CHARACTER}" * 7 + "\x7f" + "\N{REPLACEMENT CHARACTER}" * 2 + CONTROLS[10:]
    assert [case.system_out for case in suite if case.is_passed] == [comparison.gates[0].saw + shown]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_is_valid(comparison: Comparison, text: str) -> None:
    valid(everywhere(comparison, text))
