"""The paired cluster bootstrap: intervals, p-values, Holm's correction, and what a test set could have shown.

A metric is a function of a sum of additive rows (see `shoptune.components.AdditiveMetric`), so resampling whole groups
of samples is a matrix product of resampling weights with group sums.  The same weights serve every metric and every
candidate, which is what makes the comparison paired.

Throughout, `replicates` is the vector of a figure's values over the resamples, and `groups` is the number n of groups
that the figure rests on.  A replicate that isn't finite (a resample in which the metric applies to no sample) is left
out; where more than `MAX_UNDEFINED` of them are undefined, or there are fewer than two groups, the answer is None.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr, stdtrit

__all__ = [
    "ALPHA",
    "MAX_UNDEFINED",
    "MIN_BEYOND",
    "POWER",
    "RESAMPLES",
    "bootstrap",
    "holm",
    "interval",
    "p_value",
    "paired_difference",
    "resampling_weights",
    "smallest_detectable",
    "standard_error",
    "sum_by_group",
]

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 10_000
ALPHA = 0.05
POWER = 0.8
MAX_UNDEFINED = 0.05
"""The largest share of undefined replicates with which a figure still gets an interval."""
MIN_BEYOND = 10
"""Replicates beyond zero that a p-value counted from them needs."""

_CELLS = 2**21
"""Numbers per array held at once while resampling: 16 MiB of float64."""
_ROUNDING = 1e-10
"""Relative differences below this are summation order, not effect."""


# --- resampling ------------------------------------------------------------------------------------------------------


def resampling_weights(groups: int, resamples: int, *, seed: int, chunk: int) -> Iterator[FloatArray]:
    """Yield how often each group is drawn in each resample, `chunk` resamples at a time: [<= chunk, groups].

    Each row is multinomial: `groups` draws with replacement.  The rows do not depend on `chunk`.
    """
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        cells = rng.integers(groups, size=(rows, groups)) + groups * np.arange(rows)[:, None]
        yield np.bincount(cells.ravel(), minlength=rows * groups).reshape(rows, groups).astype(np.float64)


def sum_by_group(rows: FloatArray, member: npt.NDArray[np.intp]) -> FloatArray:
    """Sum rows [n, k] over the samples of each group: [groups, k].  `member` [n] numbers each sample's group from 0."""
    sums = np.zeros((member.max() + 1, rows.shape[1]))
    np.add.at(sums, member, rows)
    return sums


