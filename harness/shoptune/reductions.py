"""Reductions that many metrics share: from totals of additive rows to values.

A reduction takes totals of shape [..., k] (the sum of all rows, of a slice's rows, or of thousands of bootstrap
resamples at once) and returns values of shape [...], NaN where nothing was counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shoptune.components import FloatArray

__all__ = ["ratio"]


def ratio(totals: FloatArray) -> FloatArray:
    """Return the first total over the second: a mean from (sum, n), a share from (hits, all).

    >>> ratio(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([0.75,  nan])
    """
    numerator, denominator = totals[..., 0], totals[..., 1]
    values: FloatArray = np.full(denominator.shape, np.nan)
    np.divide(numerator, denominator, out=values, where=denominator != 0)
    return values
