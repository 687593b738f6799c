"""The shell of every page: templates that escape all text, and style, script and policy that need no network.

Text of products and models is text: Jinja escapes all of it, and a content security policy that allows this page's own
style and script by their hashes, and nothing else, stands behind that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shoptune_reports import data_words
from shoptune_reports import format as figures
from shoptune_reports.chart import loss_chart
from shoptune_reports.slices import grids, is_certain, regressions, slice_keys

__all__ = ["render_page"]


def render_page(template: str, **shown: Any) -> str:
    """Return the template, which extends ``layout.html.j2``, filled with what is `shown`."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        _environment()
        .get_template(template)
        .render(
            **shown,
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
    )


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
        w=data_words,
        marks=figures.MARKS,
        loss_chart=loss_chart,
        regressions=regressions,
        grids=grids,
        is_certain=is_certain,
        slice_keys=slice_keys,
    )
    environment.filters["plain"] = figures.plain
    environment.tests["leaf"] = lambda anything: not isinstance(anything, Mapping | list | tuple)
    environment.tests["begins"] = str.startswith
    return environment


@cache
def _asset(name: str) -> str:
    return resources.files("shoptune_reports").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
