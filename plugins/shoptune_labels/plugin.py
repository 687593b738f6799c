"""What this plugin brings: metrics for answers that are one of a few labels, and for rankings by such answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Deferred]:
    """Bring accuracy, F1 of one label and of all, recall of one label and of the worst, nDCG and MRR."""
    from shoptune.deferred import Deferred

    modules = {
        **dict.fromkeys(("accuracy", "macro_f1", "f1", "recall", "lowest_recall"), "classification"),
        **dict.fromkeys(("ndcg", "mrr"), "ranking"),
    }
    return [Deferred(name=name, place=f"shoptune_labels.{module}:{name.upper()}") for name, module in modules.items()]
