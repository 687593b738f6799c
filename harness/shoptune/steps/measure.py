"""measure: samples become rows of statistics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import ClassVar

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, Need
from shoptune.data import OWN_PROMPT, PROMPT_SLICE, Example, Prediction, Sample
from shoptune.errors import PluginError
from shoptune.execution.context import StepContext
from shoptune.languages import uncovered
from shoptune.metrics.additive import applies_to, checked_rows, values_of
from shoptune.metrics.highlights import highlights_of, write_highlights
from shoptune.step import ComponentUse, PluginIdentity, Step
from shoptune.steps.expand_prompts import ExpandPromptsStep
from shoptune.steps.judge import JudgeStep, judgements_of
from shoptune.steps.predict import PredictStep, samples_of
from shoptune.steps.samples import read_samples
from shoptune.storage.jsonl import read_jsonl
from shoptune.thoughts import without_thoughts

__all__ = ["MeasureStep"]


@dataclass(frozen=True, kw_only=True)
class MeasureStep(Step):
    """Writes ``rows.npy`` (float64 [samples, k]) for an additive metric, ``values.json`` (by prompt) for another.

    Where a metric highlights words, ``highlights.jsonl`` has a line for each sample as well; where it covers some
    languages only, ``uncovered.json`` has the language of each sample's answer that is in another, else null.

    A metric sees one prompt's samples at a time: what ranks a query's products, or counts different words, must not
    take the answers to another prompt for further products and texts.
    """

    kind: ClassVar[str] = "measure"
    version: ClassVar[int] = 8

    predictions: PredictStep
    measured_by: ComponentUse
    """The metric."""
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide the result."""
    judgements: JudgeStep | None = None
    baseline: PredictStep | None = None
    """The baseline's answers, where the metric needs them."""
    others: Mapping[str, PredictStep]
    """Candidate -> its answers, where the metric needs those of all others."""

    @property
    def name(self) -> str:
        """``measure rouge_l of description with sft``."""
        return f"measure {self.metric} of {self.task} with {self.candidate}"

    @property
    def done_by(self) -> PluginIdentity:
        """The metric's plugin."""
        return self.measured_by.plugin

    def run(self, context: StepContext) -> None:
        """Measure each prompt's samples."""
        metric, options = context.plugins.metrics[self.measured_by.name].component, self.measured_by.options
        samples = samples_of(self.predictions, context)
        evaluations = self._evaluations(metric.needs, samples, context, f"the metric {metric.name!r}")
        if not isinstance(metric, AdditiveMetric):
            values = {prompt: float(metric.value(of, options)) for prompt, of in evaluations.items()}
            text = json.dumps({prompt: None if np.isnan(value) else value for prompt, value in values.items()})
            (context.work.output / "values.json").write_text(text, "utf-8")
            return
        rows = [
            checked_rows(metric.rows(of, options), [s.example.id for s in of.samples], f"Metric {metric.name!r}")
            for of in evaluations.values()
        ]
        together = np.concatenate(rows)
        left_out = uncovered(samples, metric.languages)
        together[[language is not None for language in left_out]] = 0
        if metric.languages:
            (context.work.output / "uncovered.json").write_text(json.dumps(left_out), "utf-8")
        # What the comparison will ask of the metric is asked once here: a fault is found before it is stored.
        values_of(metric, together)
        applies_to(metric, together)
        np.save(context.work.output / "rows.npy", together, allow_pickle=False)
        if metric.highlights:
            highlighted = (
                [] if language else highlights_of(metric, options, sample)
                for sample, language in zip(samples, left_out, strict=True)
            )
            write_highlights(context.work.output / "highlights.jsonl", highlighted)

    def _evaluations(
        self, needs: frozenset[Need], samples: Sequence[Sample], context: StepContext, whose: str
    ) -> dict[str, Evaluation]:
        """Return what the metric sees of each prompt: the samples, and what it needs beside them."""
        several = isinstance(self.predictions.examples, ExpandPromptsStep)
        training = context.result(self.predictions.prepared).path("examples.train.jsonl")
        read_training = _reader(training) if "training" in needs else _refusing(whose)
        canaries: Sequence[Sample] = ()
        if "canaries" in needs:
            planted = (e for e in read_jsonl(training, Example) if e.canary)
            canaries = read_samples(context.result(self.predictions).folder, planted)
        baseline = _by_prompt(samples_of(self.baseline, context), several=several) if self.baseline else {}
        others = {name: _by_prompt(samples_of(step, context), several=several) for name, step in self.others.items()}
        judgements: Mapping[str, Sequence[Prediction]] = (
            judgements_of(self.judgements, samples, context) if self.judgements else {}
        )
        return {
            prompt: Evaluation(
                samples=of_prompt,
                training=read_training,
                canaries=canaries,
                baseline=baseline.get(prompt, ()),
                others={name: of_other[prompt] for name, of_other in others.items()},
                judgements=judgements,
            )
            for prompt, of_prompt in _by_prompt(samples, several=several).items()
        }


def _by_prompt(samples: Sequence[Sample], *, several: bool) -> dict[str, list[Sample]]:
    """Return the samples of each prompt, which stand together."""
    grouped: Iterator[tuple[str, Iterable[Sample]]] = groupby(
        samples, lambda sample: sample.example.slices[PROMPT_SLICE] if several else OWN_PROMPT
    )
    return {prompt: list(found) for prompt, found in grouped}


def _reader(path: Path) -> Callable[[], list[Example]]:
    @cache  # a metric asks for it once for each prompt
    def read() -> list[Example]:
        rows: Iterable[Example] = read_jsonl(path, Example)
        return list(map(without_thoughts, rows))

    return read


def _refusing(whose: str) -> Callable[[], Sequence[Example]]:
    def refuse() -> Sequence[Example]:
        raise PluginError(f"{whose} reads the training examples and does not say so: add 'training' to its `needs`")

    return refuse
