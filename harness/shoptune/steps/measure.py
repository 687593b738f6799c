"""measure: examples and predictions become rows of statistics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, Task
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune.metrics.additive import applies_to, checked_rows, values_of
from shoptune.metrics.highlights import highlights_of, write_highlights
from shoptune.prompts import OWN, SLICE
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options, held_out_file
from shoptune.storage.jsonl import read_jsonl

__all__ = ["measure", "read_samples"]


def measure(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``rows.npy`` (float64 [samples, k]) for an additive metric, ``values.json`` (by prompt) for another.

    Where a metric highlights words, ``highlights.jsonl`` has a line for each sample as well.

    A metric sees one prompt's samples at a time: what ranks a query's products, or counts different words, must not
    take the answers to another prompt for further products and texts.
    """
    task, _ = component_and_options(context.plugins.tasks, step.settings["task"])
    metric, options = component_and_options(context.plugins.metrics, step.settings["metric"])
    examples, predictions = context.input(step, "examples"), context.input(step, "predictions")
    held_out, training = held_out_file(step, context), examples.path("examples.train.jsonl")
    samples = read_samples(task, read_jsonl(held_out, Example), predictions.path("predictions.jsonl"))
    planted = (e for e in read_jsonl(training, Example) if e.canary)
    canaries = read_samples(task, planted, predictions.path("predictions.jsonl"))
    read_training = _reader(training)
    evaluations = {
        prompt: Evaluation(samples=of_prompt, training=read_training, canaries=canaries)
        for prompt, of_prompt in _by_prompt(samples, several="prompts" in step.inputs)
    }
    if isinstance(metric, AdditiveMetric):
        rows = [
            checked_rows(metric.rows(of, options), [s.example.id for s in of.samples], f"Metric {metric.name!r}")
            for of in evaluations.values()
        ]
        together = np.concatenate(rows)
        # What the comparison will ask of the metric is asked once here: a fault is found before it is stored.
        values_of(metric, together)
        applies_to(metric, together)
        np.save(context.work.output / "rows.npy", together, allow_pickle=False)
        if metric.highlights:
            write_highlights(
                context.work.output / "highlights.jsonl", (highlights_of(metric, options, s) for s in samples)
            )
    else:
        values = {prompt: float(metric.value(of, options)) for prompt, of in evaluations.items()}
        text = json.dumps({prompt: None if np.isnan(value) else value for prompt, value in values.items()})
        (context.work.output / "values.json").write_text(text, "utf-8")
    return {}


def read_samples(task: Task[Any], examples: Iterable[Example], predictions: Path) -> list[Sample]:
    """Pair examples with predictions and parse the answers; a parse that raises makes its answer invalid."""
    answers = {p.example_id: p for p in read_jsonl(predictions, Prediction)}
    return [Sample(example=e, prediction=answers[e.id], answer=_parsed(task, answers[e.id].text, e)) for e in examples]


def _by_prompt(samples: Sequence[Sample], *, several: bool) -> Iterator[tuple[str, list[Sample]]]:
    """Yield the samples of each prompt, which stand together."""
    for prompt, found in groupby(samples, lambda sample: sample.example.slices[SLICE] if several else OWN):
        yield prompt, list(found)


def _parsed(task: Task[Any], text: str, example: Example) -> Any:
    try:
        return task.parse(text, example)
    except Exception as error:
        return Invalid(f"the task's parse raised {type(error).__name__}: {error}")


def _reader(path: Path) -> Callable[[], list[Example]]:
    @cache  # a metric asks for it once for each prompt
    def read() -> list[Example]:
        rows: Iterable[Example] = read_jsonl(path, Example)
        return list(rows)

    return read
