"""What this plugin brings: the task `query_relevance`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring `query_relevance`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="query_relevance", place="shoptune_query_relevance.task:QUERY_RELEVANCE")]
