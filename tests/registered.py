"""The components that plugins bring, imported, by name."""

from collections.abc import Mapping
from typing import Any

from shoptune.components import AdditiveMetric, DataAdapter, ExportFormat, Metric
from shoptune.plugins import load_plugins

__all__ = ["additive_metrics", "data_adapters", "export_formats", "metrics"]


def data_adapters() -> Mapping[str, DataAdapter[Any]]:
    """Return all data adapters."""
    return {name: found.component for name, found in load_plugins().data_adapters.items()}


def export_formats() -> Mapping[str, ExportFormat]:
    """Return all export formats."""
    return {name: found.component for name, found in load_plugins().export_formats.items()}


def metrics(plugin: str) -> Mapping[str, Metric]:
    """Return the metrics that one of our plugins brings."""
    known = load_plugins().metrics
    return {name: found.component for name, found in known.items() if found.plugin.name == plugin}


def additive_metrics(plugin: str) -> Mapping[str, AdditiveMetric[Any]]:
    """Return those that are additive."""
    return {name: metric for name, metric in metrics(plugin).items() if isinstance(metric, AdditiveMetric)}
