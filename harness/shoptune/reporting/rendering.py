"""Lets report formats render what was found, and writes their files."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.components import ReportFormat, Section
from shoptune.data_report import DataReport
from shoptune.errors import PluginError, UsageError
from shoptune.kept_run import KeptRun
from shoptune.plugins import Plugins, Registered

__all__ = ["refuse_unwritable", "render", "render_data", "render_history"]


def render(
    comparison: Comparison, sections: Sequence[Section], formats: Sequence[str], plugins: Plugins, folder: Path
) -> list[Path]:
    """Write the reports, with the sections that plugins add to them; returns the files written."""
    refuse_unwritable(folder)
    written: list[Path] = []
    for registered in (plugins.report_formats[name] for name in formats):
        # A stranger's format may change what it is shown, and what others are shown must stay what was found.
        shown = (comparison, sections) if registered.plugin.is_own else deepcopy((comparison, sections))
        written += _render(registered, _of_run(*shown), folder)
    return written


def _of_run(comparison: Comparison, sections: Sequence[Section]) -> Callable[[ReportFormat], Mapping[str, str]]:
    return lambda form: form.render(comparison, sections)


def render_data(
    experiment: str, reports: Mapping[str, DataReport], formats: Sequence[str], plugins: Plugins, folder: Path
) -> list[Path]:
    """Write the data reports in those of the formats that have a form for them; returns the files written."""
    refuse_unwritable(folder)
    return [
        path
        for name in formats
        for path in _render(
            plugins.report_formats[name],
            lambda f: f.render_data(experiment, reports) if f.render_data else {},
            folder,
        )
    ]


def render_history(runs: Sequence[KeptRun], name: str, plugins: Plugins) -> Mapping[str, str]:
    """Return what a report format makes of the history: file names -> contents; raises UsageError where it can't."""
    registered = plugins.find("report format", plugins.report_formats, name)
    render = registered.component.render_history
    if render is None:
        raise UsageError(f"the report format {name!r} of {registered.plugin.label} has no form for the history")
    return _rendered(registered, lambda _: render(runs))


def _render(
    registered: Registered[ReportFormat], render: Callable[[ReportFormat], Mapping[str, str]], folder: Path
) -> list[Path]:
    written = []
    for file, content in _rendered(registered, render).items():
        path = folder / file
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PluginError(
                f"{registered.plugin.label}: {registered.component.name!r} would write {file!r}, outside of {folder}"
            )
        _write(path, content, folder)
        written.append(path)
    return written


def _rendered(
    registered: Registered[ReportFormat], render: Callable[[ReportFormat], Mapping[str, str]]
) -> Mapping[str, str]:
    """Return what a report format makes; raises PluginError that names it where it fails."""
    try:
        return dict(render(registered.component))
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} failed to render {registered.component.name!r}: {type(error).__name__}: {error}"
        ) from error


def _write(path: Path, content: str, folder: Path) -> None:
    """Write a report's file beside its place and rename it: another run may be writing the same report."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with _explaining(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(content, "utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def refuse_unwritable(folder: Path) -> None:
    """Find out before hours of work whether the reports can be written after them."""
    with _explaining(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


@contextmanager
def _explaining(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "no space left" if error.errno == errno.ENOSPC else error.strerror
        raise UsageError(f"can't write reports to {folder}: {reason}. Name another folder with --reports") from error
