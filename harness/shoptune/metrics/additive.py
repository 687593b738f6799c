"""What the functions of an additive metric give, checked: they are a plugin's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray, Format
from shoptune.errors import PluginError

__all__ = ["Reducer", "applies_to", "checked_rows", "judged_of", "reference_of", "values_of"]


class Reducer(Protocol):
    """What it takes to make values of rows: an `AdditiveMetric` without what makes the rows."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def reduce(self) -> Callable[[FloatArray], FloatArray]:
        """Totals [..., k] -> values [...]."""

    @property
    def applies(self) -> Callable[[FloatArray], npt.NDArray[np.bool_]]:
        """Rows [n, k] -> which samples the metric applies to."""

    @property
    def higher_is_better(self) -> bool | None:
        """None: neither."""

    @property
    def format(self) -> Format:
        """What kind of figure the values are: a share lies between 0 and 1."""

    @property
    def reference(self) -> Callable[[FloatArray], FloatArray] | None:
        """Totals [..., k] -> what the references get [...]; None where the metric does not say."""


def checked_rows(rows: npt.ArrayLike, samples: Sequence[str], where: str) -> FloatArray:
    """Return a metric's rows as float64 [n, k]; raises PluginError unless they are one finite row per sample.

    `samples` [n] are the samples' names, and `where` says whose rows they are, both for the message.
    """
    try:
        checked = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise PluginError(f"{where}: rows are no array of numbers ({error}).") from error
    if checked.ndim != 2 or len(checked) != len(samples):
        raise PluginError(
            f"{where}: rows have shape {checked.shape}; needed is [{len(samples)}, k], one row for each sample."
        )
    finite = np.isfinite(checked).all(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        raise PluginError(
            f"{where}: the row of {samples[first]!r} is {checked[first].tolist()}; rows must be finite. "
            "A sample that the metric does not apply to is a row of zeros."
        )
    return checked


def values_of(metric: Reducer, totals: FloatArray) -> FloatArray:
    """Reduce totals [..., k] to values [...], NaN for those that aren't finite; raises PluginError for a bad reduce."""
    return _reduced(metric, "reduce", metric.reduce, totals)


def reference_of(metric: Reducer, totals: FloatArray) -> FloatArray:
    """Return what the references get, as `values_of` does; NaN where the metric does not say."""
    if metric.reference is None:
        return np.full(totals.shape[:-1], np.nan)
    return _reduced(metric, "reference", metric.reference, totals)


def judged_of(metric: Reducer, totals: FloatArray) -> FloatArray:
    """Return what totals are judged by: their values, or how far these are on the bad side of the references'."""
    values, references = values_of(metric, totals), reference_of(metric, totals)
    beyond = np.minimum(values - references, 0) if metric.higher_is_better else np.maximum(values - references, 0)
    return np.where(np.isnan(references), values, beyond)


def _reduced(
    metric: Reducer, called: str, reduce: Callable[[FloatArray], FloatArray], totals: FloatArray
) -> FloatArray:
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.asarray(reduce(totals), dtype=np.float64)
    except Exception as error:
        raise PluginError(f"Metric {metric.name!r}: {called} raised {type(error).__name__}: {error}") from error
    if values.shape != totals.shape[:-1]:
        raise PluginError(
            f"Metric {metric.name!r}: {called} gave shape {values.shape} for totals of shape {totals.shape}; "
            f"it must give {totals.shape[:-1]}."
        )
    return np.where(np.isfinite(values), values, np.nan)


def applies_to(metric: Reducer, rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Say which rows [n, k] the metric applies to, [n]; raises PluginError where the metric can't."""
    try:
        applies = np.asarray(metric.applies(rows), dtype=np.bool_)
    except Exception as error:
        raise PluginError(f"Metric {metric.name!r}: applies raised {type(error).__name__}: {error}") from error
    if applies.shape != rows.shape[:-1]:
        raise PluginError(
            f"Metric {metric.name!r}: applies gave shape {applies.shape} for rows of shape {rows.shape}; "
            f"it must give {rows.shape[:-1]}."
        )
    return applies
