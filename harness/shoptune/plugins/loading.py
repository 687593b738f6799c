"""Finds the plugins of installed distributions and those that an experiment names, and refuses what can't work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import pluggy

from shoptune import hookspecs
from shoptune.errors import PluginError, UsageError, did_you_mean
from shoptune.plugins.choice import left_out
from shoptune.plugins.faults import RAISED, Fault, fault_of
from shoptune.plugins.files import import_plugin_file, whole_plugin
from shoptune.plugins.guarded import guarded
from shoptune.plugins.loaded import OWN, LoadedPlugin
from shoptune.plugins.registry import Plugins

__all__ = ["installed_names", "load_plugins"]

GROUP = "shoptune"


def installed_names() -> set[str]:
    """Return the names of all plugins that are installed, be they broken or left out."""
    return entry_points(group=GROUP).names


def load_plugins(extra: Iterable[Path] = (), *, only: Callable[[EntryPoint], bool] = lambda _: True) -> Plugins:
    """Load the plugins of all installed distributions, then the files and folders in `extra`.

    A distribution's plugin that fails to load is a fault, and listed.  One in `extra` was asked for by name: its
    failure is a PluginError.
    """
    points = sorted(entry_points(group=GROUP), key=_own_first)
    loading = _Loading()
    skipped = left_out(points)
    for point in points:
        if only(point) and point.name not in skipped:
            loading.installed(point)
    for path in extra:
        loading.file(path)
    return Plugins(loading.manager, loading.loaded, loading.faults, left_out=skipped)


@lru_cache
def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Ask once for all plugins of a distribution, since each answer parses all of its metadata."""
    return distribution.name, distribution.version


def _own_first(point: EntryPoint) -> tuple[bool, str, str]:
    distribution = _name_and_version(point.dist)[0] if point.dist else ""
    return distribution != OWN, point.name, distribution


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager


@dataclass
class _Loading:
    """What was loaded so far."""

    manager: pluggy.PluginManager = field(default_factory=_manager)
    loaded: list[LoadedPlugin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def installed(self, point: EntryPoint) -> None:
        distribution, version = _name_and_version(point.dist) if point.dist else ("unknown", "unknown")
        try:
            self._take(point.load, name=point.name, version=version, distribution=distribution)
        except RAISED as error:
            sys.modules.pop(point.module, None)  # so that it is refused the next time too
            self.faults.append(fault_of(point.name, version, distribution, error))

    def file(self, path: Path) -> None:
        path = whole_plugin(path)
        try:
            self._take(lambda: import_plugin_file(path), name=path.stem, distribution=str(path), from_file=True)
        except UsageError:
            raise
        except RAISED as error:
            said = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            raise PluginError(f"the plugin {path} could not be loaded: {said}") from error

    def _take(
        self,
        load: Callable[[], ModuleType],
        *,
        name: str,
        version: str | None = None,
        distribution: str,
        from_file: bool = False,
    ) -> None:
        """Import and register one plugin; nothing of one that is refused is ever called."""
        for other in self.loaded:
            if other.name == name:
                raise PluginError(f"another plugin is called {name!r} already, the one from {other.distribution}")
        started = time.perf_counter()
        with guarded():
            module = load()
        seconds = time.perf_counter() - started
        _refuse_another_api(module)
        try:
            self.manager.register(module, name=name)
            _refuse_mistaken_hooks(self.manager, module)
        except Exception:
            if self.manager.get_plugin(name) is module:
                self.manager.unregister(module)
            raise
        version = version or str(getattr(module, "__version__", "unversioned"))
        self.loaded.append(
            LoadedPlugin(
                name=name,
                version=version,
                module=module,
                place=_place(module),
                import_seconds=seconds,
                distribution=distribution,
                from_file=from_file,
            )
        )


def _place(module: ModuleType) -> Path:
    """Return the package of a module inside one: it is what the plugin's results depend on."""
    file = Path(module.__file__ or "")
    return file.parent if "." in module.__name__ or hasattr(module, "__path__") else file


def _refuse_another_api(module: ModuleType) -> None:
    """Compare what a plugin may say, ``shoptune_api = 2``, with `shoptune.hookspecs.API_VERSION`."""
    api = getattr(module, "shoptune_api", hookspecs.API_VERSION)
    if str(api) != str(hookspecs.API_VERSION):
        raise PluginError(
            f"it was made for version {api} of shoptune's plugin API, and this shoptune has version "
            f"{hookspecs.API_VERSION}: update the one that is older"
        )


def _refuse_mistaken_hooks(manager: pluggy.PluginManager, module: ModuleType) -> None:
    """A misspelt or unmarked hook would otherwise never be called, without a word."""
    callers = {name: caller for name, caller in vars(manager.hook).items() if isinstance(caller, pluggy.HookCaller)}
    known = [name for name, caller in callers.items() if caller.has_spec()]
    implemented = {caller.name for caller in manager.get_hookcallers(module) or ()}
    for name in implemented.difference(known):
        raise PluginError(f"there is no hook {name!r}.{did_you_mean(name, known)}")
    for implementation in (i for name in implemented for i in callers[name].get_hookimpls() if i.plugin is module):
        if implementation.wrapper or implementation.hookwrapper:
            raise PluginError(
                f"{implementation.function.__name__} is a wrapper of other plugins' hooks, which shoptune calls one by "
                "one, so it would never be called: mark it with @hookimpl alone"
            )
    for name in known:
        if name not in implemented and callable(getattr(module, name, None)):
            raise PluginError(f"{name} is not marked with @shoptune.hookimpl, so it would never be called")
    if not implemented:
        raise PluginError("there is no hook in it; mark functions named as in shoptune.hookspecs with @hookimpl")
