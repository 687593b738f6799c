"""What this plugin brings: the task `query_relevance`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `query_relevance`."""
    from shoptune_query_relevance.task import QUERY_RELEVANCE

    return [QUERY_RELEVANCE]
