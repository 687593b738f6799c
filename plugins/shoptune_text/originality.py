"""Originality: how much a model recites its training texts (copy rate), and how varied its words are (distinct-n).

Overlap with references rises even where a model has merely learnt passages by heart: these two stand beside it.

Shops copy from themselves: half of a held-out text may stand in others about sister products.  A model that writes like
the shop copies as much, and one that was never tuned copies nothing.  So what is judged is how much more is copied than
in the shop's own texts about the same products.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from pydantic import Field

from shoptune.components import AdditiveMetric, CorpusMetric, Evaluation, FloatArray, Options
from shoptune.reductions import ratio
from shoptune_text.words import WORDS_VERSION, word_ngrams

__all__ = ["COPY_RATE", "DISTINCT_N", "CopyRateOptions", "DistinctOptions"]


class CopyRateOptions(Options):
    """What can be set about the copy rate."""

    n: int = Field(default=6, ge=1)
    """Words in a row that count as copied.  The default is longer than most stock phrases (``machine wash at 30
    degrees`` has 5 words) and shorter than a sentence; in scripts written without spaces, where a word is a character,
    take about 12."""


class DistinctOptions(Options):
    """What can be set about distinct-n."""

    n: int = Field(default=2, ge=1)
    """Words in a row: 1 measures vocabulary, 2 or more phrases."""


def _copy_rows(evaluation: Evaluation, options: CopyRateOptions) -> FloatArray:
    """Return (n-grams found in the training references, n-grams) per sample, of the answer and of its references.

    Zeros where there is no training text that could be copied.
    """
    trained_on = {
        ngram
        for example in evaluation.training()
        for text in example.references
        for ngram in word_ngrams(text, options.n)
    }

    def copied(text: str) -> tuple[int, int]:
        ngrams = word_ngrams(text, options.n)
        return sum(ngram in trained_on for ngram in ngrams), len(ngrams)

    rows = np.zeros((len(evaluation.samples), 4))
    if not trained_on:
        return rows
    for row, sample in zip(rows, evaluation.samples, strict=True):
        row[:2] = copied(sample.text)
        row[2:] = np.sum([(0, 0), *map(copied, sample.example.references)], axis=0)
    return rows


def _is_long_enough(rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which answers have an n-gram at all."""
    return np.asarray(rows[:, 1] > 0)


def _of_references(totals: FloatArray) -> FloatArray:
    """Return the copy rate of the shop's own texts about the same products; NaN where there are none."""
    return ratio(totals[..., 2:])


def _distinct(evaluation: Evaluation, options: DistinctOptions) -> float:
    """Return distinct n-grams over all n-grams of all answers together; NaN if there are none."""
    ngrams = [ngram for sample in evaluation.samples for ngram in word_ngrams(sample.text, options.n)]
    return len(set(ngrams)) / len(ngrams) if ngrams else math.nan


COPY_RATE = AdditiveMetric(
    name="copy_rate",
    summary=(
        "Share of the answers' word n-grams that stand in the training texts, judged by what is beyond that of the "
        f"shop's own held-out texts ({WORDS_VERSION})"
    ),
    options=CopyRateOptions,
    rows=_copy_rows,
    reduce=ratio,
    applies=_is_long_enough,
    reference=_of_references,
    higher_is_better=False,
    format="share",
    theme="originality",
    needs=frozenset({"training"}),
    distributions=("regex",),
)

# Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models" (2016).  It falls as text gets
# longer, and is no mean of anything, so it has no direction that a verdict could rest on.
DISTINCT_N = CorpusMetric(
    name="distinct_n",
    summary=f"Different word n-grams among all that the answers use (distinct-n; {WORDS_VERSION})",
    options=DistinctOptions,
    value=_distinct,
    higher_is_better=None,
    format="share",
    theme="originality",
    distributions=("regex",),
)
