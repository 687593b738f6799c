"""What this plugin brings: the task `attribute_extraction`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring `attribute_extraction`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="attribute_extraction", place="shoptune_attribute_extraction.task:ATTRIBUTE_EXTRACTION")]
