"""What the functions of an additive metric give, checked: they are a plugin's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray
from shoptune.errors import PluginError

__all__ = ["Reducer", "applies_to", "checked_rows", "values_of"]


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
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.asarray(metric.reduce(totals), dtype=np.float64)
    except Exception as error:
        raise PluginError(f"Metric {metric.name!r}: reduce raised {type(error).__name__}: {error}") from error
    if values.shape != totals.shape[:-1]:
        raise PluginError(
            f"Metric {metric.name!r}: reduce gave shape {values.shape} for totals of shape {totals.shape}; "
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
