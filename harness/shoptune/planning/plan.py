"""The plan: all that a run needs to know, and the steps that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shoptune.comparison import CandidateInfo, MetricInfo
from shoptune.deciding.gates import Gate
from shoptune.prices import Prices
from shoptune.step import Kind, Step

__all__ = ["Plan", "PlannedTask"]


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """What the comparison needs to know of a task."""

    name: str
    component: str
    summary: str
    scored_on: Literal["validation", "test"]
    prompts: tuple[str, ...]
    """Names of the prompts beside the task's own."""
    prepare: Step


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that a run needs: nothing after this reads the experiment file."""

    experiment: str
    seed: int
    baseline: str
    resamples: int
    slices: tuple[str, ...] | None
    prices: Prices | None
    gates: tuple[Gate, ...]
    reports: tuple[str, ...]
    executor: str
    tasks: tuple[PlannedTask, ...]
    candidates: tuple[CandidateInfo, ...]
    metrics: tuple[MetricInfo, ...]
    steps: tuple[Step, ...]
    """In an order in which each step's inputs come before it."""

    def step(
        self, kind: Kind, *, task: str | None = None, candidate: str | None = None, metric: str | None = None
    ) -> Step:
        """Return the one step of that kind; raises KeyError where there is none."""
        return self._by_key[kind, task, candidate, metric]

    @cached_property
    def _by_key(self) -> dict[tuple[str | None, ...], Step]:
        return {(s.kind, s.task, s.candidate, s.metric): s for s in self.steps}
