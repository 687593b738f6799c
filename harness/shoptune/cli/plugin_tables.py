"""What ``shoptune plugins`` prints, with rich."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from rich.markup import escape
from rich.table import Table

from shoptune.cli.doctor import SLOW_IMPORT
from shoptune.console import Console

if TYPE_CHECKING:
    from shoptune.testing import Finding

__all__ = ["FaultRow", "PluginRow", "show_findings", "show_plugins"]


class FaultRow(TypedDict):
    """What is wrong with a plugin."""

    hook: str
    error: str
    remedy: str
    traceback: NotRequired[str]


class PluginRow(TypedDict):
    """What is to be said of a plugin; of one that was left out no more than by what."""

    name: str
    version: NotRequired[str]
    status: Literal["ok", "broken", "left out"]
    distribution: NotRequired[str]
    faults: NotRequired[list[FaultRow]]
    hooks: NotRequired[list[str]]
    brings: NotRequired[dict[str, list[str]]]
    """Kind, in the plural -> names of components."""
    import_seconds: NotRequired[float]
    by: NotRequired[str]
    """What left it out."""


OUTCOMES = {"failed": ("✗", "red"), "not checked": ("–", "yellow")}
COLOURS = {"ok": "green", "broken": "red", "left out": "yellow"}


def show_plugins(rows: Sequence[PluginRow]) -> None:
    """Print the list of plugins."""
    table = Table()
    for column in ("plugin", "version", "status", "brings", "from"):
        table.add_column(column)
    for row in rows:
        status = f"[{COLOURS[row['status']]}]{row['status']}[/]"
        if row.get("import_seconds", 0) >= SLOW_IMPORT:
            status += f"\n[yellow]imported in {row['import_seconds']:.1f} s[/]"
        table.add_row(
            escape(row["name"]),
            escape(row.get("version", "")),
            status,
            escape("\n".join([*_brought(row), *_faults(row)])),
            escape(row.get("distribution", "")),
        )
    Console().print(table)


def _brought(row: PluginRow) -> list[str]:
    if row["status"] == "left out":
        return [f"left out by {row['by']}"]
    brings = row.get("brings", {})
    return [f"{kind}: {', '.join(names)}" for kind, names in brings.items()] or [", ".join(row.get("hooks", []))]


def _faults(row: PluginRow) -> list[str]:
    lines = []
    for fault in row.get("faults", []):
        if "traceback" in fault:
            lines.append(fault["traceback"].rstrip())
        lines.append((f"{fault['hook']}: " if fault["hook"] else "") + f"{fault['error']}. {fault['remedy']}")
    return lines


def show_findings(name: str, findings: Sequence[Finding]) -> None:
    """Print for each component how many checks it passed, and each one that it did not."""
    console = Console(highlight=False, soft_wrap=True)
    for component, group in groupby(findings, lambda finding: f"{finding.kind} {finding.name}"):
        of_component = list(group)
        passed = sum(finding.outcome == "passed" for finding in of_component)
        console.print(escape(f"{component}: {passed} of {len(of_component)} checks passed"))
        for finding in of_component:
            if finding.outcome != "passed":
                sign, colour = OUTCOMES[finding.outcome]
                console.print(
                    f"  [{colour}]{sign} {finding.outcome}:[/] {escape(f'{finding.check}: {finding.message}')}"
                )
    failed = sum(finding.outcome == "failed" for finding in findings)
    if failed:
        console.print(f"[red]✗[/] {escape(name)} breaks its contract in {failed} point{'s'[: failed > 1]}")
    elif any(finding.outcome == "passed" for finding in findings):
        console.print(f"[green]✓[/] {escape(name)} keeps to its contract, as far as it was checked")
    elif findings:
        console.print(f"[yellow]?[/] {escape(name)}: nothing could be checked")
    else:
        console.print(f"• {escape(name)} brings nothing that has a contract")
