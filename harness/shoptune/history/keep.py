"""What is done when a run is finished: its reports are written and it goes into the history, unless both are there.

A run that finds what the last one found, and its reports as they were written, is no new run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.errors import StoreError
from shoptune.fingerprint import fingerprint
from shoptune.history.runs import Entry, add_run, last_as_written
from shoptune.plugins import Plugins
from shoptune.reporting.rendering import render
from shoptune.storage.store import Store

__all__ = ["last_run", "render_and_keep"]


def render_and_keep(
    comparison: Comparison,
    basis: str,
    formats: Sequence[str],
    plugins: Plugins,
    store: Store,
    reports: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """Render a finished run and add it to the history in its store; returns the reports' files.

    `basis` names what the comparison was made of.  Whatever is wrong with the history is said, and harms no run.
    """
    sections = plugins.report_sections(comparison)
    found = fingerprint([basis, [asdict(section) for section in sections]]) if sections else basis
    if standing := _standing(found, store, reports, say):
        return standing[1]
    written = render(comparison, sections, formats, plugins, reports)
    try:
        kept = add_run(store.root, comparison, reports.as_posix(), found=found, written=written)
    except StoreError as error:
        say(f"warning: {error}. The run itself is complete, and its reports are written")
    else:
        say(f"this is run {kept.number} of the history (`shoptune history`)")
    return written


def last_run(
    basis: str, plugins: Plugins, store: Store, reports: Path, say: Callable[[str], None]
) -> tuple[Comparison, list[Path]] | None:
    """Return the last run's comparison and its reports' files where a run of the same basis would only repeat them.

    None otherwise, and where a plugin is to be told of the comparison: it gets it with the samples, which the history
    does not keep.
    """
    if plugins.implement("report_sections") or plugins.implement("after_run"):
        return None
    standing = _standing(basis, store, reports, say)
    return standing and (standing[0].read().comparison, standing[1])


def _standing(found: str, store: Store, reports: Path, say: Callable[[str], None]) -> tuple[Entry, list[Path]] | None:
    """Return the last run and its reports' files where they stand as they were written, and say so."""
    try:
        last = last_as_written(store.root, reports, found)
    except StoreError:  # said where the run can't be added either
        return None
    if last is not None:
        say(f"nothing has changed since run {last[0].number} of the history: its reports stand as they are")
    return last
