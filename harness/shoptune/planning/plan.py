"""The plan: all that a run needs to know, and the steps that it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shoptune.comparison import CandidateInfo, MetricInfo
from shoptune.components import AnyExecutor
from shoptune.deciding.gates import Gate
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.planning.selection import Selection
from shoptune.prices import Prices
from shoptune.step import Step
from shoptune.steps.expand_prompts import ExpandPromptsStep
from shoptune.steps.judge import JudgeStep
from shoptune.steps.measure import MeasureStep
from shoptune.steps.models import ModelUse
from shoptune.steps.predict import PredictStep
from shoptune.steps.prepare import PrepareStep
from shoptune.steps.tune import TuneStep

__all__ = ["Plan", "PlannedTask", "with_inputs"]


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """What the comparison needs to know of a task."""

    name: str
    component: str
    summary: str
    scored_on: Literal["validation", "test"]
    prompts: tuple[str, ...]
    """Names of the prompts beside the task's own."""
    prepare: PrepareStep
    examples: PrepareStep | ExpandPromptsStep
    """Where the scored examples stand, in every prompt."""


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
    executor: ConfiguredComponent[AnyExecutor]
    tasks: tuple[PlannedTask, ...]
    candidates: tuple[CandidateInfo, ...]
    metrics: tuple[MetricInfo, ...]
    selections: tuple[Selection, ...]
    """The choices that have to be made before the next round; empty: this is the last one."""
    tunes: Mapping[str, TuneStep]
    """Candidate -> the step that tunes it."""
    predictions: Mapping[tuple[str, str], PredictStep]
    """(task, candidate) -> step."""
    judgements: Mapping[tuple[str, str, str], JudgeStep]
    """(task, candidate, metric) -> step, of metrics that ask a model."""
    measurements: Mapping[tuple[str, str, str], MeasureStep]
    """(task, candidate, metric) -> step."""

    @cached_property
    def models(self) -> tuple[ModelUse, ...]:
        """The models of the candidates, in the order of the file, as they are asked."""
        answered = [step.answered_by for step in self.predictions.values()]
        return tuple(by.model for by in answered if not isinstance(by, str))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, each after its inputs; two that do the same work are both there, under their own names."""
        stages: Sequence[Iterator[Step]] = (
            iter([task.examples for task in self.tasks]),
            iter(self.tunes.values()),
            iter(self.predictions.values()),
            iter(self.judgements.values()),
            iter(self.measurements.values()),
        )
        return with_inputs([step for stage in stages for step in stage])


def with_inputs(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps and all that they rest on, each after its inputs, and none twice under one name."""
    found: dict[str, Step] = {}

    def add(step: Step) -> None:
        if step.name not in found:
            for each in step.inputs:
                add(each)
            found[step.name] = step

    for step in steps:
        add(step)
    return tuple(found.values())
