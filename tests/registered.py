"""The components that plugins bring, imported, by name."""

from collections.abc import Mapping
from typing import Any

from shoptune.components import DataAdapter, ExportFormat
from shoptune.plugins import load_plugins

__all__ = ["data_adapters", "export_formats"]


def data_adapters() -> Mapping[str, DataAdapter[Any]]:
    """Return all data adapters."""
    return {name: found.component for name, found in load_plugins().data_adapters.items()}


def export_formats() -> Mapping[str, ExportFormat]:
    """Return all export formats."""
    return {name: found.component for name, found in load_plugins().export_formats.items()}
