"""What ``shoptune tasks`` and its like print, with rich."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from shoptune.console import Console

if TYPE_CHECKING:
    from shoptune.cli.component_help import Help, Summary
    from shoptune.cli.option_help import OptionHelp

__all__ = ["show_component", "show_components"]


def show_components(kinds: str, rows: Sequence[Summary]) -> None:
    """Print a line for each component of a kind."""
    table = Table(title=f"{len(rows)} {kinds}", title_justify="left")
    table.add_column("name", no_wrap=True)
    table.add_column("what it is")
    table.add_column("plugin", no_wrap=True)
    for row in rows:
        what = f"{row['summary']}{_direction(row)}"
        table.add_row(escape(row["name"]), escape(what), escape(row["plugin"]["name"]))
    Console().print(table)


def show_component(kind: str, found: Help) -> None:
    """Print all about one component."""
    console = Console(highlight=False)
    plugin = found["plugin"]
    console.print(f"[bold]{escape(found['name'])}[/]: {escape(found['summary'])}")
    console.print(
        escape(f"A {kind} of the plugin {plugin['name']!r} {plugin['version']} ({plugin['distribution']})"), style="dim"
    )
    for remark in _remarks(found):
        console.print(escape(remark))
    console.print()
    if found["options"]:
        console.print(_options(found["options"]))
    else:
        console.print("It has no options.")
    console.print("\n[bold]In an experiment file[/]")
    console.print(escape(found["example"]), soft_wrap=True)
    if found["card"]:
        console.print(Markdown(found["card"], hyperlinks=False))


def _options(options: Sequence[OptionHelp]) -> Table:
    table = Table()
    for column in ("option", "type", "default", "meaning"):
        table.add_column(column)
    for option in options:
        default = "[yellow]needed[/]" if option["required"] else escape(_default(option["default"]))
        table.add_row(escape(option["name"]), escape(option["type"]), default, escape(option["meaning"]))
    return table


def _default(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _direction(row: Summary) -> str:
    return {"higher": " ↑", "lower": " ↓"}.get(row.get("better") or "", "")


def _remarks(row: Summary) -> Iterator[str]:
    """Say what is particular to a kind of component."""
    if "tables" in row:
        yield f"answers: {row['answers']}"
        yield f"needs: {', '.join(row['tables']) or 'any table'}"
        yield f"metrics: {', '.join(row['metrics'])}"
        yield f"baselines: {', '.join(row['baselines']) or 'none'}"
    if "better" in row:
        direction = f"{row['better']} is better" if row["better"] else "neither is better"
        yield ", ".join(word for word in (row["theme"], row["format"], direction) if word)
        if not row["interval"]:
            yield "a value without an interval"
    if "learns_from" in row:
        yield f"learns from: {', '.join(row['learns_from'])}"
    if "abilities" in row:
        yield f"can: {', '.join(row['abilities'])}"
        yield "sends prompts away" if row["sends_data"] else "sends nothing away"
    if row.get("table"):
        yield f"table: {row['table']}"
