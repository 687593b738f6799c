"""Chooses among candidates by what was measured on validation data, between two rounds of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from shoptune.components import AdditiveMetric
from shoptune.errors import StepError
from shoptune.plugins import Plugins
from shoptune.steps.measure import MeasureStep
from shoptune.storage.store import Store

__all__ = ["Selection", "choose"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A candidate that is the best of others, and what they are chosen by."""

    candidate: str
    task: str
    metric: str
    measurements: Mapping[str, MeasureStep]
    """Member -> its measurement on the validation part."""


def choose(selection: Selection, store: Store, plugins: Plugins) -> str:
    """Return the best member, the first of equals; raises StepError where none has a value."""
    values = {name: _value(step, store, plugins) for name, step in selection.measurements.items()}
    step = next(iter(selection.measurements.values()))
    sign = 1 if plugins.metrics[step.measured_by.name].component.higher_is_better else -1
    known = {name: sign * value for name, value in values.items() if not isnan(value)}
    if not known:
        raise StepError(
            f"candidates.{selection.candidate}: {selection.metric} has no value on the validation part of "
            f"{selection.task} for any of {', '.join(values)}; choose by another metric"
        )
    return max(known, key=lambda name: known[name])


def _value(step: MeasureStep, store: Store, plugins: Plugins) -> float:
    stored, metric = store.read(step.fingerprint), plugins.metrics[step.measured_by.name].component
    if isinstance(metric, AdditiveMetric):
        from shoptune.metrics.additive import values_of  # noqa: PLC0415 - a plan without selections needs none

        rows = np.load(stored.path("rows.npy"), allow_pickle=False)
        return float(values_of(metric, rows.sum(axis=0)))
    values: list[float | None] = list(stored.json("values.json").values())
    return float(np.mean([np.nan if value is None else value for value in values]))
