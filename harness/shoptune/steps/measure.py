"""measure: examples and predictions become rows of statistics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from shoptune.additive import checked_rows
from shoptune.components import AdditiveMetric, Evaluation, Task
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune.jsonl import read_jsonl
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options

__all__ = ["measure", "read_samples"]


def measure(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``rows.npy`` (float64 [samples, k]) for an additive metric, ``value.json`` for another."""
    task, _ = component_and_options(context.plugins.tasks, step.settings["task"])
    metric, options = component_and_options(context.plugins.metrics, step.settings["metric"])
    examples, predictions = context.input(step, "examples"), context.input(step, "predictions")
    held_out, training = (examples.path(f"examples.{part}.jsonl") for part in (step.settings["scored_on"], "train"))
    samples = read_samples(task, read_jsonl(held_out, Example), predictions.path("predictions.jsonl"))
    planted = (e for e in read_jsonl(training, Example) if e.canary)
    canaries = read_samples(task, planted, predictions.path("predictions.jsonl"))
    evaluation = Evaluation(samples=samples, training=_reader(training), canaries=canaries)
    if isinstance(metric, AdditiveMetric):
        names = [sample.example.id for sample in samples]
        rows = checked_rows(metric.rows(evaluation, options), names, f"Metric {metric.name!r}")
        np.save(context.work.output / "rows.npy", rows, allow_pickle=False)
    else:
        value = float(metric.value(evaluation, options))
        text = json.dumps(None if np.isnan(value) else value)
        (context.work.output / "value.json").write_text(text, "utf-8")
    return {}


def read_samples(task: Task[Any], examples: Iterable[Example], predictions: Path) -> list[Sample]:
    """Pair examples with predictions and parse the answers; a parse that raises makes its answer invalid."""
    answers = {p.example_id: p for p in read_jsonl(predictions, Prediction)}
    return [Sample(example=e, prediction=answers[e.id], answer=_parsed(task, answers[e.id].text, e)) for e in examples]


def _parsed(task: Task[Any], text: str, example: Example) -> Any:
    try:
        return task.parse(text, example)
    except Exception as error:
        return Invalid(f"the task's parse raised {type(error).__name__}: {error}")


def _reader(path: Path) -> Callable[[], list[Example]]:
    def read() -> list[Example]:
        rows: Iterable[Example] = read_jsonl(path, Example)
        return list(rows)

    return read
