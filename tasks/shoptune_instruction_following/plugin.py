"""What this plugin brings: the task `instruction_following`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Task

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `instruction_following`."""
    from shoptune_instruction_following.task import INSTRUCTION_FOLLOWING

    return [INSTRUCTION_FOLLOWING]
