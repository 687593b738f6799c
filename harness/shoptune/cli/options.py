"""The option that every command takes."""

from __future__ import annotations

import click

__all__ = ["no_plugin_option"]


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
