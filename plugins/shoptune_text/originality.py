"""Originality: how much a model recites its training texts (copy rate), and how varied its words are (distinct-n).

Overlap with references rises even where a model has merely learnt passages by heart: these two stand beside it.
"""

from __future__ import annotations

import math

import numpy as np
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
    """Return (n-grams found in the training references, n-grams) per sample; zeros if the answer is shorter than n."""
    trained_on = {
        ngram
        for example in evaluation.training()
        for text in example.references
        for ngram in word_ngrams(text, options.n)
    }
    rows = np.zeros((len(evaluation.samples), 2))
    for row, sample in zip(rows, evaluation.samples, strict=True):
        ngrams = word_ngrams(sample.text, options.n)
        row[:] = sum(ngram in trained_on for ngram in ngrams), len(ngrams)
    return rows


def _distinct(evaluation: Evaluation, options: DistinctOptions) -> float:
    """Return distinct n-grams over all n-grams of all answers together; NaN if there are none."""
    ngrams = [ngram for sample in evaluation.samples for ngram in word_ngrams(sample.text, options.n)]
    return len(set(ngrams)) / len(ngrams) if ngrams else math.nan


COPY_RATE = AdditiveMetric(
    name="copy_rate",
    summary=f"Share of the answers' word n-grams that stand in the training texts ({WORDS_VERSION})",
    options=CopyRateOptions,
    rows=_copy_rows,
    reduce=ratio,
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
