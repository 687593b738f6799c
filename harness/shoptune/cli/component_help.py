"""What is to be said of a component: what it is, its options, an example, and a task's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import yaml

from shoptune.cli.option_help import options_of
from shoptune.components import AdditiveMetric, CorpusMetric, DataAdapter, ModelBackend, Task, TuningMethod
from shoptune.errors import PluginError
from shoptune.plugins import Registered

__all__ = ["help_of", "summary_of"]

TASK_CARD = "README.md"


def summary_of(registered: Registered[Any]) -> dict[str, Any]:
    """Return what a list says of a component, as JSON values."""
    component, plugin = registered.component, registered.plugin
    return {
        "name": component.name,
        "summary": component.summary,
        **_traits(component),
        "plugin": {"name": plugin.name, "version": plugin.version, "distribution": plugin.distribution},
    }


def help_of(registered: Registered[Any]) -> dict[str, Any]:
    """Return all that there is to say of a component, as JSON values; raises PluginError for a bad options model."""
    component = registered.component
    try:
        options = options_of(component.options)
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} can't say what options {component.name!r} takes: "
            f"{type(error).__name__}: {error}. Tell its author."
        ) from error
    needed = {option.name: f"<{option.type}>" for option in options if option.required and "." not in option.name}
    return {
        **summary_of(registered),
        "options": [asdict(option) for option in options],
        "example": yaml.safe_dump(_example(component, needed), sort_keys=False, allow_unicode=True),
        "card": _card(registered),
    }


def _traits(component: Any) -> dict[str, Any]:
    """Return what else is known of a component of this kind."""
    if isinstance(component, Task):
        return {
            "answers": component.answers,
            "tables": list(component.tables),
            "metrics": list(component.metrics),
            "baselines": sorted(component.baselines),
            "learns_from": list(component.kinds_of_rows),
            "max_new_tokens": component.max_new_tokens,
        }
    if isinstance(component, AdditiveMetric | CorpusMetric):
        return {
            "theme": component.theme,
            "format": component.format,
            "better": {True: "higher", False: "lower", None: None}[component.higher_is_better],
            "interval": isinstance(component, AdditiveMetric),
        }
    if isinstance(component, TuningMethod):
        return {"learns_from": [component.learns_from]}
    if isinstance(component, ModelBackend):
        return {"abilities": sorted(component.abilities), "sends_data": component.sends_data}
    return {"table": component.table} if isinstance(component, DataAdapter) else {}


def _example(component: Any, needed: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of an experiment file that uses the component; what stands in ``<...>`` has to be filled in."""
    name = component.name
    if isinstance(component, Task):
        return {
            "data": {"shop": {table: f"{table}.csv" for table in component.tables or ("products",)}},
            "tasks": {name: {"task": name, "data": "shop", **needed}},
        }
    if isinstance(component, AdditiveMetric | CorpusMetric):
        metric = {"metric": name, **needed} if needed else name
        return {"tasks": {"my_task": {"task": "<task>", "data": "shop", "metrics": [metric]}}}
    if isinstance(component, TuningMethod):
        return {"candidates": {"tuned": {"from": "base", "tune": {"method": name, **needed}}}}
    if isinstance(component, DataAdapter):
        return {"data": {"shop": {component.table or "products": {"path": "<file>", "adapter": name, **needed}}}}
    return {"candidates": {"base": {"model": "<model>", "backend": name, **needed}}}


def _card(registered: Registered[Any]) -> str | None:
    """Return the task card: the README of the task's package."""
    card = registered.plugin.place / TASK_CARD
    return card.read_text("utf-8") if isinstance(registered.component, Task) and card.is_file() else None
