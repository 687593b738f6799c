"""The format ``html``: pages for people that need no network.  See `shoptune_reports.page` for what makes them safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.data_report import DataReport
from shoptune_reports.board import Board, boards
from shoptune_reports.page import render_page
from shoptune_reports.selection import Shown, select
from shoptune_reports.verdict import Judgement, judge

__all__ = ["SAMPLES_SHOWN", "render_data_html", "render_html"]

SAMPLES_SHOWN = 60
"""So many samples the page holds; ``samples.jsonl`` holds all."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """What the page shows of one task."""

    board: Board
    judgement: Judgement
    samples: tuple[Shown, ...]
    samples_total: int


def render_html(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``report.html``."""
    html = render_page(
        "report.html.j2",
        c=comparison,
        views=_views(comparison),
        sections=[(section.title, _markdown(section.markdown)) for section in sections],
    )
    return {"report.html": html}


def render_data_html(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.html``, which shows what ``report.html`` has under its heading *Data*."""
    return {"data.html": render_page("data_page.html.j2", experiment=experiment, reports=reports)}


def _views(comparison: Comparison) -> list[TaskView]:
    each = SAMPLES_SHOWN // max(len(comparison.tasks), 1)
    views = []
    for board in boards(comparison):
        judgement = judge(board, comparison.gates)
        featured = judgement.standing.candidate.name if judgement.standing else comparison.baseline
        views.append(
            TaskView(
                board,
                judgement,
                select(board, comparison.samples, featured, each, comparison.provenance.seed),
                sum(sample.task == board.task.name for sample in comparison.samples),
            )
        )
    return views


def _markdown(text: str) -> Markup:
    """Render a section: no HTML, and neither images nor links, since this page points nowhere outside itself."""
    rules = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink", "reference"])
    )
    return Markup(rules.render(text))  # noqa: S704 - HTML in it is escaped
