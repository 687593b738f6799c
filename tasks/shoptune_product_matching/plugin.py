"""What this plugin brings: the task `product_matching`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring `product_matching`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="product_matching", place="shoptune_product_matching.task:PRODUCT_MATCHING")]
