"""What came back at all: the length of answers, and the shares that can't be used or were cut off.

These say how to read the other metrics, most of which count an invalid answer as wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions
from shoptune.data import Invalid, Sample
from shoptune.reductions import ratio
from shoptune_text.words import WORDS_VERSION, words

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CUT_OFF_SHARE", "INVALID_SHARE", "OUTPUT_LENGTH"]


def _length_rows(evaluation: Evaluation, _options: NoOptions) -> FloatArray:
    """Return (words, 1) per sample; zeros where the answer is invalid or has no word, which `invalid_share` tells."""
    lengths = np.array([len(words(sample.text)) for sample in evaluation.samples], dtype=np.float64)
    return np.stack([lengths, lengths > 0], axis=-1)


def _share_of(is_so: Callable[[Sample], bool]) -> Callable[[Evaluation, NoOptions], FloatArray]:
    """Make rows of (1 if it is so, 1)."""

    def rows(evaluation: Evaluation, _options: NoOptions) -> FloatArray:
        return np.array([(is_so(sample), 1) for sample in evaluation.samples], dtype=np.float64).reshape(-1, 2)

    return rows


def _is_invalid(sample: Sample) -> bool:
    """Whether the task could make nothing of the answer, or the answer is blank."""
    return isinstance(sample.answer, Invalid) or (isinstance(sample.answer, str) and not sample.answer.strip())


def _is_cut_off(sample: Sample) -> bool:
    """Whether the answer ran into the limit on new tokens before the model ended it."""
    return sample.prediction.finish == "length"


OUTPUT_LENGTH = AdditiveMetric(
    name="output_length",
    summary=f"Words of an answer, on average; answers without any are left out ({WORDS_VERSION})",
    options=NoOptions,
    rows=_length_rows,
    reduce=ratio,
    higher_is_better=None,
    format="count",
    theme="form",
    distributions=("regex",),
)

INVALID_SHARE = AdditiveMetric(
    name="invalid_share",
    summary="Share of answers that could not be used: they don't parse, or are empty",
    options=NoOptions,
    rows=_share_of(_is_invalid),
    reduce=ratio,
    higher_is_better=False,
    format="share",
    theme="form",
)

CUT_OFF_SHARE = AdditiveMetric(
    name="cut_off_share",
    summary="Share of answers that ran into the limit on new tokens",
    options=NoOptions,
    rows=_share_of(_is_cut_off),
    reduce=ratio,
    higher_is_better=False,
    format="share",
    theme="form",
)
