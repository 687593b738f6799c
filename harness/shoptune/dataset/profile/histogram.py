"""How often each figure came: a distribution in bounded memory, which does not depend on the order of the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable

from shoptune.data_report import Quantiles

__all__ = ["Histogram"]

EXACT = 1000
"""Figures from here on, and fractions, are counted as the nearest figure of three digits: at most 0.5 % beside theirs,
and at most 900 of them from 1 to 10, from 10 to 100, and so on."""


class Histogram:
    """Counts positive figures; whole numbers below `EXACT` exactly."""

    __slots__ = ("_counts", "fractions", "total")

    def __init__(self) -> None:
        self._counts: dict[float, int] = {}
        self.total = 0
        self.fractions = False
        """Whether a figure came that was no `int`: only whole numbers may be numbering."""

    def add(self, figure: float) -> None:
        """Count one figure above 0."""
        if type(figure) is not int:
            self.fractions = True
            figure = float(f"{figure:.3g}")
        elif figure >= EXACT:
            figure = float(f"{figure:.3g}")
        self._counts[figure] = self._counts.get(figure, 0) + 1
        self.total += 1

    def quantile(self, percent: int) -> float:
        """Return the smallest figure that `percent` % of all figures do not exceed (numpy's ``inverted_cdf``)."""
        return _quantile(sorted(self._counts.items()), self.total, percent)

    def quantiles(self) -> Quantiles:
        """Return the spread; there must be a figure."""
        return Quantiles(p5=self.quantile(5), p50=self.quantile(50), p95=self.quantile(95), max=self.quantile(100))

    def log_deviations(self) -> tuple[float, float]:
        """Return the robust standard deviations of the figures' natural logarithms below and above the median.

        Each is the median of the absolute deviations from the median on its side, times 1.4826, which makes it the
        standard deviation where the logarithms are normal (Rousseeuw and Croux 1993, Journal of the American
        Statistical Association 88, 1273-1283).  Two, since logarithms are often skewed.  There must be a figure.
        """
        median = self.quantile(50)
        below = [(math.log(median / figure), count) for figure, count in self._counts.items() if figure <= median]
        above = [(math.log(figure / median), count) for figure, count in self._counts.items() if figure >= median]
        return _deviation(below), _deviation(above)


def _deviation(distances: list[tuple[float, int]]) -> float:
    return 1.4826 * _quantile(sorted(distances), sum(count for _, count in distances), 50)


def _quantile(counts: Iterable[tuple[float, int]], total: int, percent: int) -> float:
    rank = -(-total * percent // 100)  # rounded up, in whole numbers: 0.05 * 140 is above 7 in floating point
    seen, figure = 0, math.nan
    for figure, count in counts:  # noqa: B007 - the figure that the loop ends with is the answer
        seen += count
        if seen >= rank:
            break
    return figure
