"""chrF: character n-grams shared with a reference, for all languages and no tokenizer.

Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015), over the whole test set as sacrebleu
computes it: n-gram counts are summed over samples, and the score is a function of the sums.  Orders 1 to 6, beta 2.
With ``word_order: 2`` it is chrF++ (Popović, 2017).
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, Options

__all__ = ["CHRF", "ChrfOptions"]

_ORDERS = 6  # of character n-grams
_BETA = 2  # recall weighs twice as much as precision


class ChrfOptions(Options):
    """What can be set about chrF."""

    word_order: int = Field(default=0, ge=0, le=4)
    """Count word n-grams up to this length too; 2 is chrF++."""


def _rows(evaluation: Evaluation, options: ChrfOptions) -> FloatArray:
    """Return (n-grams of the answer, of the best reference, shared) per order and sample.

    An invalid or empty answer shares nothing with its reference's n-grams, and so counts as wrong.
    """
    from sacrebleu.metrics.chrf import CHRF as Sacrebleu  # noqa: N811

    sacrebleu = Sacrebleu(char_order=_ORDERS, word_order=options.word_order, beta=_BETA)
    rows = np.zeros((len(evaluation.samples), 3 * sacrebleu.order))
    for row, sample in zip(rows, evaluation.samples, strict=True):
        if sample.example.references:
            # Private, for want of a public door to the counts; sacrebleu's own significance tests come in by it.
            [row[:]] = sacrebleu._extract_corpus_statistics([sample.text], [[r] for r in sample.example.references])
    return rows


def _reduce(totals: FloatArray) -> FloatArray:
    """Return F-beta of precision and recall, each averaged over the orders that both sides have; 0 to 100."""
    answer, reference, shared = np.moveaxis(totals.reshape(*totals.shape[:-1], -1, 3), -1, 0)
    both = (answer > 0) & (reference > 0)
    orders = np.maximum(both.sum(axis=-1), 1)
    precision = np.divide(shared, answer, out=np.zeros(both.shape), where=both).sum(axis=-1) / orders
    recall = np.divide(shared, reference, out=np.zeros(both.shape), where=both).sum(axis=-1) / orders
    product, weighted = (1 + _BETA**2) * precision * recall, _BETA**2 * precision + recall
    scores: FloatArray = np.where(reference.any(axis=-1), 0.0, np.nan)
    np.divide(100 * product, weighted, out=scores, where=weighted > 0)
    return scores


CHRF = AdditiveMetric(
    name="chrf",
    summary="Character n-grams shared with the best reference, F with recall counting twice, 0 to 100 (chrF)",
    options=ChrfOptions,
    rows=_rows,
    reduce=_reduce,
    higher_is_better=True,
    format="count",
    theme="overlap",
    distributions=("sacrebleu",),
)
