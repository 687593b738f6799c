"""Takes the commands that a plugin brings, and blames the plugin for what they raise."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable

import click

from shoptune.errors import PluginError, ShoptuneError
from shoptune.plugins.loaded import LoadedPlugin

__all__ = ["take_commands"]

SPOKEN = (ShoptuneError, click.ClickException, click.exceptions.Exit, click.Abort)
"""What a command raises to end in words."""


def take_commands(plugin: LoadedPlugin, register: Callable[[click.Group], object], cli: click.Group) -> None:
    """Let `register` add commands to a copy of `cli`, and take over those that are new, unless one has another's name.

    What it does to the commands of others, it does to the copy.
    """
    shown = _copy_of(cli)
    before = dict(shown.commands)
    register(shown)
    replaced = [name for name, command in before.items() if shown.commands.get(name) is not command]
    if replaced:
        raise PluginError(f"it would take the place of the command {replaced[0]!r}")
    for name, command in shown.commands.items():
        if name not in before:
            _blame(plugin, name, command)
            cli.add_command(command, name)


def _copy_of(group: click.Group) -> click.Group:
    """Return a plain group with copies of a group's commands, those of groups within it too."""
    copies = {name: _copy(command) for name, command in group.commands.items()}
    return click.Group(group.name, commands=copies, params=[copy.copy(param) for param in group.params])


def _copy(command: click.Command) -> click.Command:
    if isinstance(command, click.Group):
        return _copy_of(command)
    found = copy.copy(command)
    found.params = [copy.copy(param) for param in command.params]
    return found


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
