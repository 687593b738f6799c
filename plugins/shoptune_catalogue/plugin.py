"""What this plugin brings: metrics that hold a text against its product's facts and a marketplace's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.deferred import Deferred

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Deferred]:
    """Bring attribute coverage, unsupported claims (per text, and as a share of all claims) and marketplace limits."""
    from shoptune.deferred import Deferred

    names = (
        "attribute_coverage",
        "unsupported_claims",
        "unsupported_claim_share",
        "marketplace_limits",
    )
    return [Deferred(name=name, place=f"shoptune_catalogue.metrics:{name.upper()}") for name in names]
