"""What this plugin brings: the task `product_description`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `product_description`."""
    from shoptune_product_description.task import PRODUCT_DESCRIPTION

    return [PRODUCT_DESCRIPTION]
