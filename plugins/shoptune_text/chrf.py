"""chrF: character n-grams shared with a reference, for all languages and no tokenizer.

Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015), over the whole test set as sacrebleu
computes it: n-gram counts are summed over samples, and the score is a function of the sums.  Counted here, since
sacrebleu keeps its counts to itself; the tests compare with it.  Orders 1 to 6, beta 2.
With ``word_order: 2`` it is chrF++ (Popović, 2017).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isnan
from string import punctuation

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
    rows = np.zeros((len(evaluation.samples), 3 * (_ORDERS + options.word_order)))
    for row, sample in zip(rows, evaluation.samples, strict=True):
        if references := sample.example.references:
            answer = _n_grams(sample.text, options.word_order)
            compared = [_compare(answer, _n_grams(reference, options.word_order)) for reference in references]
            row[:] = max(compared, key=_score) if len(compared) > 1 else compared[0]  # of equals the first
    return rows


def _n_grams(text: str, word_order: int) -> list[Counter[str]]:
    """Count a text's n-grams of each order: of characters without white space, then of words.

    A mark at the end of a word, or else at its beginning, is a word of its own.
    """
    words: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in punctuation:
            words += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in punctuation:
            words += [word[0], word[1:]]
        else:
            words.append(word)
    characters = "".join(text.split())
    return [
        *(Counter(characters[i : i + n] for i in range(len(characters) - n + 1)) for n in range(1, _ORDERS + 1)),
        *(Counter(" ".join(words[i : i + n]) for i in range(len(words) - n + 1)) for n in range(1, word_order + 1)),
    ]


def _compare(answer: Sequence[Counter[str]], reference: Sequence[Counter[str]]) -> list[int]:
    """Return (n-grams of the answer, of the reference, shared) per order; an order that the reference lacks is none."""
    return [
        number
        for ours, theirs in zip(answer, reference, strict=True)
        for number in (ours.total() if theirs else 0, theirs.total(), _shared(ours, theirs))
    ]


def _shared(ours: Counter[str], theirs: Counter[str]) -> int:
    """Return how many n-grams two texts have in common; quicker than the size of ``ours & theirs``."""
    return sum(min(count, theirs[gram]) for gram, count in ours.items() if gram in theirs)


def _score(counts: Sequence[int]) -> float:
    """Return the score of one answer against one reference."""
    score = float(_reduce(np.array(counts, dtype=float)))
    return 0.0 if isnan(score) else score


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
)
