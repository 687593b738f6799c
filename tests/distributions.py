"""Distributions of strangers' plugins, as pip would leave them on the path."""

from __future__ import annotations

from pathlib import Path

__all__ = ["HEAD", "METRIC", "write_distribution"]

HEAD = "from shoptune import hookimpl\n__version__ = '9.8'\n"
METRIC = """
from shoptune.components import CorpusMetric, NoOptions

@hookimpl
def register_metrics():
    return [CorpusMetric(name="mine", summary="", options=NoOptions, value=lambda e, o: 0.0, higher_is_better=None)]
"""
"""A plugin that works and brings the metric ``mine``."""


def write_distribution(site: Path, name: str, source: str, module: str | None = None) -> str:
    """Write a distribution, version 2.1, with one module, and return the module's name.

    `site` is to be put on the path; the module is announced by an entry point of the group ``shoptune``.
    """
    module = module or f"{name}_plugin"
    file = site / (module.replace(".", "/") + ".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + source, "utf-8")
    info = site / f"{name}-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text(f"[shoptune]\n{name} = {module}\n")
    return module
