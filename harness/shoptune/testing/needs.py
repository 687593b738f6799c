"""What metrics are given in checks beside the samples: other answers, and an invented judge's word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import BaseModel

from shoptune.components import AdditiveMetric, Evaluation, Metric
from shoptune.data import Example, Prediction, Sample
from shoptune.testing.contract import require

__all__ = ["Judge", "asked", "invented_judge", "takes_the_first", "with_needs"]

Judge = Callable[[Example], Prediction]
"""Answers a question: takes one of its choices, or writes."""


def invented_judge(question: Example) -> Prediction:
    """Take a choice by the hash of what is asked: no judge worth asking, but the same each time."""
    content = "\n".join(message["content"] for message in question.messages)
    number = int.from_bytes(hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()[:4])
    return _taking(question, number % max(1, len(question.choices)))


def takes_the_first(question: Example) -> Prediction:
    """Take the first choice, as a judge does that has a weakness for what stands first."""
    return _taking(question, 0)


def _taking(question: Example, place: int) -> Prediction:
    if not question.choices:
        return Prediction(example_id=question.id, text="yes" if place == 0 else "no")
    scores = tuple(-0.1 if index == place else -3.0 for index in range(len(question.choices)))
    return Prediction(
        example_id=question.id,
        text=question.choices[place],
        choice_log_probabilities=scores,
        choice_tokens=(1,) * len(scores),
        finish="choice",
    )


def asked(
    metric: Metric, options: BaseModel, samples: Sequence[Sample], baseline: Sequence[Sample]
) -> list[list[Example]]:
    """Return what the metric asks about each sample; nothing where it asks no model."""
    if not isinstance(metric, AdditiveMetric) or metric.questions is None:
        return [[] for _ in samples]
    others: Sequence[Sample | None] = baseline or [None] * len(samples)
    found = [list(metric.questions(sample, other, options)) for sample, other in zip(samples, others, strict=True)]
    for sample, questions in zip(samples, found, strict=True):
        for question in questions:
            require(isinstance(question, Example), f"it asks with a {type(question).__name__}; needed is an Example")
            require(question.messages, f"a question about {sample.example.id!r} has no messages")
        ids = [question.id for question in questions]
        require(len(set(ids)) == len(ids), f"questions about {sample.example.id!r} share an id: {ids}")
    return found


def with_needs(metric: Metric, options: BaseModel, evaluation: Evaluation, judge: Judge = invented_judge) -> Evaluation:
    """Add what the metric needs: references as the baseline's and another candidate's answers, and a judge's word."""
    reference = [_answered_by_reference(sample) for sample in evaluation.samples]
    baseline = evaluation.baseline or (reference if "baseline_answers" in metric.needs else ())
    others = evaluation.others or ({"other": reference} if "other_answers" in metric.needs else {})
    questions = asked(metric, options, evaluation.samples, baseline)
    judgements = {
        sample.example.id: [judge(question) for question in of_sample]
        for sample, of_sample in zip(evaluation.samples, questions, strict=True)
    }
    return replace(evaluation, baseline=baseline, others=others, judgements=judgements)


def _answered_by_reference(sample: Sample) -> Sample:
    text = next(iter(sample.example.references), "")
    return replace(sample, prediction=replace(sample.prediction, text=text), answer=text)
