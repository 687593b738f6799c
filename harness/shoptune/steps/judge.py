"""judge: a model is asked about a candidate's answers, as a metric says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from shoptune.components import AdditiveMetric, Metric
from shoptune.data import Example, Prediction, Sample
from shoptune.errors import PluginError, StepError
from shoptune.execution.context import StepContext
from shoptune.step import ComponentUse, PluginIdentity, Resources, Step, StepCost
from shoptune.steps.asking import Asking, answers
from shoptune.steps.backends import refuse_unable
from shoptune.steps.models import ModelUse, backend_of, opened_model
from shoptune.steps.predict import PredictStep, samples_of
from shoptune.storage.jsonl import read_jsonl, write_jsonl
from shoptune.thoughts import after_thought

__all__ = ["JudgeStep", "judgements_of"]

MOST_QUESTIONS = 1_000
"""About one answer: a generator may have no end."""


@dataclass(frozen=True, kw_only=True)
class JudgeStep(Step):
    """Writes ``judgements.jsonl``: the judge's answers, one sample's after the other's, and ``counts.json``."""

    kind: ClassVar[str] = "judge"
    version: ClassVar[int] = 2

    predictions: PredictStep
    baseline: PredictStep | None
    """The answers to lay beside them, where the metric compares two."""
    asks: ComponentUse
    """The metric that says what to ask."""
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide what it asks."""
    judge: ModelUse
    asking: Asking

    @property
    def name(self) -> str:
        """``judge fluency of description with sft``."""
        return f"judge {self.metric} of {self.task} with {self.candidate}"

    @property
    def done_by(self) -> PluginIdentity:
        """The backend's plugin."""
        return self.judge.plugin

    @property
    def resources(self) -> Resources:
        """A device for the judge."""
        return Resources(devices=1)

    def run(self, context: StepContext) -> StepCost:
        """Ask all questions; what a killed run was told is kept."""
        from shoptune.execution.elapsed import ResumableTimer  # noqa: PLC0415 - a plan measures nothing
        from shoptune.execution.resources import ResourceMonitor  # noqa: PLC0415

        asked = self._questions(context)
        questions = [question for of_sample in asked for question in of_sample]
        timer = ResumableTimer(context.work.state / "seconds", context.say)
        told: list[Prediction] = []
        with ResourceMonitor() as monitor:
            if questions:
                backend = backend_of(self.judge, context)
                prompts = [question.messages for question in questions]
                whose = f"{self.name}: the backend {backend.name!r}"
                refuse_unable(backend, questions, self.name)
                with opened_model(self.judge, context) as session:
                    told = answers(session, prompts, questions, self.asking, context, timer, whose=whose)
        told = [replace(one, text=after_thought(one.text)) for one in told]
        write_jsonl(context.work.output / "judgements.jsonl", told)
        write_jsonl(context.work.output / "questions.jsonl", questions)
        (context.work.output / "counts.json").write_text(json.dumps([len(of_sample) for of_sample in asked]), "utf-8")
        return StepCost(
            seconds=timer.seconds,
            tokens_in=sum(p.prompt_tokens for p in told),
            tokens_out=sum(p.completion_tokens for p in told),
            peak_memory_bytes=monitor.peak_memory_bytes,
            peak_accelerator_bytes=monitor.peak_accelerator_bytes,
        )

    def _questions(self, context: StepContext) -> list[list[Example]]:
        """What to ask about each sample, under ids that differ over all samples."""
        metric = context.plugins.metrics[self.asks.name].component
        samples = samples_of(self.predictions, context)
        beside: Sequence[Sample | None] = samples_of(self.baseline, context) if self.baseline else [None] * len(samples)
        asked = []
        for sample, other in zip(samples, beside, strict=True):
            found = _asked(metric, sample, other, self.asks)
            if len({question.id for question in found}) < len(found):
                raise StepError(f"{self.name}: questions about {sample.example.id!r} share an id; give each its own")
            asked.append([replace(question, id=f"{sample.example.id}\n{question.id}") for question in found])
        return asked


def _asked(metric: Metric, sample: Sample, other: Sample | None, use: ComponentUse) -> list[Example]:
    if not isinstance(metric, AdditiveMetric) or metric.questions is None:
        raise PluginError(f"{use.plugin.label}: the metric {metric.name!r} asks no model any more")
    try:
        found = list(islice(metric.questions(sample, other, use.options), MOST_QUESTIONS + 1))
    except Exception as error:
        raise PluginError(
            f"{use.plugin.label}: the metric {metric.name!r} raised {type(error).__name__} in `questions` about "
            f"{sample.example.id!r}: {error}"
        ) from error
    if len(found) > MOST_QUESTIONS:
        raise PluginError(
            f"{use.plugin.label}: the metric {metric.name!r} asks more than {MOST_QUESTIONS:,} questions of one answer"
        )
    for question in found:
        if not isinstance(question, Example):
            raise PluginError(
                f"{use.plugin.label}: the metric {metric.name!r} is to ask with `Example`s; its `questions` gave "
                f"a {type(question).__name__}"
            )
    return found


def judgements_of(step: JudgeStep, samples: Sequence[Sample], context: StepContext) -> dict[str, list[Prediction]]:
    """What the judge said of each of the step's samples: id of its example -> answers in the order of the questions."""
    stored = context.result(step)
    told = iter(list(read_jsonl(stored.path("judgements.jsonl"), Prediction)))
    counts: list[int] = stored.json("counts.json")
    return {
        sample.example.id: [next(told) for _ in range(count)] for sample, count in zip(samples, counts, strict=True)
    }
