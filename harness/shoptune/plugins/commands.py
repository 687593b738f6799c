"""Takes the commands that a plugin brings, and blames the plugin for what they raise."""

from __future__ import annotations

import functools
from collections.abc import Callable

import click

from shoptune.errors import PluginError, ShoptuneError
from shoptune.plugins.loaded import LoadedPlugin

__all__ = ["take_commands"]

SPOKEN = (ShoptuneError, click.ClickException, click.exceptions.Exit, click.Abort)
"""What a command raises to end in words."""


def take_commands(plugin: LoadedPlugin, register: Callable[[], object], cli: click.Group) -> None:
    """Let `register` add commands to `cli`; where it raises or takes another's name, `cli` stays as it was."""
    before = dict(cli.commands)
    try:
        register()
        replaced = [name for name, command in before.items() if cli.commands.get(name) is not command]
        if replaced:
            raise PluginError(f"it would take the place of the command {replaced[0]!r}")
    except BaseException:
        cli.commands.clear()
        cli.commands.update(before)
        raise
    for name in cli.commands.keys() - before.keys():
        _blame(plugin, name, cli.commands[name])


def _blame(plugin: LoadedPlugin, name: str, command: click.Command) -> None:
    """Let what the command raises name the plugin."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _blame(plugin, f"{name} {inner.name}", inner)
    if (callback := command.callback) is None:
        return

    @functools.wraps(callback)
    def called(*arguments: object, **options: object) -> object:
        try:
            return callback(*arguments, **options)
        except SPOKEN:
            raise
        except Exception as error:
            raise PluginError(
                f"{plugin.label} raised in its command {name!r}: {type(error).__name__}: {error}\n"
                "--debug shows the traceback; tell its author."
            ) from error

    command.callback = called
