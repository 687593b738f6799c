"""All plugins of a run, and how the core asks and tells them."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from shoptune.deferred import Deferred
from shoptune.errors import PluginError, ShoptuneError, UsageError, did_you_mean
from shoptune.plugins.faults import RAISED, Fault, fault_of
from shoptune.plugins.guarded import guarded
from shoptune.plugins.loaded import Component, Configurable, LoadedPlugin, Registered

if TYPE_CHECKING:
    import click

    from shoptune.comparison import Comparison
    from shoptune.components import (
        AnyAdapter,
        AnyBackend,
        AnyExecutor,
        AnyMethod,
        AnyTask,
        ExportFormat,
        Metric,
        Recogniser,
        ReportFormat,
        Section,
    )

__all__ = ["KINDS", "Plugins"]

KINDS = (
    "data adapter",
    "task",
    "metric",
    "tuning method",
    "model backend",
    "report format",
    "export format",
    "recogniser",
    "executor",
)
"""What is registered by name, as messages call it; its hook and its door in `Plugins` are named alike."""

C = TypeVar("C", bound=Component)


class Plugins:
    """All plugins of a run, and a typed door to each kind of component.

    Components are asked for once and only when they are needed, so that listing plugins imports little.
    """

    def __init__(
        self,
        manager: pluggy.PluginManager,
        loaded: Sequence[LoadedPlugin],
        faults: Sequence[Fault] = (),
        left_out: Mapping[str, str] | None = None,
    ) -> None:
        self.loaded = tuple(loaded)
        self.faults = list(faults)
        self.left_out = dict(left_out or {})
        """Installed plugins that were not loaded: name -> by what."""
        self.warnings: list[str] = []
        """What went wrong without being in the way: observers that raised, and plugins that could not be asked."""
        self._manager = manager
        self._contested: dict[tuple[str, str], str] = {}
        """(kind, name) -> why nobody has a name that is claimed."""

    # What is registered by name

    @cached_property
    def data_adapters(self) -> dict[str, Registered[AnyAdapter]]:
        """Adapters by name."""
        from shoptune.components import DataAdapter  # noqa: PLC0415 - brings pydantic, which help does not need

        return self._collect("data adapter", DataAdapter)

    @cached_property
    def tasks(self) -> dict[str, Registered[AnyTask]]:
        """Tasks by name."""
        from shoptune.components import Task  # noqa: PLC0415

        return self._collect("task", Task)

    @cached_property
    def tuning_methods(self) -> dict[str, Registered[AnyMethod]]:
        """Tuning methods by name."""
        from shoptune.components import TuningMethod  # noqa: PLC0415

        return self._collect("tuning method", TuningMethod)

    @cached_property
    def model_backends(self) -> dict[str, Registered[AnyBackend]]:
        """Model backends by name."""
        from shoptune.components import ModelBackend  # noqa: PLC0415

        return self._collect("model backend", ModelBackend)

    @cached_property
    def metrics(self) -> dict[str, Registered[Metric]]:
        """Metrics by name."""
        from shoptune.components import AdditiveMetric, CorpusMetric  # noqa: PLC0415

        return self._collect("metric", AdditiveMetric, CorpusMetric)

    @cached_property
    def report_formats(self) -> dict[str, Registered[ReportFormat]]:
        """Report formats by name."""
        from shoptune.components import ReportFormat  # noqa: PLC0415

        return self._collect("report format", ReportFormat)

    @cached_property
    def export_formats(self) -> dict[str, Registered[ExportFormat]]:
        """Export formats by name."""
        from shoptune.components import ExportFormat  # noqa: PLC0415

        return self._collect("export format", ExportFormat)

    @cached_property
    def recognisers(self) -> dict[str, Registered[Recogniser]]:
        """Recognisers of personal data by name."""
        from shoptune.components import Recogniser  # noqa: PLC0415

        return self._collect("recogniser", Recogniser)

    @cached_property
    def executors(self) -> dict[str, Registered[AnyExecutor]]:
        """Executors by name."""
        from shoptune.components import Executor  # noqa: PLC0415

        return self._collect("executor", Executor)

    def of_kind(self, kind: str) -> Mapping[str, Registered[Component]]:
        """Return the components of one of the `KINDS` by name."""
        found: Mapping[str, Registered[Component]] = getattr(self, _door(kind))
        return found

    def configurable(self, kind: str) -> Mapping[str, Registered[Configurable]]:
        """Do as `of_kind`, for kinds whose components have options: all but recognisers, report and export formats."""
        found: Mapping[str, Registered[Configurable]] = getattr(self, _door(kind))
        return found

    def usable(self, kind: str) -> list[str]:
        """Import all components of one of the `KINDS`, and return their names, sorted.

        One that can't be imported is there no more, and who brought it is blamed.
        """
        known: dict[str, Registered[Component]] = getattr(self, _door(kind))
        for name, registered in list(known.items()):
            try:
                registered.component  # noqa: B018 - is imported by being looked at
            except PluginError as error:
                del known[name]
                self.blame(registered.plugin, self.hook_of(kind), error.__cause__ or error, component=name)
        return sorted(known)

    @staticmethod
    def hook_of(kind: str) -> str:
        """Return the hook that brings components of one of the `KINDS`."""
        return f"register_{_door(kind)}"

    def brought_by(self, plugin: LoadedPlugin) -> dict[str, list[Component]]:
        """Return the components of one plugin, sorted by name: kind -> components."""
        found = {
            kind: [of.component for name in self.usable(kind) if (of := self.of_kind(kind)[name]).plugin is plugin]
            for kind in KINDS
        }
        return {kind: components for kind, components in found.items() if components}

    def find(self, kind: str, known: Mapping[str, Registered[C]], name: str) -> Registered[C]:
        """Return the component called `name`; raises UsageError with the nearest match, and names suspects."""
        if name in known:
            return known[name]
        raise UsageError("\n".join([self.missing(kind, known, name), *self.suspects(kind)]))

    def missing(self, kind: str, known: Collection[str], name: str) -> str:
        """Return what to say of a name that nobody has."""
        return self._contested.get((kind, name)) or f"there is no {kind} {name!r}.{did_you_mean(name, known)}"

    def suspects(self, kind: str) -> list[str]:
        """Return a line for each plugin that may be why a component is missing."""
        hooks = {"", self.hook_of(kind), f"select_{kind}".replace(" ", "_")}
        lines = [f"Perhaps this is why: {f}" for f in self.faults if f.hook in hooks and not f.component]
        return lines + [f"Perhaps this is why: {by} leaves out the plugin {n!r}" for n, by in self.left_out.items()]

    # What is decided by asking

    def select_data_adapter(self, path: Path) -> str | None:
        """Name the adapter that can read the file, or None."""
        return self._ask("select_data_adapter", self.data_adapters, path=path)

    def select_model_backend(self, model: str) -> str | None:
        """Name the backend that can load the model, or None."""
        return self._ask("select_model_backend", self.model_backends, model=model)

    def _ask(self, hook: str, known: Mapping[str, Registered[Component]], **what: object) -> str | None:
        """Return the first answer, in pluggy's order; unlike pluggy, go on where a plugin raises, and say who did."""
        for plugin, implementation in reversed(self._implementations(hook)):
            try:
                with guarded():
                    answer: str | None = _call(implementation, what)
                if answer is not None and answer not in known:
                    raise PluginError(f"it named {answer!r}, which is none of: {', '.join(sorted(known))}")
            except RAISED as error:
                if isinstance(error, ShoptuneError) and not isinstance(error, PluginError):
                    raise  # it knows the file or model, and says in words what is wrong with it
                self.blame(plugin, hook, error)
                self.warnings.append(str(self.faults[-1]))
            else:
                if answer is not None:
                    self._note_choice(plugin, hook, known[answer].plugin, answer, what)
                    return answer
        return None

    def _note_choice(
        self, by: LoadedPlugin, hook: str, of: LoadedPlugin, answer: str, what: Mapping[str, object]
    ) -> None:
        """Note where a plugin chose what another one brings: whoever wonders about the choice should know."""
        if by is not of and not by.is_own:
            for_what = " and ".join(map(str, what.values()))
            self.warnings.append(f"{by.label} chose {answer!r} of {of.label} for {for_what} in {hook}")

    # What is observed

    def implement(self, hook: str) -> bool:
        """Whether any plugin implements a hook."""
        return bool(self._implementations(hook))

    def notify(self, hook: str, **what: object) -> None:
        """Tell all observers, each by copies; one that raises is recorded against its plugin and harms nothing."""
        for plugin, implementation in self._implementations(hook):
            with self._recording(plugin, hook):
                _call(implementation, {name: _copy(value) for name, value in what.items()})

    def report_sections(self, comparison: Comparison) -> list[Section]:
        """Return the sections that plugins add to reports."""
        from shoptune.components import Section  # noqa: PLC0415
        from shoptune.plugins.components import iterated  # noqa: PLC0415

        sections: list[Section] = []
        for plugin, implementation in self._implementations("report_sections"):
            with self._recording(plugin, "report_sections"):
                brought = _call(implementation, {"comparison": _copy(comparison)})
                sections += iterated(brought or (), (Section,), "report_sections")
        return sections

    def add_commands(self, cli: click.Group) -> None:
        """Let plugins add their commands; one that fails adds none, and is blamed."""
        from shoptune.plugins.commands import take_commands  # noqa: PLC0415 - most commands are the core's own

        for plugin, implementation in self._implementations("register_commands"):
            try:
                with guarded():
                    take_commands(plugin, partial(_call_with_commands, implementation), cli)
            except RAISED as error:
                self.blame(plugin, "register_commands", error)

    # Who brings what, and who is to blame

    def ask_all(self) -> None:
        """Ask every plugin for all that it brings, so that `faults` holds whatever is wrong with one."""
        import click  # noqa: PLC0415

        for kind in KINDS:
            self.usable(kind)
        self.add_commands(click.Group())

    def hooks_of(self, plugin: LoadedPlugin) -> list[str]:
        """Return the names of the hooks that the plugin implements."""
        return sorted(caller.name for caller in self._manager.get_hookcallers(plugin.module) or ())

    def faults_of(self, plugin: LoadedPlugin) -> list[Fault]:
        """Return what is wrong with a plugin, as far as it was asked."""
        return [f for f in self.faults if (f.name, f.distribution) == (plugin.name, plugin.distribution)]

    def blame(self, plugin: LoadedPlugin, hook: str, error: BaseException, *, component: str = "") -> None:
        """Note what a plugin raised; for one that the experiment itself names, raise PluginError."""
        fault = fault_of(plugin.name, plugin.version, plugin.distribution, error, hook=hook, component=component)
        if plugin.from_file and not component:
            raise PluginError(f"{plugin.label} raised in {hook}: {fault.error}") from error
        self.faults.append(fault)

    def _implementations(self, hook: str) -> list[tuple[LoadedPlugin, pluggy.HookImpl]]:
        by_module = {id(p.module): p for p in self.loaded}
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return [(by_module[id(i.plugin)], i) for i in caller.get_hookimpls()]

    @contextmanager
    def _recording(self, plugin: LoadedPlugin, hook: str) -> Iterator[None]:
        try:
            with guarded():
                yield
        except RAISED as error:
            self.warnings.append(f"{plugin.label} raised in {hook}: {type(error).__name__}: {error}")

    def _collect(self, kind: str, *types: type[C]) -> dict[str, Registered[C]]:
        """Ask every plugin for its components of one kind."""
        from shoptune.plugins.components import checked, settled  # noqa: PLC0415 - brings pydantic

        hook = self.hook_of(kind)
        claims: dict[str, list[Registered[C]]] = {}
        for plugin, implementation in self._implementations(hook):
            try:
                with guarded():
                    components = checked(_call(implementation, {}), types, hook)
            except RAISED as error:
                self.blame(plugin, hook, error)
                continue
            for component in components:
                load = partial(_load, component, types, plugin, hook)
                claims.setdefault(component.name, []).append(Registered(name=component.name, plugin=plugin, load=load))
        found = {name: holder for name, claimed in claims.items() if (holder := settled(claimed))}
        for name, claimed in claims.items():
            if len(claimed) > 1:
                self._blame_claimants(kind, hook, name, claimed, found.get(name))
        return found

    def _blame_claimants(
        self, kind: str, hook: str, name: str, claimed: Sequence[Registered[C]], holder: Registered[C] | None
    ) -> None:
        """Note that several plugins claim one name, against each that does not have it."""
        said = f"{' and '.join(c.plugin.label for c in claimed)} each bring a {kind} called {name!r}"
        if holder is None:
            self._contested[kind, name] = f"{said}; `--no-plugin` with the name of one leaves that out"
        for claim in claimed:
            if claim is not holder:
                self.blame(claim.plugin, hook, PluginError(said), component=name)