def bootstrap(sums: FloatArray, reduce: Callable[[FloatArray], FloatArray], *, resamples: int, seed: int) -> FloatArray:
    """Resample groups with replacement and return what `reduce` makes of the totals: [resamples, ...].

    `sums` [groups, k] holds the group sums of everything that shall share its resamples, side by side; `reduce` maps
    totals [r, k] to figures [r, ...].  Memory stays near 100 MB whatever the number of resamples.
    """
    groups, columns = sums.shape
    chunk = max(1, _CELLS // max(groups, columns))
    exact = _on_exact_grid(sums)
    weights = resampling_weights(groups, resamples, seed=seed, chunk=chunk)
    return np.concatenate([reduce(chunk_weights @ exact) for chunk_weights in weights])


def _on_exact_grid(sums: FloatArray) -> FloatArray:
    """Round each column to multiples of a power of two so coarse that every resampled total is exact in float64.

    A total is at most groups x the largest sum; counted in steps of the grid that is at most 2**53.  So no addition
    rounds, and a total is the same to the last bit whatever the number of threads, the library, the machine or the
    neighbouring columns.  The price is an error of at most about groups x 1e-16 of the largest sum.
    """
    _, exponent = np.frexp(len(sums) * np.abs(sums).max(axis=0))
    step = np.ldexp(1.0, exponent - 53)
    return np.asarray(np.rint(sums / step) * step, dtype=np.float64)


def paired_difference(candidate: npt.ArrayLike, baseline: npt.ArrayLike) -> FloatArray:
    """Return candidate - baseline, and exactly 0 where the two differ by no more than rounding."""
    equal = np.isclose(candidate, baseline, rtol=_ROUNDING, atol=1e-15)
    return np.where(equal, 0.0, np.subtract(candidate, baseline))


# --- one figure ------------------------------------------------------------------------------------------------------


def interval(replicates: FloatArray, groups: int, alpha: float = ALPHA) -> tuple[float, float] | None:
    """Return the 1 - alpha percentile interval, widened for small samples.

    A percentile interval is too narrow by about sqrt((n - 1) / n) and by the normal's lighter tails.  Hesterberg's
    expansion takes the quantiles at Phi(-sqrt(n / (n - 1)) t_{alpha/2, n-1}) and its complement, which for a mean of
    normal data gives Student's interval.  T. Hesterberg (2015), What Teachers Should Know About the Bootstrap,
    The American Statistician 69(4).
    """
    usable = _usable(replicates, groups)
    if usable is None:
        return None
    tail = float(ndtr(np.sqrt(groups / (groups - 1)) * stdtrit(groups - 1, alpha / 2)))
    low, high = np.quantile(usable, [tail, 1 - tail])
    return float(low), float(high)


def standard_error(replicates: FloatArray, groups: int) -> float | None:
    """Return the replicates' standard deviation times sqrt(n / (n - 1)); 0 where they differ by rounding alone.

    Resampling n groups gives a variance that is too small by (n - 1) / n; for a mean of groups of one sample the
    product is s / sqrt(n).
    """
    usable = _usable(replicates, groups)
    if usable is None:
        return None
    if usable[-1] - usable[0] <= _ROUNDING * max(abs(usable[0]), abs(usable[-1])):
        return 0.0
    return float(np.std(usable) * np.sqrt(groups / (groups - 1)))


def p_value(difference: float, replicates: FloatArray, groups: int) -> float | None:
    """Return the two-sided p-value of a paired difference being zero: `interval` turned round.

    It is the alpha at which the interval's bound touches 0, so p < alpha if and only if the 1 - alpha interval excludes
    0; replicates of exactly 0 count against a difference.  With fewer than `MIN_BEYOND` replicates beyond 0 that bound
    is no longer resolved.  There the t statistic (difference / `standard_error`, n - 1 degrees of freedom) decides,
    within the range that the few replicates leave open: from the p-value that they give to the one that `MIN_BEYOND`
    would give.  So very small p-values, which a correction for many comparisons needs, do not need more resamples, and
    p < alpha still never happens where the interval holds 0.

    p is never below 2**(1 - n), the smallest that a sign-flip test of n groups can give: that is its value where all
    groups differ by the same amount, and with five groups or fewer nothing is significant at 0.05.  The largest
    possible p, 1, is given where there is no difference at all.
    """
    usable = _usable(replicates, groups)
    error = standard_error(replicates, groups)
    if usable is None or error is None:
        return None
    steps = len(usable) - 1
    beyond = min(_share_up_to_zero(usable), _share_up_to_zero(-usable[::-1]))
    p = _p_of_share(beyond, groups)
    if beyond * steps < MIN_BEYOND:
        t = abs(difference) / error if error else np.inf
        p = float(np.clip(2 * stdtr(groups - 1, -t), p, _p_of_share(MIN_BEYOND / steps, groups)))
    return max(p, 2.0 ** (1 - min(groups, 1000)))  # 2**-1999 would be 0


def smallest_detectable(replicates: FloatArray, groups: int) -> float | None:
    """Return the smallest true difference that is found with probability `POWER` at two-sided `ALPHA`, uncorrected.

    (t_{1 - ALPHA/2, n-1} + t_{POWER, n-1}) x standard error of the paired difference: H. S. Bloom (1995), Minimum
    Detectable Effects, Evaluation Review 19(5).  None where the standard error is 0: nothing varied.
    """
    error = standard_error(replicates, groups)
    if not error:
        return None
    return float((stdtrit(groups - 1, 1 - ALPHA / 2) + stdtrit(groups - 1, POWER)) * error)


def _usable(replicates: FloatArray, groups: int) -> FloatArray | None:
    """Return the finite replicates, sorted; None where there are too few of them or of groups."""
    finite = replicates[np.isfinite(replicates)]
    if groups < 2 or len(finite) < 2 or len(finite) < (1 - MAX_UNDEFINED) * len(replicates):
        return None
    return np.sort(finite)


def _share_up_to_zero(ascending: FloatArray) -> float:
    """Return the largest q whose (linearly interpolated) q-quantile is not above 0; 0 where all are above.

    This is the inverse of `numpy.quantile`, so that p-values and intervals agree exactly.
    """
    count = int(np.searchsorted(ascending, 0.0, side="right"))
    if count in {0, len(ascending)}:
        return float(count > 0)
    below, above = ascending[count - 1], ascending[count]
    return float((count - 1 + below / (below - above)) / (len(ascending) - 1))


def _p_of_share(share: float, groups: int) -> float:
    """Return the alpha whose interval ends at the quantile `share`: Hesterberg's expansion, inverted."""
    t = ndtri(min(share, 0.5)) * np.sqrt((groups - 1) / groups)
    return float(2 * stdtr(groups - 1, t))


# --- many figures ----------------------------------------------------------------------------------------------------


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for their number: S. Holm (1979), Scandinavian Journal of Statistics 6(2).

    The i-th smallest of m is multiplied by m - i + 1, and is never below a smaller one's.  None and NaN stay as they
    are and do not count.
    """
    adjusted = list(p_values)
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None and not np.isnan(p))
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = highest
    return adjusted
