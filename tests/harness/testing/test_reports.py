"""The contract of report formats: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from shoptune.components import (
    ReportFormat,
)
from shoptune.testing import (
    check_report_format,
)
from tests.harness.testing.faults import broken


def report(name: str, write: Callable[[str], str]) -> ReportFormat:
    def render(comparison: Any, sections: Any) -> dict[str, str]:
        return {name: "\n".join(write(c.name) for c in comparison.candidates)}

    return ReportFormat(name="names", summary="Names", render=render)


def as_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


HEALTHY_REPORTS = [
    report("names.html", lambda name: f"<p>{html.escape(name)}</p>"),
    report("names.md", lambda name: "\n".join(f"    {line}" for line in name.splitlines())),
    report("names.csv", lambda name: as_cell("'" + name)),
    report("names.jsonl", json.dumps),
    report("names.txt", lambda name: name.encode("unicode_escape").decode()),
]
FAULTY_REPORTS = [
    ("it escapes", report("names.html", lambda name: f"<p>{name}</p>")),
    ("it escapes", report("names.html", lambda name: f"<script>{json.dumps(name)}</script>")),
    ("it escapes", report("names.html", lambda name: f"<a title='{html.escape(name, quote=False)}'></a>")),
    ("it escapes", report("names.md", lambda name: name)),
    ("it escapes", report("names.md", lambda name: name.replace("<", "&lt;").replace("|", "\\|"))),
    ("it escapes", report("names.csv", lambda name: as_cell(name.removeprefix("base").removeprefix("tuned")))),
    ("it escapes", report("names.json", lambda name: f'"{name}"')),
    ("it escapes", report("names.xml", lambda name: f"<name>{name}</name>")),
    ("it escapes", report("names.txt", lambda name: name)),
    ("it renders the same again", report("names.txt", lambda name: f"{time.perf_counter_ns()}")),
    ("it writes files of its folder", report("../names.txt", lambda name: "")),
]


@pytest.mark.parametrize("report_format", HEALTHY_REPORTS)
def test_a_healthy_report_format_passes(report_format: ReportFormat) -> None:
    check_report_format(report_format)


@pytest.mark.parametrize(("check", "report_format"), FAULTY_REPORTS)
def test_a_faulty_report_format_is_found(check: str, report_format: ReportFormat) -> None:
    assert check in broken(lambda: check_report_format(report_format))
