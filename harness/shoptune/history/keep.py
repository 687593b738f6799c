"""What is done when a run is finished: its reports are written and it goes into the history, unless both are there.

A run that finds what the last one found, and its reports as they were written, is no new run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.errors import StoreError
from shoptune.fingerprint import fingerprint
from shoptune.history.runs import add_run, last_as_written
from shoptune.plugins import Plugins
from shoptune.reporting.rendering import render
from shoptune.storage.store import Store

__all__ = ["render_and_keep"]


def render_and_keep(
    comparison: Comparison,
    formats: Sequence[str],
    plugins: Plugins,
    store: Store,
    reports: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """Render a finished run and add it to the history in its store; returns the reports' files.

    Whatever is wrong with the history is said, and harms no run.
    """
    sections = plugins.report_sections(comparison)
    found = _found(comparison, sections, formats, plugins)
    try:
        last = last_as_written(store.root, reports, found)
    except StoreError:  # said below, where the run can't be added either
        last = None
    if last is not None:
        entry, files = last
        say(f"nothing has changed since run {entry.number} of the history: its reports stand as they are")
        return files
    written = render(comparison, sections, formats, plugins, reports)
    try:
        kept = add_run(store.root, comparison, reports.as_posix(), found=found, written=written)
    except StoreError as error:
        say(f"warning: {error}. The run itself is complete, and its reports are written")
    else:
        say(f"this is run {kept.number} of the history (`shoptune history`)")
    return written


def _found(comparison: Comparison, sections: Sequence[Section], formats: Sequence[str], plugins: Plugins) -> str:
    """Return what names all that reports are made of: two runs that differ by moment and command line alone agree."""
    return fingerprint(
        {
            "comparison": comparison.model_dump_json(exclude={"provenance": {"created", "command"}}),
            "sections": [asdict(section) for section in sections],
            "formats": [[name, asdict(plugins.report_formats[name].plugin.identity())] for name in formats],
        }
    )
