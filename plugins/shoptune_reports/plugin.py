"""What this plugin brings: the report formats, one for people and the rest for where a build's outcome is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from shoptune.components import ReportFormat

__all__ = ["register_report_formats"]


@hookimpl
def register_report_formats() -> list[ReportFormat]:
    """Bring the formats."""
    from shoptune.components import ReportFormat
    from shoptune_reports.formats.csv import render_csv
    from shoptune_reports.formats.history_html import render_history_html
    from shoptune_reports.formats.html import render_data_html, render_html
    from shoptune_reports.formats.json import render_data_json, render_json
    from shoptune_reports.formats.junit import render_junit
    from shoptune_reports.formats.markdown import render_data_markdown, render_markdown
    from shoptune_reports.formats.model_card import render_model_card
    from shoptune_reports.formats.openmetrics import render_openmetrics

    return [
        ReportFormat(
            name="html",
            summary="One page for people: report.html, needs no network",
            render=render_html,
            render_data=render_data_html,
            render_history=render_history_html,
        ),
        ReportFormat(
            name="markdown",
            summary="A summary for a pull request: report.md, at most 65,536 characters",
            render=render_markdown,
            render_data=render_data_markdown,
        ),
        ReportFormat(
            name="json",
            summary="The contract for programs: comparison.json and samples.jsonl",
            render=render_json,
            render_data=render_data_json,
        ),
        ReportFormat(
            name="csv",
            summary="Tables for a spreadsheet: recommendation.csv, results.csv and samples.csv, safe against formulas",
            render=render_csv,
        ),
        ReportFormat(
            name="junit",
            summary="Gates and results as test cases of a CI server: junit.xml",
            render=render_junit,
        ),
        ReportFormat(
            name="openmetrics",
            summary="Figures for GitLab's metrics report and for Prometheus: metrics.txt",
            render=render_openmetrics,
        ),
        ReportFormat(
            name="model_card",
            summary="A Hugging Face model card for each tuned candidate: model_cards/CANDIDATE/README.md",
            render=render_model_card,
        ),
    ]
