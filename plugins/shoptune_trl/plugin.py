"""What this plugin brings: the tuning methods ``sft`` and ``dpo``."""

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import TuningMethod

__all__ = ["register_tuning_methods"]


@hookimpl
def register_tuning_methods() -> "Iterable[TuningMethod[Any]]":
    """Bring supervised tuning and preference tuning."""
    from shoptune_trl.dpo import dpo
    from shoptune_trl.sft import sft

    return [sft, dpo]
