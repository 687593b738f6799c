"""Results as Markdown, on the screen and in a file."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["machine", "output_option", "publish", "table"]

F = TypeVar("F", bound=Callable[..., Any])

output_option: Callable[[F], F] = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="A Markdown file that the result is added to."
)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is aligned to the right.

    >>> print(table(["what", "s"], [["nothing", "0.02"]]))
    | what | s |
    | --- | ---: |
    | nothing | 0.02 |
    """
    ruler = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ruler, *rows))


def machine(*distributions: str) -> str:
    """Say in a line what was measured on: processor, system, and the versions of Python and `distributions`."""
    versions = [f"{name} {version(name)}" for name in distributions]
    return ", ".join(
        [f"{os.cpu_count()} x {_processor()}", platform.system(), f"Python {platform.python_version()}", *versions]
    )


def publish(title: str, paragraphs: Iterable[str], output: Path | None) -> None:
    """Print a section of Markdown, and add it to `output`."""
    section = "\n\n".join([f"## {title}", *paragraphs]) + "\n"
    click.echo(section)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8") as file:
            file.write(f"{section}\n")


def _processor() -> str:
    """Return the processor's name; what kind it is where the system doesn't say its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
