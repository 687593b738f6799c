"""What this plugin brings: the task `product_description`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring `product_description`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="product_description", place="shoptune_product_description.task:PRODUCT_DESCRIPTION")]
