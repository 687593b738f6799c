"""What this plugin brings: metrics for answers that are one of a few labels, and for rankings by such answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Metric

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    """Bring accuracy, F1 of one label and of all, recall of one label and of the worst, nDCG and MRR."""
    from shoptune_labels.classification import ACCURACY, F1, LOWEST_RECALL, MACRO_F1, RECALL
    from shoptune_labels.ranking import MRR, NDCG

    return [ACCURACY, MACRO_F1, F1, RECALL, LOWEST_RECALL, NDCG, MRR]
