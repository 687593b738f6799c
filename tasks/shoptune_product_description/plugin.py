"""What this plugin brings: the task `product_description` and the commands ``shoptune demo`` and ``shoptune init``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from shoptune.components import Task

__all__ = ["register_commands", "register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `product_description`."""
    from shoptune_product_description.task import PRODUCT_DESCRIPTION

    return [PRODUCT_DESCRIPTION]


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add ``demo`` and ``init``."""
    from shoptune_product_description.demo import demo
    from shoptune_product_description.init import init

    cli.add_command(demo)
    cli.add_command(init)
