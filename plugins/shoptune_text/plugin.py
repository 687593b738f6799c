"""What this plugin brings: metrics that compare, count and describe text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import Metric

__all__ = ["register_metrics"]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    """Bring ROUGE, chrF, copy rate, distinct-n, output length, and the shares of invalid and cut-off answers."""
    from shoptune_text.answers import CUT_OFF_SHARE, INVALID_SHARE, OUTPUT_LENGTH
    from shoptune_text.chrf import CHRF
    from shoptune_text.originality import COPY_RATE, DISTINCT_N
    from shoptune_text.rouge import ROUGE_1, ROUGE_2, ROUGE_L

    return [ROUGE_1, ROUGE_2, ROUGE_L, CHRF, COPY_RATE, DISTINCT_N, OUTPUT_LENGTH, INVALID_SHARE, CUT_OFF_SHARE]
