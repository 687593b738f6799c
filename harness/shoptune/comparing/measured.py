"""What is compared: the samples of a task, and what a metric made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoptune.components import AnyCorpusMetric, FloatArray
from shoptune.data import OWN_PROMPT
from shoptune.metrics.additive import Reducer

__all__ = ["Measured", "TaskSamples"]


@dataclass(frozen=True, kw_only=True)
class TaskSamples:
    """The n scored samples of one task, in the order of the rows."""

    task: str
    groups: Sequence[str]
    """What is resampled: the sample's product."""
    slices: Sequence[Mapping[str, str]]
    prompts: Sequence[str] = (OWN_PROMPT,)
    """How the task is asked.  Where in several ways, every sample's slice `prompt` says in which."""
    invalid: Mapping[str, npt.NDArray[np.bool_]]
    """Candidate -> which of its answers did not parse [n]."""

    @property
    def have_several_prompts(self) -> bool:
        """Whether each example was asked in several ways."""
        return len(self.prompts) > 1


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one metric made of every candidate's samples: `rows` if it is additive, else `values`."""

    task: str
    metric: str
    """The metric's name in the experiment, which may differ from the component's."""
    component: Reducer | AnyCorpusMetric
    rows: Mapping[str, FloatArray] = field(default_factory=dict)
    """Candidate -> [n, k]."""
    uncovered: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    """Candidate -> [n]: the language of each answer that the metric left out since it does not cover it, else None."""
    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Candidate -> prompt -> value."""
