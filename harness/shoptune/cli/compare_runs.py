"""``shoptune compare``: two runs of different days, side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.commands import store_option
from shoptune.terminal import say

if TYPE_CHECKING:
    from shoptune.history.between import Between

__all__ = ["compare"]


@click.command(short_help="Show what changed between two runs.")
@click.argument("run_a")
@click.argument("run_b")
@store_option
@click.option("--task", metavar="NAME", help="Compare this task alone.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--markdown", is_flag=True, help="Print as Markdown.")
def compare(run_a: str, run_b: str, store: Path, *, task: str | None, as_json: bool, markdown: bool) -> None:
    """Show what changed from RUN_A to RUN_B, and whether it is more than chance.

    A run is named by its number or id in the history (see `shoptune history`), or by the path of its comparison.json.
    Runs that were not asked the same are refused.  Exits with 0, with 1 where something got worse, and with 2 where the
    runs can't be compared.
    """
    from shoptune.errors import UsageError
    from shoptune.history.between import between
    from shoptune.history.named import find_run
    from shoptune.plugins import load_plugins
    from shoptune.storage.store import Store

    if as_json and markdown:
        raise UsageError("--json and --markdown exclude one another")
    opened = Store(store)
    opened.check_format()
    plugins = load_plugins()
    metrics = {name: plugins.metrics[name].component for name in plugins.usable("metric")}
    found = between(find_run(run_a, opened.root), find_run(run_b, opened.root), opened, metrics, task=task)
    if as_json:
        say(json.dumps(_as_json(found), indent=1, ensure_ascii=False))
    elif markdown:
        from shoptune.cli.compare_markdown import to_markdown

        say(to_markdown(found), end="")
    else:
        from shoptune.cli.compare_tables import show_between

        show_between(found)
    if found.got_worse:
        raise click.exceptions.Exit(1)


def _as_json(found: Between) -> dict[str, object]:
    return {
        "before": found.before.to_json(),
        "after": found.after.to_json(),
        "tasks": found.tasks,
        "changes": [asdict(change) for change in found.changes],
        "differences": [asdict(difference) for difference in found.differences],
    }
