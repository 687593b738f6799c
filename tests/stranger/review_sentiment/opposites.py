"""The mistakes that hurt: an angry customer who is taken for a happy one, and the other way round."""

from __future__ import annotations

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions

from .task import CHOICES

__all__ = ["OPPOSITES"]

FIRST, LAST = CHOICES[0], CHOICES[-1]


def rows(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    """Return (1 if the answer is the opposite, 1) per sample that has one; zeros for the others."""
    opposite = {FIRST: LAST, LAST: FIRST}
    wanted = [opposite.get(sample.example.references[0]) for sample in evaluation.samples]
    return np.array(
        [
            (sample.text == wrong, 1) if wrong else (0, 0)
            for sample, wrong in zip(evaluation.samples, wanted, strict=True)
        ],
        dtype=np.float64,
    ).reshape(-1, 2)


def reduce(totals: FloatArray) -> FloatArray:
    """Return the share; NaN where no sample has an opposite."""
    with np.errstate(invalid="ignore"):
        return np.asarray(totals[..., 0] / totals[..., 1])


OPPOSITES = AdditiveMetric(
    name="opposites",
    summary="Share of positive and negative reviews that are taken for the very opposite",
    options=NoOptions,
    rows=rows,
    reduce=reduce,
    higher_is_better=False,
    format="share",
    theme="correctness",
)
