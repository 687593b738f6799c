"""How far candidates are from one another in what they are judged by: paired, with intervals at any level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shoptune.comparing import statistics
from shoptune.components import FloatArray

__all__ = ["Differences", "Judged"]

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Differences:
    """One candidate's figures less another's: [metrics]."""

    values: FloatArray
    bounds: FloatArray
    """[metrics, 2]: the 95 % intervals, each by itself; NaN where there is too little to say."""
    groups: IndexArray
    """Groups that the metric applied to for either of the two."""
    differing: IndexArray
    """Those of them whose figures differ at all."""
    same: BoolArray
    """Whether no resample shows any difference."""
    errors: FloatArray
    """Standard errors."""

    @cached_property
    def smallest(self) -> FloatArray:
        """The minimum detectable effects."""
        return statistics.minimum_detectable_effect(self.errors, self.groups)

    @cached_property
    def intervals(self) -> FloatArray:
        """The 95 % intervals, which hold 0 where too few groups differ."""
        return statistics.at_level(self.bounds, self.groups, self.differing, statistics.ALPHA)

    @cached_property
    def p_values(self) -> FloatArray:
        """Two-sided p-values of there being no difference; NaN where there is none to be seen."""
        return np.where(self.same, np.nan, statistics.p_value(self.bounds, self.groups, self.differing))


@dataclass(frozen=True)
class Judged:
    """What candidates are judged by: values [metrics, candidates], replicates [metrics, candidates, resamples]."""

    values: FloatArray
    replicates: FloatArray
    """In the order of the resamples, which all share."""
    groups: IndexArray
    """[metrics, candidates]."""
    are_shares: BoolArray
    """[metrics]: whether the figures are shares of one."""

    @cached_property
    def _errors(self) -> FloatArray:
        return statistics.standard_error(np.sort(self.replicates), self.groups)

    @cached_property
    def _of_shares(self) -> FloatArray:
        return statistics.share_interval(self.values, self._errors, self.groups)

    def difference(self, candidate: int, other: int, groups: IndexArray, differing: IndexArray) -> Differences:
        """Return how far a candidate is from another; for `groups` and `differing` see `Differences`."""
        values = statistics.paired_difference(self.values[:, candidate], self.values[:, other])
        ascending = np.sort(statistics.paired_difference(self.replicates[:, candidate], self.replicates[:, other]))
        errors = statistics.standard_error(ascending, groups)
        bounds = np.where(
            self.are_shares[:, None],
            self._between_shares(candidate, other, errors),
            statistics.interval(ascending, groups),
        )
        return Differences(
            values=values,
            bounds=statistics.difference_interval(values, bounds, groups),
            groups=groups,
            differing=differing,
            same=(values == 0) & ~np.any(np.nan_to_num(ascending), axis=-1),
            errors=errors,
        )

    def _between_shares(self, candidate: int, other: int, error: FloatArray) -> FloatArray:
        one, two = (self.values[:, place] for place in (candidate, other))
        bounds = statistics.share_difference_interval(
            (one, two),
            (self._of_shares[:, candidate], self._of_shares[:, other]),
            (self._errors[:, candidate], self._errors[:, other], error),
        )
        return np.where(np.isnan(error)[:, None], np.nan, bounds)
