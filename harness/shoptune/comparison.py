"""The comparison: everything that a report says, and the contract of ``comparison.json``.

The models below are that contract.  `Comparison.model_json_schema()` exports it; a change that a reader could notice
raises `SCHEMA_VERSION`.  Timings and memory stand under `cost` alone, so that two runs with one seed agree in all else
(and `provenance.created`, which says when).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shoptune.data_report import DataReport
from shoptune.prices import Prices
from shoptune.recommendation import Recommendation

__all__ = [
    "SCHEMA_VERSION",
    "AnswerHighlight",
    "CandidateInfo",
    "Comparison",
    "Cost",
    "GateVerdict",
    "MetricInfo",
    "PromptSensitivity",
    "Provenance",
    "Result",
    "SampleAnswer",
    "SampleInfo",
    "TaskInfo",
    "Training",
    "Verdict",
]

SCHEMA_VERSION = "3"

Interval = tuple[float, float]
Verdict = Literal["better", "worse", "inconclusive"]


class Model(BaseModel):
    """Base of the contract's parts."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null", populate_by_name=True)


class Slice(Model):
    """A part of the test set: all samples whose `by` (category, brand, ...) is `value`."""

    by: str
    value: str


class PromptSensitivity(Model):
    """How much a value depends on how a model is asked."""

    prompts: int
    """Prompts that have a value, at least two."""
    lowest: float
    highest: float
    deviation: float
    """Standard deviation over the prompts, which stand for all ways to ask (divided by their number less one)."""


class Result(Model):
    """One metric of one candidate on one task (or on a slice of it), beside the baseline."""

    task: str
    metric: str
    candidate: str
    slice: Slice | None = None
    """None: all samples."""
    value: float | None
    """None where the metric applied to no sample."""
    interval: Interval | None = None
    """95 % bootstrap interval of the value, resampled by group; None for a metric that isn't additive, and where fewer
    than two groups were measured."""
    prompt_sensitivity: PromptSensitivity | None = None
    """Over the prompts, whose own values stand in the slice ``prompt``; None where the task has only one, and for a
    slice."""
    difference: float | None = None
    """value - the baseline's value; None for the baseline itself."""
    difference_interval: Interval | None = None
    """95 % interval of the paired difference."""
    simultaneous_interval: Interval | None = None
    """Of a slice: the interval of the paired difference that holds with 95 % for all of the task's slices at once
    (Bonferroni).  What is found by looking for the worst slice is judged by it.  None also where a slice has so few
    groups that they show nothing at this level: fewer than 6 for one slice, 11 for thirty."""
    p_value: float | None = None
    """Two-sided, of the paired difference being zero, before correction."""
    p_adjusted: float | None = None
    """After Holm's correction for all verdicts of the experiment."""
    verdict: Verdict | None = None
    """None where there can't be one: the baseline, a metric without direction, one that isn't additive, a slice."""
    minimum_detectable_effect: float | None = None
    """The smallest true difference that this test set would have shown with probability 0.8."""
    n: int
    """Samples that the metric applied to; an example is one sample for each prompt."""
    invalid: int
    """Samples whose answer did not parse."""
    wins: int | None = None
    """Samples on which the candidate does better than the baseline; None where that has no meaning."""
    losses: int | None = None
    """Samples on which it does worse."""
    ties: int | None = None
    """Samples on which it does neither."""


class CandidateInfo(Model):
    """One column of the comparison."""

    name: str
    kind: Literal["baseline", "model", "tuned"]
    """``baseline``: no model at all, such as a filled template."""
    summary: str
    """In words: ``SFT of base (2 epochs, LoRA r=16)``."""
    model: str | None = None
    """The model's name as in the experiment file."""
    source: str | None = None
    """Where the model was found."""
    parent: str | None = None
    """The candidate that this one was tuned from."""
    method: str | None = None
    few_shot: int = 0
    info: dict[str, Any] = Field(default_factory=dict)
    """How it ran: dtype, device, chat template, ..."""


class TaskInfo(Model):
    """One task of the experiment and its data."""

    name: str
    task: str
    """The name of the task component."""
    summary: str
    scored_on: Literal["validation", "test"]
    examples: int
    """Scored examples, whatever the number of prompts."""
    prompts: list[str] = Field(default_factory=list)
    """Names of the prompts that each example is asked with, the task's own first; empty where there is no other."""
    groups: int
    """Products (or whatever is resampled) among them."""
    answers_called: str = "answers"
    """What the task's answers are called, in the plural: ``descriptions``."""
    data: DataReport
    """What was read, what was left out, and what came of it."""


