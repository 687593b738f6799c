"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["experiment_argument", "no_plugin_option", "plain_option", "reports_option", "store_option"]

F = TypeVar("F", bound=Callable[..., Any])

experiment_argument: Callable[[F], F] = click.argument("experiment", type=click.Path(path_type=Path))
store_option: Callable[[F], F] = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path(".shoptune"),
    show_default=True,
    help="Where steps are kept.",
)
reports_option: Callable[[F], F] = click.option(
    "--reports",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Reports go into a folder in here, named as the experiment.",
)
plain_option: Callable[[F], F] = click.option("--plain", is_flag=True, help="Lines instead of a live display.")


def _leave_out(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> None:
    if names:
        from shoptune.plugins.choice import leave_out

        leave_out(names)


no_plugin_option = click.Option(
    ["--no-plugin"],
    metavar="NAME",
    multiple=True,
    expose_value=False,
    is_eager=True,
    callback=_leave_out,
    help="Leave out an installed plugin; may be given again.",
)
"""Taken by every command, since every command may meet a plugin that must not be loaded."""
