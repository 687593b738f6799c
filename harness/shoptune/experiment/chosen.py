"""What an experiment file chooses: components with their options, and files with their adapter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from shoptune.plugins import Registered

__all__ = ["ConfiguredComponent", "TableFiles"]


@dataclass(frozen=True)
class ConfiguredComponent:
    """A component that the experiment names, with its checked options."""

    registered: Registered[Any]
    options: BaseModel

    @property
    def component(self) -> Any:
        """The component itself."""
        return self.registered.component

    def identity(self) -> dict[str, Any]:
        """Return what goes into fingerprints: plugin, component and options."""
        return {
            **self.registered.plugin.identity(),
            "component": self.component.name,
            "options": self.options.model_dump(mode="json", by_alias=True),
        }


@dataclass(frozen=True)
class TableFiles:
    """The files of one table, and how they are read."""

    paths: tuple[Path, ...]
    adapter: ConfiguredComponent
    on_bad_row: Literal["stop", "skip"] | None
