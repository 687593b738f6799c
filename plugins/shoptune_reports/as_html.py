"""The format ``html``: one page for people, with its style and script in it, that needs no network.

Text of products and models is text: Jinja escapes all of it, and a content security policy that allows this page's own
style and script by their hashes, and nothing else, stands behind that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune_reports import format as figures
from shoptune_reports.board import Board, boards
from shoptune_reports.chart import loss_chart
from shoptune_reports.selection import Shown, select
from shoptune_reports.slices import grids, is_certain, regressions, slice_keys
from shoptune_reports.verdict import Judgement, judge

__all__ = ["SAMPLES_SHOWN", "render_html"]

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
    style, script = _asset("report.css"), _asset("report.js")
    page = _environment().get_template("report.html.j2")
    html = page.render(
        c=comparison,
        views=_views(comparison),
        sections=[(section.title, _markdown(section.markdown)) for section in sections],
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
    )
    return {"report.html": html}


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


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("shoptune_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        f=figures,
        marks=figures.MARKS,
        loss_chart=loss_chart,
        regressions=regressions,
        grids=grids,
        is_certain=is_certain,
        slice_keys=slice_keys,
    )
    environment.filters["plain"] = figures.plain
    environment.tests["leaf"] = lambda anything: not isinstance(anything, Mapping | list | tuple)
    return environment


@cache
def _asset(name: str) -> str:
    return resources.files("shoptune_reports").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _markdown(text: str) -> Markup:
    """Render a section: no HTML, and neither images nor links, since this page points nowhere outside itself."""
    rules = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink", "reference"])
    )
    return Markup(rules.render(text))  # noqa: S704 - HTML in it is escaped
