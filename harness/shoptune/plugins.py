"""Discovery, registration and blame: which plugin brings what, in which version, and what to do when one is broken."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import pluggy

from shoptune import hookspecs
from shoptune.errors import PluginError, ShoptuneError, UsageError, did_you_mean
from shoptune.plugin_files import import_plugin_file

if TYPE_CHECKING:
    import click

    from shoptune.components import (
        DataAdapter,
        Executor,
        ExportFormat,
        Metric,
        ModelBackend,
        ReportFormat,
        Section,
        Task,
        TuningMethod,
    )

__all__ = ["BrokenPlugin", "Component", "Loaded", "Plugins", "Registered", "load_plugins"]

GROUP = "shoptune"
DISTRIBUTION = "shoptune"


class Component(Protocol):
    """What all components have in common."""

    @property
    def name(self) -> str:
        """What a user calls it in the experiment file."""


C = TypeVar("C", bound=Component)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A plugin that works."""

    name: str
    version: str
    distribution: str
    """The distribution that brought it, or the path of a plain file."""
    module: ModuleType
    place: Path
    """Its file or package folder: the code that its fingerprint covers."""

    @property
    def label(self) -> str:
        """Name and version, for messages."""
        return f"plugin {self.name!r} {self.version}"

    def identity(self) -> dict[str, str]:
        """Return what goes into the fingerprint of a step that uses this plugin."""
        from shoptune.fingerprint import fingerprint_of_source  # noqa: PLC0415 - not needed for help

        return {"plugin": self.name, "version": self.version, "source": fingerprint_of_source(self.place)}


@dataclass(frozen=True, kw_only=True)
class BrokenPlugin:
    """A plugin that failed to load: listed, and in nobody's way who does not need it."""

    name: str
    version: str
    distribution: str
    error: str
    traceback: str


@dataclass(frozen=True, kw_only=True)
class Registered(Generic[C]):
    """A component and the plugin that brought it."""

    component: C
    plugin: Loaded


