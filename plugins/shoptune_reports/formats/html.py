"""The format ``html``: pages for people that need no network.  `shoptune_reports.html.page` makes them safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.data_report import DataReport
from shoptune_reports.board import Board, boards
from shoptune_reports.charts.forest import forests
from shoptune_reports.conclusion import conclude
from shoptune_reports.html.page import CHARTS, render_page
from shoptune_reports.html.samples import PageSamples, page_samples
from shoptune_reports.sections.cost_section import cost_section
from shoptune_reports.sections.training import training_section
from shoptune_reports.verdict import Judgement, judge

__all__ = ["render_data_html", "render_html"]

_STYLES = ("verdict.css", "comparison.css", "slices.css", "samples.css", "data.css", "charts.css")
_SAMPLES = (
    "vendor/diff.min.js",
    "make.js",
    "figures.js",
    "samples_text.js",
    "samples_choice.js",
    "samples_view.js",
    "samples_asked.js",
    "samples_controls.js",
    "samples.js",
)
_SCRIPTS = (*CHARTS, "forest.js", "loss.js", *_SAMPLES, "pareto.js", "copy.js")


@dataclass(frozen=True, slots=True)
class TaskView:
    """What the page shows of one task."""

    board: Board
    judgement: Judgement


def render_html(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``report.html``."""
    views = _views(comparison)
    html = render_page(
        "report.html.j2",
        styles=_STYLES,
        scripts=_SCRIPTS,
        data={
            "forests": forests(view.board for view in views),
            "losses": [trained.curve for trained in training_section(comparison)],
            "paretos": {
                part.board.task.name: part.pareto for part in cost_section(comparison, (view.board for view in views))
            },
        },
        c=comparison,
        views=views,
        conclusion=conclude(comparison, {view.board.task.name: view.judgement for view in views}),
        samples=_samples(comparison, views),
        sections=[(section.title, _markdown(section.markdown)) for section in sections],
    )
    return {"report.html": html}


def render_data_html(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.html``, which shows what ``report.html`` has under its heading *Data*."""
    html = render_page("data_page.html.j2", styles=("data.css",), experiment=experiment, reports=reports)
    return {"data.html": html}


def _views(comparison: Comparison) -> list[TaskView]:
    return [TaskView(board, judge(board, comparison)) for board in boards(comparison)]


def _samples(comparison: Comparison, views: Sequence[TaskView]) -> PageSamples:
    standings = ((view.board, view.judgement.standing) for view in views)
    featured = {
        board.task.name: (board, standing.candidate.name if standing else comparison.baseline)
        for board, standing in standings
    }
    return page_samples(featured, comparison.samples, comparison.provenance.seed)


def _markdown(text: str) -> Markup:
    """Render a section: no HTML, and neither images nor links, since this page points nowhere outside itself."""
    rules = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink", "reference"])
    )
    return Markup(rules.render(text))  # noqa: S704 - HTML in it is escaped
