"""The JSON report: the contract."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shoptune.comparison import SCHEMA_VERSION, Comparison
from shoptune_reports.formats.json import render_json
from shoptune_reports.plugin import register_report_formats


def read_back(files: dict[str, str]) -> Comparison:
    whole = json.loads(files["comparison.json"])
    whole["samples"] = [json.loads(line) for line in files["samples.jsonl"].split("\n") if line]
    return Comparison.model_validate(whole)


@pytest.mark.parametrize("name", ["comparison", "hostile"])
def test_what_is_written_reads_back_equal(name: str, request: pytest.FixtureRequest) -> None:
    comparison: Comparison = request.getfixturevalue(name)
    assert read_back(dict(render_json(comparison, []))) == comparison


def test_the_contracts_fields_are_there(comparison: Comparison) -> None:
    whole = json.loads(render_json(comparison, [])["comparison.json"])
    assert whole["schema_version"] == SCHEMA_VERSION
    assert whole["baseline"] == "base"
    assert "samples" not in whole
    assert {
        "task", "metric", "candidate", "value", "interval", "difference", "difference_interval", "verdict",
        "n", "invalid", "slice",
    } <= whole["results"][0].keys()  # fmt: skip


def test_keys_stand_in_the_contracts_order_and_lines_can_be_compared(comparison: Comparison) -> None:
    text = render_json(comparison, [])["comparison.json"]
    assert list(json.loads(text)) == [name for name in Comparison.model_fields if name != "samples"]
    assert text == render_json(Comparison.model_validate(comparison.model_dump()), [])["comparison.json"]
    assert text.startswith('{\n  "schema_version"')
    assert text.endswith("}\n")


def test_samples_are_one_a_line(comparison: Comparison) -> None:
    lines = render_json(comparison, [])["samples.jsonl"].split("\n")
    assert len(lines) == len(comparison.samples) + 1
    assert lines[-1] == ""
    assert json.loads(lines[0])["id"] == "p000"


def test_what_is_not_finite_is_null(build: Callable[..., Comparison]) -> None:
    comparison = build()
    broken = comparison.training[0].model_copy(
        update={"loss": [{"step": 1, "loss": float("nan")}], "info": {"peak": float("inf"), "list": [float("-inf")]}}
    )

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    whole = json.loads(render_json(build(training=[broken]), [])["comparison.json"], parse_constant=refuse)
    assert whole["training"][0]["loss"] == [{"step": 1, "loss": None}]
    assert whole["training"][0]["info"] == {"peak": None, "list": [None]}


def test_the_plugin_brings_all_formats() -> None:
    assert [kind.name for kind in register_report_formats()] == [
        "html", "markdown", "json", "csv", "junit", "openmetrics", "model_card",
    ]  # fmt: skip
