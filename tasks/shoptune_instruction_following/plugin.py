"""What this plugin brings: the task `instruction_following`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tasks"]


@hookimpl
def register_tasks() -> Iterable[Deferred]:
    """Bring `instruction_following`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="instruction_following", place="shoptune_instruction_following.task:INSTRUCTION_FOLLOWING")]