class MetricInfo(Model):
    """One row of the comparison."""

    task: str
    name: str
    metric: str
    """The name of the metric component; `name` differs where one metric is used twice with other options."""
    summary: str
    higher_is_better: bool | None
    format: Literal["share", "score", "count"]
    theme: str = ""
    """What it is about: ``overlap``, ``faithfulness``, ...; metrics of one theme are shown together."""
    additive: bool
    options: dict[str, Any] = Field(default_factory=dict)


class Cost(Model):
    """What one phase of one candidate took."""

    candidate: str
    task: str | None
    """None for tuning."""
    phase: Literal["tune", "predict"]
    seconds: float
    tokens_in: int
    """Training: all tokens seen; predicting: prompt tokens."""
    tokens_out: int
    tokens_per_second: float | None
    """Training: tokens in per second; predicting: tokens out per second."""
    peak_memory_bytes: int | None
    peak_accelerator_bytes: int | None = None
    """Of the accelerator's own memory; None without one."""
    money: float | None = None
    """In the currency of `Comparison.prices`; None where the experiment gives none."""


class Training(Model):
    """How a tuned candidate came to be."""

    candidate: str
    method: str
    data: dict[str, Any]
    """Rows used, dropped, truncated; share of tokens masked; length percentiles; stop token trained."""
    loss: list[dict[str, float]]
    """The loss curve: ``step``, ``epoch``, ``loss``, perhaps ``validation_loss``."""
    info: dict[str, Any] = Field(default_factory=dict)


class GateVerdict(Model):
    """What a gate saw and decided."""

    task: str
    metric: str
    """The name of a metric, ``invalid`` (the share of answers that do not parse), the name of a cost, or
    ``recommendation`` where the candidate must ``be_recommended``."""
    candidate: str
    slice: Slice | None = None
    """The part of the test set that it asks about; of ``worst`` slices the one that was found to be it."""
    worst: bool = False
    """Whether it asks about the worst slice, whichever that is."""
    worst_by: str | None = None
    """What those slices are made by, such as ``category``; None: all there are."""
    must: str
    margin: float | None = None
    """How much worse is allowed; None unless it must ``not_be_worse``."""
    value: float | None = None
    """The limit; None unless it must be ``at_least`` or ``at_most`` so much."""
    outcome: Literal["passed", "failed", "inconclusive"]
    on_inconclusive: Literal["pass", "fail"] = "fail"
    """Whether an inconclusive outcome fails the build."""
    saw: str
    """In words: ``rouge_l of sft is 0.31, +0.12 [0.09, 0.15] against base``."""


class Provenance(Model):
    """What it would take to do it again."""

    created: str
    """ISO 8601, UTC."""
    seed: int
    command: str
    versions: dict[str, str]
    """Python, shoptune and the libraries that compute."""
    plugins: dict[str, str]
    """Plugin -> version."""
    fingerprints: dict[str, str]
    """Step -> fingerprint."""


class AnswerHighlight(Model):
    """Some words of an answer that a metric counted: ``text[start:end]``."""

    metric: str
    start: int
    end: int
    kind: Literal["good", "bad"]
    note: str


class SampleAnswer(Model):
    """What one candidate answered to one example, and what its metrics made of it."""

    text: str
    invalid: str | None = None
    """Why the answer did not parse."""
    finish: str
    values: dict[str, float | None] = Field(default_factory=dict)
    """Metric -> this sample's own value; None where the metric does not apply."""
    highlights: list[AnswerHighlight] = Field(default_factory=list)


class SampleInfo(Model):
    """One example and every candidate's answer to it, side by side."""

    task: str
    id: str
    group: str
    prompt: str
    """The user's turn, as text."""
    references: list[str]
    facts: dict[str, str]
    slices: dict[str, str]
    answers: dict[str, SampleAnswer]


class Comparison(Model):
    """Base and tuned models side by side."""

    schema_version: str = SCHEMA_VERSION
    experiment: str
    baseline: str
    candidates: list[CandidateInfo]
    tasks: list[TaskInfo]
    metrics: list[MetricInfo]
    results: list[Result]
    cost: list[Cost]
    prices: Prices | None = None
    training: list[Training]
    recommendation: Recommendation = Recommendation()
    """What to do, and why; without a verdict until `shoptune.deciding` has decided."""
    gates: list[GateVerdict]
    provenance: Provenance
    samples: list[SampleInfo]
    """Written to ``samples.jsonl`` beside ``comparison.json``, one a line."""

    def result(self, task: str, metric: str, candidate: str) -> Result:
        """Return the result on all samples; raises KeyError where there is none."""
        for result in self.results:
            if (result.task, result.metric, result.candidate, result.slice) == (task, metric, candidate, None):
                return result
        raise KeyError((task, metric, candidate))
