"""What this plugin brings: the tuning methods ``sft`` and ``dpo``."""

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_tuning_methods"]


@hookimpl
def register_tuning_methods() -> "Iterable[Deferred]":
    """Bring supervised tuning and preference tuning."""
    from shoptune.deferred import Deferred

    return [Deferred(name=name, place=f"shoptune_trl.{name}:{name}") for name in ("sft", "dpo")]
