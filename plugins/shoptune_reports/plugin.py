"""What this plugin brings: the report formats ``html``, ``markdown`` and ``json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from shoptune.components import ReportFormat

__all__ = ["register_report_formats"]


@hookimpl
def register_report_formats() -> list[ReportFormat]:
    """Bring the three formats."""
    from shoptune.components import ReportFormat
    from shoptune_reports.as_html import render_data_html, render_html
    from shoptune_reports.as_json import render_data_json, render_json
    from shoptune_reports.as_markdown import render_data_markdown, render_markdown

    return [
        ReportFormat(
            name="html",
            summary="One page for people: report.html, needs no network",
            render=render_html,
            render_data=render_data_html,
        ),
        ReportFormat(
            name="markdown",
            summary="A summary for a pull request: report.md, under 65,536 characters",
            render=render_markdown,
            render_data=render_data_markdown,
        ),
        ReportFormat(
            name="json",
            summary="The contract for programs: comparison.json and samples.jsonl",
            render=render_json,
            render_data=render_data_json,
        ),
    ]
