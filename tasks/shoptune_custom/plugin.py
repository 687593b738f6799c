"""What this plugin brings: the tasks `custom_text`, `custom_label` and `custom_json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring one task for each kind of answer: a text, one of some labels, a JSON object."""
    from shoptune_custom.task import CUSTOM_JSON, CUSTOM_LABEL, CUSTOM_TEXT

    return [CUSTOM_TEXT, CUSTOM_LABEL, CUSTOM_JSON]
