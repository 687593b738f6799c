"""What holds for every report format: it escapes what shops, models and people write, and says the same again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TypeVar

from defusedxml.ElementTree import fromstring
from markdown_it import MarkdownIt

from shoptune.comparison import Comparison
from shoptune.components import ReportFormat, Section
from shoptune.kept_run import KeptRun
from shoptune.testing.contract import Finding, examine, insist, require
from shoptune.testing.hostile import MARKUP, TAG, everywhere
from shoptune.testing.invented_comparison import sample_comparison

__all__ = ["check_report_format", "report_findings"]

FORMULA = ("=", "@", "+", "\t", "\r")
"""What begins a formula in a spreadsheet; a minus sign too, which numbers begin with as well."""
LEADING = ("href", "src", "srcset", "action", "formaction")
"""Attributes that a browser follows."""
FRONT_MATTER = "---\n"
"""What stands before and after the metadata of a Markdown file, which nobody renders."""
CONTROLS = {chr(code) for code in range(32)} - {"\n", "\t", "\r"}
"""What a terminal may obey."""

Files = Mapping[str, str]


@dataclass(frozen=True)
class Material:
    """A report format and a comparison for it to render."""

    format: ReportFormat
    comparison: Comparison

    def rendered(self, comparison: Comparison, text: str = "") -> Files:
        """Return all that the format makes of a comparison: its report, that of its data, and a history."""
        sections = [Section(title=f"Notes{text}", markdown="Nothing to say.")]
        files = dict(self.format.render(comparison, sections))
        if self.format.render_data:
            reports = {task.name: task.data for task in comparison.tasks}
            files |= {
                f"data/{name}": of for name, of in self.format.render_data(comparison.experiment, reports).items()
            }
        if self.format.render_history:
            without_samples = comparison.model_copy(update={"samples": []})
            runs = [KeptRun(number=1, id="r0123456789a", reports=f"reports{text}", comparison=without_samples)]
            files |= {f"history/{name}": of for name, of in self.format.render_history(runs).items()}
        return files

    @cached_property
    def hostile(self) -> dict[str, Files]:
        """Return for each hostile text the files of a report with that text in all places."""
        return {text: self.rendered(everywhere(self.comparison, text), text) for text in MARKUP}


def check_report_format(report_format: ReportFormat, comparison: Comparison | None = None) -> None:
    """Hold a report format against its contract; raises `ContractError` with all that is wrong.

    Args:
        report_format: The format.
        comparison: What it renders; default: `sample_comparison()`.

    """
    insist(report_findings(report_format, comparison))


def report_findings(report_format: ReportFormat, comparison: Comparison | None = None) -> list[Finding]:
    """Return what each check of `check_report_format` found."""
    return examine(
        "report format", report_format.name, CHECKS, Material(report_format, comparison or sample_comparison())
    )


def it_writes_files_of_its_folder(material: Material) -> None:
    files = material.rendered(material.comparison)
    require(files, "it renders no file")
    for name, content in files.items():
        path = PurePosixPath(name)
        inside = not path.is_absolute() and ".." not in path.parts and path.parts
        require(inside, f"the file name {name!r} leaves the report's folder, or is none")
        require(isinstance(content, str), f"{name} is a {type(content).__name__}; contents are texts")


def it_renders_the_same_again(material: Material) -> None:
    one, other = (material.rendered(material.comparison) for _ in range(2))
    differ = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    require(not differ, f"rendered twice, {', '.join(differ)} differs")


def it_escapes(material: Material) -> None:
    for text, files in material.hostile.items():
        for name, content in files.items():
            found = ALIVE.get(PurePosixPath(name).suffix, _controls)(content)
            require(not found, f"{name}: where a name or an answer holds {text!r}, {found}")


CHECKS = (it_writes_files_of_its_folder, it_renders_the_same_again, it_escapes)


# --- what is alive, by kind of file ----------------------------------------------------------------------------------


class _Elements(HTMLParser):
    """Collects what a browser would do because of a hostile text."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == TAG:
            self.alive.append(f"a browser sees an element <{TAG}>")
        for name, value in attrs:
            if TAG in name:
                self.alive.append(f"<{tag}> gets the attribute {name}")
            elif name in LEADING and TAG in (value or "") and not (value or "").startswith("#"):
                self.alive.append(f"<{tag}> leads to {value!r}")


def _elements(content: str) -> str | None:
    parser = _Elements()
    parser.feed(content)
    parser.close()
    return next(iter(parser.alive), None)


def _markdown(content: str) -> str | None:
    if content.startswith(FRONT_MATTER):
        content = content.partition(f"\n{FRONT_MATTER}")[2]
    return _elements(MarkdownIt("commonmark", {"html": True}).enable("table").render(content))


def _json(content: str) -> str | None:
    return _unreadable(json.loads, content)


def _jsonl(content: str) -> str | None:
    return next(filter(None, map(_json, filter(None, content.split("\n")))), None)


def _xml(content: str) -> str | None:
    return _unreadable(fromstring, content.encode())


def _csv(content: str) -> str | None:
    for row in csv.reader(io.StringIO(content, newline="")):
        for cell in row:
            if cell.startswith(FORMULA) and TAG in cell:
                return f"a spreadsheet takes the cell {cell!r} for a formula"
    return None


def _controls(content: str) -> str | None:
    found = sorted(CONTROLS & set(content))
    return f"it holds the control character {found[0]!r}, which a terminal obeys" if found else None


Content = TypeVar("Content", str, bytes)


def _unreadable(read: Callable[[Content], object], content: Content) -> str | None:
    try:
        read(content)
    except Exception as error:
        return f"it can't be read any more ({type(error).__name__}: {error})"
    return None


ALIVE: Mapping[str, Callable[[str], str | None]] = {
    ".html": _elements,
    ".htm": _elements,
    ".md": _markdown,
    ".json": _json,
    ".jsonl": _jsonl,
    ".xml": _xml,
    ".csv": _csv,
}
"""Suffix -> what says in words how a hostile text came alive in a file, or None."""
