"""What this plugin brings: the report formats, one for people and the rest for where a build's outcome is shown."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shoptune.components import ReportFormat

__all__ = ["register_report_formats"]


def _function(module: str, name: str) -> Callable[..., Mapping[str, str]]:
    """Return a format's function, whose module and libraries come when it is called: most commands render nothing."""

    def render(*content: Any) -> Mapping[str, str]:
        rendered: Mapping[str, str] = getattr(import_module(f"shoptune_reports.formats.{module}"), name)(*content)
        return rendered

    return render


@hookimpl
def register_report_formats() -> list[ReportFormat]:
    """Bring the formats."""
    from shoptune.components import ReportFormat

    return [
        ReportFormat(
            name="html",
            summary="One page for people: report.html, needs no network",
            render=_function("html", "render_html"),
            render_data=_function("html", "render_data_html"),
            render_history=_function("history_html", "render_history_html"),
        ),
        ReportFormat(
            name="markdown",
            summary="A summary for a pull request: report.md, at most 65,536 characters",
            render=_function("markdown", "render_markdown"),
            render_data=_function("markdown", "render_data_markdown"),
        ),
        ReportFormat(
            name="json",
            summary="The contract for programs: comparison.json and samples.jsonl",
            render=_function("json", "render_json"),
            render_data=_function("json", "render_data_json"),
        ),
        ReportFormat(
            name="csv",
            summary="Tables for a spreadsheet: results.csv and samples.csv, safe against formulas",
            render=_function("csv", "render_csv"),
        ),
        ReportFormat(
            name="junit",
            summary="Gates and results as test cases of a CI server: junit.xml",
            render=_function("junit", "render_junit"),
        ),
        ReportFormat(
            name="openmetrics",
            summary="Figures for GitLab's metrics report and for Prometheus: metrics.txt",
            render=_function("openmetrics", "render_openmetrics"),
        ),
        ReportFormat(
            name="model_card",
            summary="A Hugging Face model card for each tuned candidate: model_cards/CANDIDATE/README.md",
            render=_function("model_card", "render_model_card"),
        ),
    ]
