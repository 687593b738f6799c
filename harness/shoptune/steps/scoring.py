"""Scores texts while a model is tuned: what stops early, and what rewards are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import BaseModel

from shoptune.components import AdditiveMetric, AnyTask, Evaluation, FloatArray, Metric
from shoptune.data import Example, Prediction, Sample
from shoptune.errors import PluginError, StepError
from shoptune.execution.context import StepContext
from shoptune.metrics.additive import applies_to, checked_rows, values_of
from shoptune.steps.samples import parsed
from shoptune.steps.tune import TrainingSource
from shoptune.storage.jsonl import read_jsonl

__all__ = ["Scorer", "scorer_of"]

Answer = Callable[[Sequence[Example]], Sequence[str]]


@dataclass(frozen=True)
class _Source:
    task: AnyTask
    metrics: Mapping[str, tuple[Metric, BaseModel]]
    validation: Sequence[Example]
    known: frozenset[tuple[str, str]]
    """Ids and last turns of all its examples: what tells an example of one task from that of another."""


@dataclass(frozen=True)
class Scorer:
    """Measures texts that a model in training writes, by the metrics that its method asks for."""

    sources: Sequence[_Source] = field(repr=False)

    def score(self, metric: str, examples: Sequence[Example], texts: Sequence[str]) -> FloatArray:
        """See `TuningJob.score`."""
        values = np.full(len(examples), np.nan)
        for source in self.sources:
            places = [i for i, example in enumerate(examples) if _key(example) in source.known]
            if places and metric in source.metrics:
                samples = _samples(source.task, [examples[i] for i in places], [texts[i] for i in places])
                values[places] = _own_values(*source.metrics[metric], samples)
        if not any(metric in source.metrics for source in self.sources):
            raise PluginError(f"the tuning method asks for {metric!r}, which its `metrics` does not name")
        return values

    def evaluate(self, answer: Answer) -> Mapping[str, float]:
        """See `TuningJob.evaluate`."""
        values: dict[str, list[float]] = {name: [] for source in self.sources for name in source.metrics}
        for source in self.sources:
            if source.metrics and source.validation:
                samples = _samples(source.task, source.validation, answer(source.validation))
                for name, (metric, options) in source.metrics.items():
                    values[name].append(_value(metric, options, samples))
        if missing := [name for name, found in values.items() if not found]:
            raise StepError(
                f"the tuning method asks for {' and '.join(missing)} on validation data, and there is none; give that "
                "part of `split` a share"
            )
        return {name: float(np.mean(found)) for name, found in values.items()}


def scorer_of(sources: Sequence[TrainingSource], context: StepContext) -> Scorer:
    """Return what scores texts on the tasks that a model learns from; reads nothing where no metric is asked for."""
    return Scorer([_source(source, context) for source in sources if source.metrics])


def _source(source: TrainingSource, context: StepContext) -> _Source:
    prepared = context.result(source.prepared)
    examples = {
        part: list(read_jsonl(prepared.path(f"examples.{part}.jsonl"), Example)) for part in ("train", "validation")
    }
    return _Source(
        task=context.plugins.tasks[source.prepared.component.name].component,
        metrics={
            name: (context.plugins.metrics[use.name].component, use.options) for name, use in source.metrics.items()
        },
        validation=examples["validation"],
        known=frozenset(_key(example) for of_part in examples.values() for example in of_part),
    )


def _key(example: Example) -> tuple[str, str]:
    return example.id, example.messages[-1]["content"]


def _samples(task: AnyTask, examples: Sequence[Example], texts: Sequence[str]) -> list[Sample]:
    return [
        parsed(task, example, Prediction(example_id=example.id, text=text))
        for example, text in zip(examples, texts, strict=True)
    ]


def _own_values(metric: Metric, options: BaseModel, samples: Sequence[Sample]) -> FloatArray:
    if not isinstance(metric, AdditiveMetric):
        raise PluginError(f"the metric {metric.name!r} isn't additive: it has no value for a single text")
    rows = checked_rows(
        metric.rows(Evaluation(samples=samples), options), [s.example.id for s in samples], f"Metric {metric.name!r}"
    )
    values = values_of(metric, rows)
    values[~applies_to(metric, rows)] = np.nan
    return values


def _value(metric: Metric, options: BaseModel, samples: Sequence[Sample]) -> float:
    evaluation = Evaluation(samples=samples)
    if not isinstance(metric, AdditiveMetric):
        return float(metric.value(evaluation, options))
    rows = checked_rows(metric.rows(evaluation, options), [s.example.id for s in samples], f"Metric {metric.name!r}")
    return float(values_of(metric, rows.sum(axis=0)))
