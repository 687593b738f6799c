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
    """Bring ROUGE, chrF, copying and memorisation, distinct-n, output length, and invalid and cut-off answers."""
    from shoptune_text.answers import CUT_OFF_SHARE, INVALID_SHARE, OUTPUT_LENGTH
    from shoptune_text.chrf import CHRF
    from shoptune_text.memorisation import LONGEST_COPY, MEMORISED_CANARIES
    from shoptune_text.originality import COPY_RATE, DISTINCT_N
    from shoptune_text.perplexity import PERPLEXITY
    from shoptune_text.rouge import ROUGE_1, ROUGE_2, ROUGE_L

    return [
        ROUGE_1,
        ROUGE_2,
        ROUGE_L,
        CHRF,
        COPY_RATE,
        LONGEST_COPY,
        MEMORISED_CANARIES,
        DISTINCT_N,
        OUTPUT_LENGTH,
        INVALID_SHARE,
        CUT_OFF_SHARE,
        PERPLEXITY,
    ]
