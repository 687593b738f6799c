"""The format ``html``: pages for people that need no network.  `shoptune_reports.html.page` makes them safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.data_report import DataReport
from shoptune_reports.charts.forest import forests
from shoptune_reports.html.page import CHARTS, render_page
from shoptune_reports.html.samples import PageSamples, page_samples
from shoptune_reports.html.task_view import TaskView, task_views
from shoptune_reports.html.training import training_section

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


def render_html(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``report.html``."""
    views = list(task_views(comparison))
    training = training_section(comparison)
    html = render_page(
        "report.html.j2",
        styles=_STYLES,
        scripts=_SCRIPTS,
        data={
            "forests": forests(view.task for view in views),
            "losses": [trained.curve for trained in training],
            "paretos": {view.task.name: view.pareto for view in views},
        },
        c=comparison,
        views=views,
        training=training,
        samples=_samples(comparison, views),
        sections=[(section.title, _markdown(section.markdown)) for section in sections],
    )
    return {"report.html": html}


def render_data_html(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.html``, which shows what ``report.html`` has under its heading *Data*."""
    html = render_page("data_page.html.j2", styles=("data.css",), experiment=experiment, reports=reports)
    return {"data.html": html}


def _samples(comparison: Comparison, views: Sequence[TaskView]) -> PageSamples:
    featured = [(view.task, view.recommendation.candidate or comparison.baseline) for view in views]
    return page_samples(featured, comparison.samples, comparison.provenance.seed)


def _markdown(text: str) -> Markup:
    """Render a section: no HTML, and neither images nor links, since this page points nowhere outside itself."""
    rules = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink", "reference"])
    )
    return Markup(rules.render(text))  # noqa: S704 - HTML in it is escaped
