"""What this plugin brings: the tasks `custom_text`, `custom_label` and `custom_json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring one task for each kind of answer: a text, one of some labels, a JSON object."""
    from shoptune.deferred import Deferred

    names = ("custom_text", "custom_label", "custom_json")
    return [Deferred(name=name, place=f"shoptune_custom.task:{name.upper()}") for name in names]
