"""The worth of an order by scores, where equal scores leave the order open: its mean over all the orders they allow.

So a candidate that gives every product the same score gets what chance would, however the file happens to be sorted.

F. McSherry, M. Najork: Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores
(2008).
"""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray

__all__ = ["discounted_gain", "reciprocal_rank"]


def discounted_gain(gains: FloatArray, scores: FloatArray) -> float:
    """Return the sum over ranks i of gain / log2(i + 1), best score first; both arguments have shape [n].

    K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques (2002), with log2(i + 1) in place of
    its log2(i), which would leave the second rank undiscounted.
    """
    discounts = 1 / np.log2(np.arange(len(scores)) + 2)
    _, tie, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    # Of equal scores each may come at any of their ranks, so each is discounted by the mean of these.
    mean_discounts = np.add.reduceat(discounts, np.cumsum(sizes) - sizes) / sizes
    return float(gains @ mean_discounts[tie])


def reciprocal_rank(relevant: npt.NDArray[np.bool_], scores: FloatArray) -> float:
    """Return 1 / the rank of the first relevant item, best score first; at least one is `relevant` [n].

    Of m items with one score, r of them relevant, the j-th in a random order is the first relevant one with probability
    C(m - j, r - 1) / C(m, r).
    """
    best = scores[relevant].max()
    before, tied = int((scores > best).sum()), scores == best
    m, r = int(tied.sum()), int((tied & relevant).sum())
    return sum(comb(m - j, r - 1) / comb(m, r) / (before + j) for j in range(1, m - r + 2))
