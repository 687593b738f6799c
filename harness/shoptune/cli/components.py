"""``shoptune tasks``, ``metrics``, ``methods``, ``adapters`` and ``backends``: what there is, and what each can do."""

from __future__ import annotations

import json

import click

from shoptune.terminal import say

__all__ = ["commands"]

KIND_OF = {
    "tasks": "task",
    "metrics": "metric",
    "methods": "tuning method",
    "adapters": "data adapter",
    "backends": "model backend",
}
"""Command -> the kind of component that it shows."""


def commands() -> list[click.Command]:
    """Return the commands, one for each kind of component."""
    return [_command(name, kind) for name, kind in KIND_OF.items()]


def _command(name: str, kind: str) -> click.Command:
    @click.command(
        name,
        help=f"List the {kind}s, or say all about NAME: options, an example, what it needs.",
        short_help=f"List the {kind}s, or explain one.",
    )
    @click.argument("component", metavar="[NAME]", required=False)
    @click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
    def command(component: str | None, as_json: bool) -> None:
        _show(kind, component, as_json=as_json)

    return command


def _show(kind: str, name: str | None, *, as_json: bool) -> None:
    from shoptune.cli.component_help import help_of, summary_of
    from shoptune.cli.component_tables import show_component, show_components
    from shoptune.plugins import load_plugins

    plugins = load_plugins()
    known = plugins.configurable(kind)
    if name is None:
        rows = [summary_of(known[name]) for name in plugins.usable(kind)]
        if as_json:
            say(json.dumps(rows, indent=1, ensure_ascii=False))
        else:
            show_components(f"{kind}s", rows)
        return
    found = help_of(plugins.find(kind, known, name))
    if as_json:
        say(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        show_component(kind, found)
