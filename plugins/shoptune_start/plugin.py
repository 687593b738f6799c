"""What this plugin brings: the commands ``shoptune demo`` and ``shoptune init``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    import click

__all__ = ["register_commands"]


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add ``demo`` and ``init``."""
    from shoptune_start.demo import demo
    from shoptune_start.init import init

    cli.add_command(demo)
    cli.add_command(init)
