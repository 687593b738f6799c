"""What this plugin brings: metrics that compare, count and describe text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Deferred]:
    """Bring ROUGE, chrF, copying and memorisation, distinct-n, repetition, length, and invalid and cut-off answers."""
    from shoptune.deferred import Deferred

    modules = {
        **dict.fromkeys(("rouge_1", "rouge_2", "rouge_l"), "rouge"),
        "chrf": "chrf",
        "copy_rate": "originality",
        **dict.fromkeys(("longest_copy", "memorised_canaries"), "memorisation"),
        "distinct_n": "originality",
        **dict.fromkeys(("output_length", "invalid_share", "cut_off_share"), "answers"),
        "perplexity": "perplexity",
        **dict.fromkeys(("repetition", "looping_share"), "repetition"),
    }
    return [Deferred(name=name, place=f"shoptune_text.{module}:{name.upper()}") for name, module in modules.items()]
