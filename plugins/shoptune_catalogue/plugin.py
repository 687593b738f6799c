"""What this plugin brings: metrics that hold a text against its product's facts and a marketplace's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Metric

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    """Bring attribute coverage, unsupported claims (per text, and as a share of all claims) and marketplace limits."""
    from shoptune_catalogue.metrics import (
        ATTRIBUTE_COVERAGE,
        MARKETPLACE_LIMITS,
        UNSUPPORTED_CLAIM_SHARE,
        UNSUPPORTED_CLAIMS,
    )

    return [ATTRIBUTE_COVERAGE, UNSUPPORTED_CLAIMS, UNSUPPORTED_CLAIM_SHARE, MARKETPLACE_LIMITS]
