"""What this plugin brings: metrics that hold extracted attributes against those that the text states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Metric

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    """Bring F1 (micro and macro), precision, recall, invented and unseen values, hits at k, right objects."""
    from shoptune_attributes.metrics import (
        ATTRIBUTE_F1,
        ATTRIBUTE_HITS,
        ATTRIBUTE_MACRO_F1,
        ATTRIBUTE_PRECISION,
        ATTRIBUTE_RECALL,
        EXACT_OBJECTS,
        INVENTED_ATTRIBUTES,
        UNSEEN_VALUES,
    )

    return [
        ATTRIBUTE_F1,
        ATTRIBUTE_MACRO_F1,
        ATTRIBUTE_PRECISION,
        ATTRIBUTE_RECALL,
        INVENTED_ATTRIBUTES,
        UNSEEN_VALUES,
        ATTRIBUTE_HITS,
        EXACT_OBJECTS,
    ]
