"""The shell of every page: templates that escape all text, and styles, scripts, data and policy that need no network.

Text of products and models is text: Jinja escapes all of it, scripts put it into the page as text alone, and a content
security policy that allows this page's own styles and scripts by their hashes, and nothing else, stands behind that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic_core import to_json

from shoptune import formatting
from shoptune.task_results import is_certain
from shoptune_reports.charts.forest import forest
from shoptune_reports.html.anchors import Anchors
from shoptune_reports.html.key_metrics import RULE
from shoptune_reports.text import data as data_words
from shoptune_reports.text.gate_names import asks
from shoptune_reports.text.provenance import in_words, install, noise, noise_floor, runs
from shoptune_reports.text.slices import grids, regressions, slice_keys
from shoptune_reports.text.themes import themes, title

__all__ = ["CHARTS", "render_page"]

CHARTS = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "data.js", "drawing.js")
"""The scripts that those of charts need before them."""

_STYLES = ("base.css", "frame.css")
_LAST_STYLES = ("print.css",)
_FIRST_SCRIPT = "theme.js"
"""It stands in the head, so that a page never shows in the other colours first."""
_SCRIPTS = ("links.js", "sections.js", "folded.js")

_PLOT_STYLE = """\
:where(.plot-d6a7b5) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.plot-d6a7b5 text),
:where(.plot-d6a7b5 tspan) {
  white-space: pre;
}"""
"""What Observable Plot 0.6.17 puts into each of its charts, word for word; its hash lets it stand there."""

_IN_SCRIPT = str.maketrans(
    {c: f"\\u{ord(c):04x}" for c in ("<", ">", "&", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}")}
)
"""Nothing in JSON that is so written ends the script element around it."""


def render_page(
    template: str,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    **shown: Any,
) -> str:
    """Return the template, which extends ``layout.html.j2``, filled with what is `shown`.

    Args:
        template: Its file in ``templates/``.
        styles: Files of ``assets/`` beside those that every page has.
        scripts: The same, in the order in which they run; start with `CHARTS` where there are charts.
        data: What the scripts read, by name: mappings, sequences, dataclasses and pydantic models of strings and
            numbers.  A number that is not finite becomes null.
        shown: What the template names.

    """
    all_styles = [_asset(name) for name in (*_STYLES, *styles, *_LAST_STYLES)]
    first_script, *other_scripts = (_asset(name) for name in (_FIRST_SCRIPT, *_SCRIPTS, *scripts))
    return (
        _environment()
        .get_template(template)
        .render(
            **shown,
            anchor=Anchors(),
            styles=all_styles,
            first_script=first_script,
            scripts=other_scripts,
            data=None if data is None else as_data(data),
            policy=_policy([*all_styles, _PLOT_STYLE], [first_script, *other_scripts]),
        )
    )


def as_data(anything: object) -> Markup:
    """Write what a script element of type ``application/json`` may hold."""
    text = to_json(anything, inf_nan_mode="null").decode().translate(_IN_SCRIPT)
    return Markup(text)  # noqa: S704 - what could be markup was escaped


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
        asks=asks,
        f=formatting,
        forest=forest,
        themes=themes,
        theme_title=title,
        w=data_words,
        marks=formatting.MARKS,
        in_words=in_words,
        install=install,
        noise=noise,
        quality_rule=RULE,
        runs=runs,
        regressions=regressions,
        grids=grids,
        is_certain=is_certain,
        noise_floor=noise_floor,
        slice_keys=slice_keys,
    )
    environment.filters["plain"] = formatting.plain
    environment.filters["breakable"] = _breakable
    environment.tests["leaf"] = lambda anything: not isinstance(anything, Mapping | list | tuple)
    environment.tests["begins"] = str.startswith
    return environment


def _breakable(name: str) -> Markup:
    """Let a long name of several words go on in a second line after an underscore."""
    return Markup("_<wbr>").join(name.split("_"))


@cache
def _asset(name: str) -> Markup:
    text = resources.files("shoptune_reports").joinpath("assets", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - a file of this package


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(map(_hash, styles))}",
            f"script-src {' '.join(map(_hash, scripts))}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
