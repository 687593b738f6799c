"""Commands about this installation: schema, doctor."""

from __future__ import annotations

import json

import click

from shoptune.terminal import say

__all__ = ["doctor", "schema"]


@click.command(short_help="Print the JSON Schema for editors.")
@click.option("--comparison", is_flag=True, help="The schema of comparison.json instead.")
def schema(comparison: bool) -> None:
    """Print the JSON Schema of experiment files, for editors that complete and check as you type."""
    from shoptune.comparison import Comparison
    from shoptune.experiment.schema import experiment_schema
    from shoptune.plugins import load_plugins

    found = Comparison.model_json_schema() if comparison else experiment_schema(load_plugins())
    say(json.dumps(found, indent=1, ensure_ascii=False))


@click.command(short_help="Say what would get in the way on this machine.")
def doctor() -> None:
    """Look at this machine: versions, processor, memory, disk, caches, plugins; say what would get in the way."""
    from shoptune.cli.doctor import examine
    from shoptune.cli.summary import show_checks

    checks = examine()
    show_checks(checks)
    if any(check.status == "bad" for check in checks):
        raise click.exceptions.Exit(3)
