"""``shoptune plugins``: what is installed, what it brings, and whether it keeps to the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.cli.scaffold import new
from shoptune.terminal import say

if TYPE_CHECKING:
    from shoptune.cli.plugin_tables import FaultRow, PluginRow
    from shoptune.plugins import Fault, Plugins

__all__ = ["plugins"]


@click.group()
def plugins() -> None:
    """What is installed, and what it brings."""


@plugins.command("list", short_help="List plugins, their state and what they bring.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--tracebacks", is_flag=True, help="Show why broken plugins are broken.")
def list_plugins(as_json: bool, tracebacks: bool) -> None:
    """List plugins: name, version, status, what each brings and from where.

    A broken plugin is shown with what of it still works, if anything.
    """
    from shoptune.cli.plugin_tables import show_plugins
    from shoptune.plugins import load_plugins

    rows = _rows(load_plugins(), tracebacks=tracebacks)
    if as_json:
        say(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        show_plugins(rows)


def _rows(loaded: Plugins, *, tracebacks: bool) -> list[PluginRow]:
    """Return what is to be said of each plugin, a row for each."""
    loaded.ask_all()
    rows: list[PluginRow] = [
        {
            **_status(plugin.name, plugin.version, plugin.distribution, loaded.faults_of(plugin), tracebacks),
            "hooks": loaded.hooks_of(plugin),
            "brings": {f"{kind}s": [c.name for c in brought] for kind, brought in loaded.brought_by(plugin).items()},
            "import_seconds": round(plugin.import_seconds, 3),
        }
        for plugin in loaded.loaded
    ]
    rows += [_status(f.name, f.version, f.distribution, [f], tracebacks) for f in loaded.faults if not f.hook]
    left_out: list[PluginRow] = [{"name": name, "status": "left out", "by": by} for name, by in loaded.left_out.items()]
    return [*rows, *left_out]


def _status(name: str, version: str, distribution: str, faults: list[Fault], tracebacks: bool) -> PluginRow:
    return {
        "name": name,
        "version": version,
        "status": "broken" if faults else "ok",
        "distribution": distribution,
        "faults": [_fault(fault, tracebacks) for fault in faults],
    }


def _fault(fault: Fault, tracebacks: bool) -> FaultRow:
    row: FaultRow = {"hook": fault.hook, "error": fault.error, "remedy": fault.remedy}
    return {**row, "traceback": fault.traceback} if tracebacks else row


@plugins.command(short_help="Hold a plugin against its contracts.")
@click.argument("name", metavar="NAME")
def check(name: str) -> None:
    """Hold a plugin against the contract of each component that it brings.

    NAME may be the path of a plugin's file or folder.  Exit code 3 where it breaks a contract.
    """
    from shoptune.cli.plugin_tables import show_findings
    from shoptune.plugins.loading import installed_names
    from shoptune.testing import check_plugin

    path = Path(name)
    is_path = path.suffix == ".py" or (path.exists() and name not in installed_names())
    findings = check_plugin(path.resolve() if is_path else name)
    show_findings(name, findings)
    if any(finding.outcome == "failed" for finding in findings):
        raise click.exceptions.Exit(3)


plugins.add_command(new)
