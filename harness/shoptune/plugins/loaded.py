"""A plugin that was loaded, and a component that it brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

    from shoptune.step import PluginIdentity

__all__ = ["OWN", "Component", "Configurable", "LoadedPlugin", "Registered"]

OWN = "shoptune"
"""The distribution that the core and its own plugins come in."""


class Component(Protocol):
    """What all components have in common."""

    @property
    def name(self) -> str:
        """What a user calls it in the experiment file."""

    @property
    def summary(self) -> str:
        """What it is, in a line."""


class Configurable(Component, Protocol):
    """A component that has options; a report format has none."""

    @property
    def options(self) -> type[BaseModel]:
        """The model of its options."""


C_co = TypeVar("C_co", bound=Component, covariant=True)


@dataclass(frozen=True, kw_only=True)
class LoadedPlugin:
    """A plugin that was loaded."""

    name: str
    version: str
    distribution: str
    """The distribution that brought it, or the path of a plain file."""
    module: ModuleType
    place: Path
    """Its file or package folder: the code that its fingerprint covers."""
    from_file: bool = False
    """Whether it was asked for by its path rather than installed."""
    import_seconds: float = 0.0
    """How long its import took, with all that it imported first."""

    @property
    def label(self) -> str:
        """Name and version, for messages."""
        return f"plugin {self.name!r} {self.version}"

    @property
    def is_own(self) -> bool:
        """Whether it came with shoptune itself."""
        return self.distribution == OWN

    def identity(self) -> PluginIdentity:
        """What goes into the fingerprint of a step that uses this plugin."""
        # Not needed for help:
        from shoptune.fingerprint import fingerprint_of_source  # noqa: PLC0415
        from shoptune.plugins.helpers import fingerprint_of_helpers  # noqa: PLC0415
        from shoptune.step import PluginIdentity  # noqa: PLC0415

        return PluginIdentity(
            name=self.name,
            version=self.version,
            source=fingerprint_of_source(self.place),
            helpers=fingerprint_of_helpers(self.place) or "",
        )


@dataclass(frozen=True, kw_only=True)
class Registered(Generic[C_co]):
    """A component and the plugin that brought it."""

    name: str
    plugin: LoadedPlugin
    load: Callable[[], C_co]
    """Imports the component where the plugin only said where it is; raises PluginError."""

    @cached_property
    def component(self) -> C_co:
        """The component itself, imported when it is first asked for; raises PluginError."""
        return self.load()
