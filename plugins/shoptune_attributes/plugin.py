"""What this plugin brings: metrics that hold extracted attributes against those that the text states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Deferred]:
    """Bring F1 (micro and macro), precision, recall, invented and unseen values, hits at k, right objects."""
    from shoptune.deferred import Deferred

    names = (
        "attribute_f1",
        "attribute_macro_f1",
        "attribute_precision",
        "attribute_recall",
        "invented_attributes",
        "unseen_values",
        "attribute_hits",
        "exact_objects",
    )
    return [Deferred(name=name, place=f"shoptune_attributes.metrics:{name.upper()}") for name in names]
