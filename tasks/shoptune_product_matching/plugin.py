"""What this plugin brings: the task `product_matching`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `product_matching`."""
    from shoptune_product_matching.task import PRODUCT_MATCHING

    return [PRODUCT_MATCHING]