def _door(kind: str) -> str:
    """Return what the property of `Plugins` that holds a kind is called."""
    return f"{kind}s".replace(" ", "_")


def _load(component: C | Deferred, types: tuple[type[C], ...], plugin: LoadedPlugin, hook: str) -> C:
    """Return a component that a plugin brought, imported if it was deferred; raises PluginError, which names it."""
    from shoptune.plugins.components import chosen  # noqa: PLC0415 - brings pydantic

    if not isinstance(component, Deferred):
        return component
    try:
        with guarded():
            return chosen(component, types, hook)
    except RAISED as error:
        fault = fault_of(plugin.name, plugin.version, plugin.distribution, error, hook=hook, component=component.name)
        raise PluginError(f"{component.name!r} can't be used: {fault}") from error


def _call_with_commands(implementation: pluggy.HookImpl, cli: click.Group) -> None:
    _call(implementation, {"cli": cli})


def _copy(value: object) -> object:
    """Return what an observer may change without harm: what is told is the run's own.

    An error stays itself: few can be copied, and nothing comes of one any more.
    """
    return value if isinstance(value, BaseException) else copy.deepcopy(value)


def _call(implementation: pluggy.HookImpl, what: Mapping[str, object]) -> Any:
    """Call a hook with the arguments that it takes; what a plugin returns may be anything, so it has to be checked."""
    return implementation.function(**{name: what[name] for name in implementation.argnames})
