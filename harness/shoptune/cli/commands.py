"""Commands that need no experiment: plugins, schema, doctor."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["doctor", "plugins", "schema"]


@click.group()
def plugins() -> None:
    """What is installed, and what it brings."""


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--tracebacks", is_flag=True, help="Show why broken plugins are broken.")
def list_plugins(as_json: bool, tracebacks: bool) -> None:
    """List plugins: name, version, status, what each brings and from where."""
    from shoptune.cli.summary import show_plugins
    from shoptune.plugins import load_plugins

    loaded = load_plugins()
    kinds: dict[str, dict[str, Any]] = {
        "data adapters": loaded.data_adapters,
        "tasks": loaded.tasks,
        "metrics": loaded.metrics,
        "tuning methods": loaded.tuning_methods,
        "model backends": loaded.model_backends,
        "report formats": loaded.report_formats,
        "export formats": loaded.export_formats,
        "executors": loaded.executors,
    }
    rows: list[dict[str, Any]] = [
        {
            "name": plugin.name,
            "version": plugin.version,
            "status": "ok",
            "distribution": plugin.distribution,
            "hooks": loaded.hooks_of(plugin),
            "brings": {
                kind: names
                for kind, known in kinds.items()
                if (names := sorted(n for n, registered in known.items() if registered.plugin is plugin))
            },
        }
        for plugin in loaded.loaded
    ]
    rows += [
        {
            "name": b.name,
            "version": b.version,
            "status": "broken",
            "distribution": b.distribution,
            "error": b.error,
            **({"traceback": b.traceback} if tracebacks else {}),
        }
        for b in loaded.broken
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        show_plugins(rows)


@click.command()
@click.option("--comparison", is_flag=True, help="The schema of comparison.json instead.")
def schema(comparison: bool) -> None:
    """Print the JSON Schema of experiment files, for editors that complete and check as you type."""
    from shoptune.comparison import Comparison
    from shoptune.plugins import load_plugins
    from shoptune.schema import experiment_schema

    found = Comparison.model_json_schema() if comparison else experiment_schema(load_plugins())
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))


@click.command()
def doctor() -> None:
    """Look at this machine: versions, processor, memory, disk, caches, plugins; say what would get in the way."""
    from shoptune.cli.summary import show_checks
    from shoptune.doctor import examine

    checks = examine()
    show_checks(checks)
    if any(check.status == "bad" for check in checks):
        raise click.exceptions.Exit(3)
