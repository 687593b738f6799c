"""What this plugin brings: the executors ``local`` and ``processes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Executor

__all__ = ["register_executors"]


@hookimpl
def register_executors() -> Iterable[Executor[Any]]:
    """``local`` and ``processes``."""
    from shoptune_local.one_by_one import LOCAL
    from shoptune_local.processes import PROCESSES

    return [LOCAL, PROCESSES]
