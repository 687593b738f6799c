"""What is to be said of a component: what it is, its options, an example, and a task's card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import yaml

from shoptune.cli.option_help import OptionHelp, options_of
from shoptune.components import AdditiveMetric, CorpusMetric, DataAdapter, ModelBackend, Task, TuningMethod
from shoptune.errors import PluginError
from shoptune.plugins import Component, Configurable, Registered

__all__ = ["Help", "Summary", "help_of", "summary_of"]

TASK_CARD = "README.md"


class PluginName(TypedDict):
    """Which plugin brought a component."""

    name: str
    version: str
    distribution: str


class Traits(TypedDict, total=False):
    """What is known of components of one kind; which keys there are goes by the kind."""

    answers: str
    tables: list[str]
    metrics: list[str]
    baselines: list[str]
    learns_from: list[str]
    max_new_tokens: int
    theme: str
    format: str
    better: str | None
    interval: bool
    abilities: list[str]
    sends_data: bool
    table: str | None


class Summary(Traits):
    """What a list says of a component."""

    name: str
    summary: str
    plugin: PluginName


class Help(Summary):
    """All that there is to say of a component."""

    options: list[OptionHelp]
    example: str
    card: str | None


def summary_of(registered: Registered[Component]) -> Summary:
    """Return what a list says of a component, as JSON values."""
    component, plugin = registered.component, registered.plugin
    return {
        "name": component.name,
        "summary": component.summary,
        **_traits(component),
        "plugin": {"name": plugin.name, "version": plugin.version, "distribution": plugin.distribution},
    }


def help_of(registered: Registered[Configurable]) -> Help:
    """Return all that there is to say of a component, as JSON values; raises PluginError for a bad options model."""
    component = registered.component
    try:
        options = options_of(component.options)
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} can't say what options {component.name!r} takes: "
            f"{type(error).__name__}: {error}. Tell its author."
        ) from error
    needed = {o["name"]: f"<{o['type']}>" for o in options if o["required"] and "." not in o["name"]}
    return {
        **summary_of(registered),
        "options": options,
        "example": yaml.safe_dump(_example(component, needed), sort_keys=False, allow_unicode=True),
        "card": _card(registered),
    }


def _traits(component: Component) -> Traits:
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


def _example(component: Component, needed: Mapping[str, str]) -> dict[str, object]:
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


def _card(registered: Registered[Component]) -> str | None:
    """Return the task card: the README of the task's package."""
    card = registered.plugin.place / TASK_CARD
    return card.read_text("utf-8") if isinstance(registered.component, Task) and card.is_file() else None
