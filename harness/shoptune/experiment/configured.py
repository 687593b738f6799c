"""What an experiment file names: components with their checked options, and files with their adapter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from shoptune.components import AnyAdapter
from shoptune.plugins import Component, Registered
from shoptune.step import ComponentUse

__all__ = ["ConfiguredComponent", "TableFiles"]

C_co = TypeVar("C_co", bound=Component, covariant=True)


@dataclass(frozen=True)
class ConfiguredComponent(Generic[C_co]):
    """A component that the experiment names, with its checked options."""

    registered: Registered[C_co]
    options: BaseModel

    @property
    def component(self) -> C_co:
        """The component itself."""
        return self.registered.component

    def use(self) -> ComponentUse:
        """What a step holds of it."""
        return ComponentUse(plugin=self.registered.plugin.identity(), name=self.component.name, options=self.options)


@dataclass(frozen=True)
class TableFiles:
    """The files of one table, and how they are read."""

    paths: tuple[Path, ...]
    adapter: ConfiguredComponent[AnyAdapter]
    on_bad_row: Literal["stop", "skip"] | None
