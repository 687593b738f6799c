"""What this plugin brings: the executor ``local``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shoptune.components import Executor
    from shoptune.step import Step

__all__ = ["register_executors"]


@hookimpl
def register_executors() -> Iterable[Executor]:
    """Bring ``local``."""
    from shoptune.components import Executor

    return [Executor(name="local", summary="One step after the other, in this process", execute=_execute)]


def _execute(steps: Sequence[Step], run: Callable[[Step], None]) -> None:
    for step in steps:
        run(step)
