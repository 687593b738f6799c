"""How much true rates differ, beyond what chance makes counts differ.

The rates of a group (the texts of one test, the products of one price band) are taken as drawn from a distribution
around the group's own mean, whose relative variance v = (standard deviation / mean)^2 all groups share.  How far a
single rate is to be trusted follows from v: that is empirical Bayes, and it keeps luck from looking like merit.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray

__all__ = ["pooled_rates", "relative_variance"]

MIN_COMPARISONS = 10
"""Fewer degrees of freedom than these say too little about a variance."""


def pooled_rates(events: FloatArray, exposures: FloatArray, groups: npt.NDArray[np.int64]) -> FloatArray:
    """Return the events per exposure of each group, numbered from 0; 0 for a number that no group has."""
    total = np.bincount(groups, exposures).astype(np.float64)
    return np.divide(np.bincount(groups, events), total, out=np.zeros_like(total), where=total > 0)


def relative_variance(
    events: FloatArray, exposures: FloatArray, groups: npt.NDArray[np.int64], chance: Literal["binomial", "poisson"]
) -> float | None:
    """Return v, 0 or more, by the method of moments; None where there are fewer than `MIN_COMPARISONS` to judge by.

    `events` of `exposures` (each more than 0) belong to `groups`, numbered from 0; all have shape [n].  With N the sum
    of a group's exposures n_i, m its pooled rate and c = m (1 - m), or m for Poisson counts, Pearson's statistic
    Q = sum (x_i - n_i m)^2 / (n_i c) is expected to be (k - 1) + v (m^2 / c) (N - sum n_i^2 / N) for k members.  Both
    sides are summed over the groups and solved for v.  (R. DerSimonian and N. Laird, "Meta-analysis in clinical
    trials", Controlled Clinical Trials 7, 1986; for Poisson counts R. J. Marshall, "Mapping disease and mortality rates
    using empirical Bayes estimators", Applied Statistics 40, 1991.)
    """
    if len(groups) < MIN_COMPARISONS:
        return None
    total, rate = np.bincount(groups, exposures), pooled_rates(events, exposures, groups)
    per_exposure = rate * (1 - rate) if chance == "binomial" else rate
    judged = per_exposure > 0  # where nothing or everything was sold, nothing differs
    mine = judged[groups]
    x, n, m, c = events[mine], exposures[mine], rate[groups][mine], per_exposure[groups][mine]
    comparisons = int(mine.sum() - judged.sum())
    if comparisons < MIN_COMPARISONS:
        return None
    statistic = float(((x - n * m) ** 2 / (n * c)).sum())
    squares = np.bincount(groups, exposures**2)
    slope = float((rate[judged] ** 2 / per_exposure[judged] * (total[judged] - squares[judged] / total[judged])).sum())
    return max(0.0, (statistic - comparisons) / slope)