class Plugins:
    """All plugins of a run, and a typed door to each kind of component.

    Components are asked for once and only when they are needed, so that listing plugins imports little.
    """

    def __init__(self, manager: pluggy.PluginManager, loaded: Sequence[Loaded], broken: Sequence[BrokenPlugin]) -> None:
        self.loaded = tuple(loaded)
        self.broken = list(broken)
        self.observer_errors: list[str] = []
        self._manager = manager

    # What is registered by name

    @cached_property
    def data_adapters(self) -> dict[str, Registered[DataAdapter[Any]]]:
        """Adapters by name."""
        from shoptune.components import DataAdapter  # noqa: PLC0415 - brings pydantic, which help does not need

        return self._collect("register_data_adapters", DataAdapter)

    @cached_property
    def tasks(self) -> dict[str, Registered[Task[Any]]]:
        """Tasks by name."""
        from shoptune.components import Task  # noqa: PLC0415

        return self._collect("register_tasks", Task)

    @cached_property
    def tuning_methods(self) -> dict[str, Registered[TuningMethod[Any]]]:
        """Tuning methods by name."""
        from shoptune.components import TuningMethod  # noqa: PLC0415

        return self._collect("register_tuning_methods", TuningMethod)

    @cached_property
    def model_backends(self) -> dict[str, Registered[ModelBackend[Any]]]:
        """Model backends by name."""
        from shoptune.components import ModelBackend  # noqa: PLC0415

        return self._collect("register_model_backends", ModelBackend)

    @cached_property
    def metrics(self) -> dict[str, Registered[Metric]]:
        """Metrics by name."""
        from shoptune.components import AdditiveMetric, CorpusMetric  # noqa: PLC0415

        return self._collect("register_metrics", (AdditiveMetric, CorpusMetric))

    @cached_property
    def report_formats(self) -> dict[str, Registered[ReportFormat]]:
        """Report formats by name."""
        from shoptune.components import ReportFormat  # noqa: PLC0415

        return self._collect("register_report_formats", ReportFormat)

    @cached_property
    def export_formats(self) -> dict[str, Registered[ExportFormat]]:
        """Export formats by name."""
        from shoptune.components import ExportFormat  # noqa: PLC0415

        return self._collect("register_export_formats", ExportFormat)

    @cached_property
    def executors(self) -> dict[str, Registered[Executor]]:
        """Executors by name."""
        from shoptune.components import Executor  # noqa: PLC0415

        return self._collect("register_executors", Executor)

    def find(self, kind: str, known: dict[str, Registered[C]], name: str) -> Registered[C]:
        """Return the component called `name`; raises UsageError with the nearest match, and names broken plugins."""
        if name in known:
            return known[name]
        suspects = "".join(
            f"\nThe plugin {b.name!r} {b.version} could not be loaded and may be the one that brings it: {b.error}"
            for b in self.broken
        )
        raise UsageError(f"there is no {kind} {name!r}.{did_you_mean(name, known)}{suspects}")

    # What is decided by asking

    def select_data_adapter(self, path: Path) -> str | None:
        """Name the adapter that can read the file, or None."""
        return self._ask("select_data_adapter", path=path)

    def select_model_backend(self, model: str) -> str | None:
        """Name the backend that can load the model, or None."""
        return self._ask("select_model_backend", model=model)

    def _ask(self, hook: str, **what: Any) -> str | None:
        """Return the first answer, in pluggy's order; unlike pluggy, say who raised."""
        for plugin, implementation in reversed(self._implementations(hook)):
            try:
                answer: str | None = _call(implementation, what)
            except ShoptuneError:
                raise
            except Exception as error:
                raise PluginError(f"{plugin.label} raised in {hook}: {type(error).__name__}: {error}") from error
            if answer is not None:
                return answer
        return None

    # What is observed

    def tell(self, hook: str, **what: Any) -> None:
        """Tell all observers; one that raises is recorded against its plugin and harms nothing."""
        for plugin, implementation in self._implementations(hook):
            with self._recording(plugin, hook):
                _call(implementation, what)

    def report_sections(self, comparison: Any) -> list[Section]:
        """Return the sections that plugins add to reports."""
        from shoptune.components import Section  # noqa: PLC0415

        sections: list[Section] = []
        for plugin, implementation in self._implementations("report_sections"):
            with self._recording(plugin, "report_sections"):
                brought = list(_call(implementation, {"comparison": comparison}) or ())
                sections += _checked(brought, Section, "report_sections")
        return sections

    def add_commands(self, cli: click.Group) -> None:
        """Let plugins add their commands; one that fails is listed as broken."""
        for plugin, implementation in self._implementations("register_commands"):
            try:
                _call(implementation, {"cli": cli})
            except Exception as error:
                self.broken.append(_broken(plugin.name, plugin.version, plugin.distribution, error))

    def hooks_of(self, plugin: Loaded) -> list[str]:
        """Return the names of the hooks that the plugin implements."""
        return sorted(caller.name for caller in self._manager.get_hookcallers(plugin.module) or ())

    def _implementations(self, hook: str) -> list[tuple[Loaded, pluggy.HookImpl]]:
        by_module = {id(p.module): p for p in self.loaded}
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return [(by_module[id(i.plugin)], i) for i in caller.get_hookimpls()]

    @contextmanager
    def _recording(self, plugin: Loaded, hook: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.observer_errors.append(f"{plugin.label} raised in {hook}: {type(error).__name__}: {error}")

    def _collect(self, hook: str, kind: type[C] | tuple[type[Any], ...]) -> dict[str, Registered[C]]:
        """Ask every plugin for its components of one kind."""
        found: dict[str, Registered[C]] = {}
        for plugin, implementation in self._implementations(hook):
            try:
                components = _checked(list(_call(implementation, {})), kind, hook)
            except Exception as error:
                self.broken.append(_broken(plugin.name, plugin.version, plugin.distribution, error))
                continue
            for component in components:
                if (other := found.get(component.name)) is not None:
                    raise PluginError(
                        f"{plugin.label} ({plugin.distribution}) and {other.plugin.label} "
                        f"({other.plugin.distribution}) both bring a {_name_of(kind)} called {component.name!r}; "
                        "uninstall one of them or ask its author for another name"
                    )
                found[component.name] = Registered(component=component, plugin=plugin)
        return found


def load_plugins(extra: Iterable[Path] = (), *, only: Callable[[EntryPoint], bool] = lambda _: True) -> Plugins:
    """Load the plugins of all installed distributions, then the files and folders in `extra`.

    A distribution's plugin that fails to load is listed as broken.  One in `extra` was asked for by name: its failure
    is a PluginError.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    loaded: list[Loaded] = []
    broken: list[BrokenPlugin] = []
    for point in sorted(
        entry_points(group=GROUP), key=lambda p: (p.dist is None or p.dist.name != DISTRIBUTION, p.name)
    ):
        if not only(point):
            continue
        distribution, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "unknown")
        try:
            module = point.load()
            loaded.append(_register(manager, point.name, version, distribution, module))
        except Exception as error:
            broken.append(_broken(point.name, version, distribution, error))
    for path in extra:
        try:
            module = import_plugin_file(path)
            version = getattr(module, "__version__", "unversioned")
            loaded.append(_register(manager, path.stem, version, str(path), module))
        except Exception as error:
            if isinstance(error, UsageError):
                raise
            raise PluginError(f"the plugin {path} could not be loaded: {type(error).__name__}: {error}") from error
    return Plugins(manager, loaded, broken)


def _register(manager: pluggy.PluginManager, name: str, version: str, distribution: str, module: ModuleType) -> Loaded:
    try:
        manager.register(module, name=name)
        _refuse_mistaken_hooks(manager, module)
    except Exception:
        if manager.get_plugin(name) is module:  # nothing of a broken plugin may be called
            manager.unregister(module)
        raise
    file = Path(module.__file__ or "")
    # An entry point names a module inside a package: the package is what the plugin's results depend on.
    in_package = "." in module.__name__ or hasattr(module, "__path__")
    place = file.parent if in_package else file
    return Loaded(name=name, version=version, distribution=distribution, module=module, place=place)


def _refuse_mistaken_hooks(manager: pluggy.PluginManager, module: ModuleType) -> None:
    """A misspelt or unmarked hook would otherwise never be called, without a word."""
    callers = {name: caller for name, caller in vars(manager.hook).items() if isinstance(caller, pluggy.HookCaller)}
    known = [name for name, caller in callers.items() if caller.has_spec()]
    implemented = {caller.name for caller in manager.get_hookcallers(module) or ()}
    for name in implemented.difference(known):
        raise PluginError(f"there is no hook {name!r}.{did_you_mean(name, known)}")
    for name in known:
        if name not in implemented and callable(getattr(module, name, None)):
            raise PluginError(f"{name} is not marked with @shoptune.hookimpl, so it would never be called")
    if not implemented:
        raise PluginError("there is no hook in it; mark functions named as in shoptune.hookspecs with @hookimpl")


def _call(implementation: pluggy.HookImpl, what: Mapping[str, Any]) -> Any:
    """Call a hook with the arguments that it takes."""
    return implementation.function(**{name: what[name] for name in implementation.argnames})


def _checked(components: list[Any], kind: type[Any] | tuple[type[Any], ...], hook: str) -> list[Any]:
    for component in components:
        if not isinstance(component, kind):
            raise PluginError(
                f"{hook} returned a {type(component).__name__}; it must return an iterable of {_name_of(kind)}"
            )
    return components


def _broken(name: str, version: str, distribution: str, error: BaseException) -> BrokenPlugin:
    return BrokenPlugin(
        name=name,
        version=version,
        distribution=distribution,
        error=f"{type(error).__name__}: {error}",
        traceback="".join(traceback.format_exception(error)),
    )


def _name_of(kind: type[Any] | tuple[type[Any], ...]) -> str:
    return kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
