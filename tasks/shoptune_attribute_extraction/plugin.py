"""What this plugin brings: the task `attribute_extraction`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `attribute_extraction`."""
    from shoptune_attribute_extraction.task import ATTRIBUTE_EXTRACTION

    return [ATTRIBUTE_EXTRACTION]
