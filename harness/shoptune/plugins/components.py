"""Refuses components that can't work, and settles who has a name that two plugins claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel

from shoptune.components import ExportFormat, Task, TuningMethod
from shoptune.deferred import Deferred
from shoptune.errors import PluginError
from shoptune.plugins.loaded import Component, Registered
from shoptune.training_rows import ROW_KINDS

__all__ = ["checked", "chosen", "iterated", "settled"]

MOST = 10_000
"""What one hook may bring: a generator may have no end."""

T = TypeVar("T")
C = TypeVar("C", bound=Component)


def iterated(brought: object, types: tuple[type[T], ...], hook: str) -> list[T]:
    """Return what a hook returned as a list; raises PluginError where it holds something of another type."""
    wanted = f"it must return an iterable of {' or '.join(t.__name__ for t in types)}"
    if not isinstance(brought, Iterable):
        raise PluginError(f"{hook} returned a {type(brought).__name__}; {wanted}")
    things = list(islice(brought, MOST + 1))
    if len(things) > MOST:
        raise PluginError(f"{hook} returned more than {MOST:,} things, perhaps without end")
    for thing in things:
        if not isinstance(thing, types):
            raise PluginError(f"{hook} returned a {type(thing).__name__}; {wanted}")
    return things


def checked(brought: object, types: tuple[type[C], ...], hook: str) -> list[C | Deferred]:
    """Return the components that a hook returned; raises PluginError where one of them can't be used."""
    components: list[C | Deferred] = iterated(brought, (*types, Deferred), hook)
    names: set[str] = set()
    for component in components:
        _refuse_unusable(component, hook)
        if component.name in names:
            raise PluginError(f"{hook} returned two called {component.name!r}")
        names.add(component.name)
    return components


def chosen(deferred: Deferred, types: tuple[type[C], ...], hook: str) -> C:
    """Import a component that a hook deferred; raises PluginError where it can't be used, or what the import raises."""
    module, _, attribute = deferred.place.partition(":")
    component: object = getattr(import_module(module), attribute)
    if not isinstance(component, types):
        wanted = " or ".join(t.__name__ for t in types)
        raise PluginError(f"{deferred.place} is a {type(component).__name__}; {hook} must bring a {wanted}")
    _refuse_unusable(component, hook)
    if component.name != deferred.name:
        raise PluginError(f"{deferred.place} is called {component.name!r}, and {hook} said {deferred.name!r}")
    return component


def _refuse_unusable(component: Component | Deferred, hook: str) -> None:
    name: object = component.name
    if not isinstance(name, str) or not name:
        raise PluginError(f"{hook} returned a {type(component).__name__} whose name is {name!r}; it must be a text")
    if isinstance(component, Deferred):
        if not all(part for part in component.place.partition(":")):
            raise PluginError(f"{hook} says that {name!r} is at {component.place!r}; it must be 'package.module:name'")
        return
    options = getattr(component, "options", BaseModel)  # a report format has none
    if not (isinstance(options, type) and issubclass(options, BaseModel)):
        raise PluginError(
            f"{hook} returned {name!r}, whose options are {options!r}; they must be a subclass of "
            "shoptune.components.Options"
        )
    for kind in _kinds_of_rows(component):
        if kind not in ROW_KINDS:
            raise PluginError(
                f"{hook} returned {name!r}, which names training rows of the kind {kind!r}; there are: "
                f"{', '.join(ROW_KINDS)}"
            )


def _kinds_of_rows(component: Component | Deferred) -> Iterable[str]:
    """Return the kinds of training rows that a component names."""
    if isinstance(component, TuningMethod):
        return (component.learns_from,)
    return component.rows if isinstance(component, Task | ExportFormat) else ()


def settled(claimed: Sequence[Registered[C]]) -> Registered[C] | None:
    """Return whose component has the name that all of these claim; None: nobody's.

    What is merely installed takes no name from shoptune's own or from a plugin whose file the experiment names.
    Between others, to choose would be to guess what was meant.
    """
    first = [c for c in claimed if c.plugin.is_own or c.plugin.from_file] or claimed
    return first[0] if len(first) == 1 else None
