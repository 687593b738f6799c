"""Whose code raised: read from the traceback, for whatever nothing else has blamed on a plugin."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shoptune.errors import PluginError, ShoptuneError
from shoptune.plugins.faults import RAISED
from shoptune.plugins.loaded import LoadedPlugin

__all__ = ["blaming", "plugin_of_error"]


def plugin_of_error(error: BaseException, plugins: Iterable[LoadedPlugin]) -> LoadedPlugin | None:
    """Return the plugin in whose code `error` arose; a stranger's before shoptune's own that it called."""
    by_place = {plugin.place.resolve(): plugin for plugin in plugins}
    called = [by_place[p] for file in _files(error) for p in (file, *file.parents) if p in by_place]
    strangers = [plugin for plugin in called if not plugin.is_own]
    return next(reversed(strangers or called), None)


def _files(error: BaseException) -> Iterator[Path]:
    """Yield the files that were at work when `error` was raised, then those at work when its cause was."""
    for frame in traceback.extract_tb(error.__traceback__):
        yield Path(frame.filename).resolve()
    if error.__cause__:
        yield from _files(error.__cause__)


@contextmanager
def blaming(plugins: Iterable[LoadedPlugin]) -> Iterator[None]:
    """Let an error that arose in a plugin's code name the plugin: raises PluginError; others pass."""
    try:
        yield
    except RAISED as error:
        found = plugin_of_error(error, plugins)
        if found is None or (isinstance(error, ShoptuneError) and not isinstance(error, PluginError)):
            raise
        if isinstance(error, PluginError):
            if found.label in str(error):
                raise
            raise PluginError(f"{found.label}: {error}") from error
        raise PluginError(
            f"{found.label} raised {type(error).__name__}: {error}\n--debug shows the traceback; tell its author."
        ) from error
