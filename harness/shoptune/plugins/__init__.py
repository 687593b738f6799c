"""Plugins: found, loaded, asked, and blamed by name for what they break.

- `loaded`: what is known of a plugin that was loaded, and of a component that it brought
- `faults`: what is wrong with a plugin, and what to do about it
- `loading`: finds installed plugins and those that an experiment names, and refuses those that can't work
- `files`: imports plugins that are plain files or folders
- `choice`: which installed plugins are left out
- `guarded`: plugins at work can't end the command
- `streams`: standard output stays the command's own while plugins are at work
- `components`: refuses components that can't work, and names that two plugins claim
- `commands`: takes the commands that plugins bring
- `attribution`: whose code raised, read from the traceback
- `registry`: `Plugins`, through which the core asks and tells them
"""

from shoptune.plugins.faults import Fault
from shoptune.plugins.loaded import Component, Configurable, LoadedPlugin, Registered
from shoptune.plugins.loading import load_plugins
from shoptune.plugins.registry import KINDS, Plugins

__all__ = ["KINDS", "Component", "Configurable", "Fault", "LoadedPlugin", "Plugins", "Registered", "load_plugins"]
