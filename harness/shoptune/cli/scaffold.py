"""``shoptune plugins new``: begins a plugin package."""

from __future__ import annotations

from pathlib import Path

import click

from shoptune.scaffold.kinds import KINDS
from shoptune.terminal import say

__all__ = ["new"]


@click.command(short_help="Write a small, complete package to begin with.")
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Where the package's folder is made; default: here.",
)
def new(kind: str, name: str, into: Path) -> None:
    """Begin a plugin: write a small, complete package with tests that pass, for you to change.

    NAME is what the plugin and what it brings are called, such as review_mood; its package is shoptune_review_mood.
    """
    from shoptune.scaffold.names import check_name, package_name
    from shoptune.scaffold.package import write_package

    check_name(name)
    folder = write_package(kind, name, into)
    say(
        f"Wrote {folder} (licence: MIT, unless you change it). Next:\n\n"
        f"  cd {folder}\n"
        "  python -m pip install --editable . --group dev\n"
        "  pytest\n"
        f"  shoptune run src/{package_name(name)}/data/experiment.yaml"
    )
