"""The comparison: everything that a report says, and the contract of ``comparison.json``.

The models below are that contract.  `Comparison.model_json_schema()` exports it; a change that a reader could notice
raises `SCHEMA_VERSION`.  Timings and memory stand under `cost` alone, so that two runs with one seed agree in all else
(and `provenance.created`, which says when).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import ConfigDict, Field

from shoptune.data_report import DataReport
from shoptune.described import Described
from shoptune.prices import Prices
from shoptune.recommendation import Recommendation

__all__ = [
    "SCHEMA_VERSION",
    "AnswerHighlight",
    "CandidateInfo",
    "Comparison",
    "Correction",
    "Cost",
    "FailedCandidate",
    "GateVerdict",
    "MetricInfo",
    "PromptSensitivity",
    "Provenance",
    "Result",
    "SampleAnswer",
    "SampleInfo",
    "StepRecord",
    "TaskInfo",
    "Training",
    "Verdict",
    "Versus",
    "gates_outcome",
]

SCHEMA_VERSION = "3"

Interval = tuple[float, float]
Verdict = Literal["better", "worse", "inconclusive", "same"]
"""``same``: not one resample of the test set shows a difference, as where both candidates' figures are the same in
every sample; there is nothing that a test could doubt."""


class Model(Described):
    """Base of the contract's parts."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null", populate_by_name=True)


class Slice(Model):
    """A part of the test set: all samples whose `by` (category, brand, ...) is `value`."""

    by: str
    """What the test set is divided by: ``category``, ``brand``, ..."""
    value: str
    """The value that its samples share."""


class PromptSensitivity(Model):
    """How much a value depends on how a model is asked."""

    prompts: int
    """Prompts that have a value, at least two."""
    lowest: float
    """The lowest of the prompts' values."""
    highest: float
    """The highest of the prompts' values."""
    deviation: float
    """Standard deviation over the prompts, which stand for all ways to ask (divided by their number less one)."""


class Result(Model):
    """One metric of one candidate on one task (or on a slice of it), beside the baseline."""

    task: str
    """The task's name in the experiment."""
    metric: str
    """The metric's name in the experiment."""
    candidate: str
    """The candidate that was measured."""
    slice: Slice | None = None
    """The part of the test set that was measured. None: all samples."""
    value: float | None
    """The metric's value; None where it applied to no sample."""
    interval: Interval | None = None
    """95 % interval of the value: of a share its score interval (Wilson), else the bootstrap's, resampled by group.
    None for a metric that isn't additive, where fewer than two groups were measured, and where nothing varied, so that
    the bootstrap has nothing to tell."""
    reference: float | None = None
    """What the task's own reference texts get by the same measure, such as how much the shop's held-out texts copy;
    None where the metric does not say.  What is judged then is how far a value is beyond it: `difference`, its
    intervals and the verdict are about that."""
    prompt_sensitivity: PromptSensitivity | None = None
    """How the value varies over the prompts, whose own values stand in the slice ``prompt``; None where the task has
    only one, and for a slice."""
    difference: float | None = None
    """value - the baseline's value (beyond the `reference`, where there is one); None for the baseline itself."""
    difference_interval: Interval | None = None
    """95 % interval of the paired difference, by itself.  None where fewer than 6 groups were measured, and where the
    verdict is *same*."""
    simultaneous_interval: Interval | None = None
    """The interval that is drawn, widened for what else is claimed; it leaves out 0 if and only if something is.  On
    all samples it is at the level at which the verdict was reached (see `Comparison.correction`).  Of a slice it holds
    with 95 % for all of the task's slices at once (Bonferroni): what is found by looking for the worst slice is judged
    by it.  Where so few groups differ at all that nothing can be shown, it holds 0."""
    p_value: float | None = None
    """Two-sided p-value of the paired difference being zero, before correction."""
    p_adjusted: float | None = None
    """The p-value after the correction for all that is claimed (see `Comparison.correction`)."""
    verdict: Verdict | None = None
    """What the corrected test says against the baseline. None where there can't be one: the baseline, a metric without
    direction, one that isn't additive, a slice (of which only *same* is said)."""
    minimum_detectable_effect: float | None = None
    """The smallest true difference that this test set would have shown with probability 0.8."""
    n: int
    """Samples that the metric applied to; an example is one sample for each prompt."""
    groups: int | None = None
    """Groups (products) that the metric applied to, for the candidate or the baseline; None for the baseline itself."""
    differing: int | None = None
    """Those of `groups` in which the candidate's figures differ from the baseline's; None as for `groups`."""
    uncovered: dict[str, int] = Field(default_factory=dict)
    """Language -> samples that were left out since the metric does not cover the language of their answer."""
    unanswered: int = 0
    """Samples that were left out since the answer is invalid and leaves the metric nothing to measure, where it applies
    to another candidate's."""
    invalid: int
    """Samples whose answer did not parse."""
    wins: int | None = None
    """Samples on which the candidate does better than the baseline; None where that has no meaning."""
    losses: int | None = None
    """Samples on which the candidate does worse than the baseline; None as for `wins`."""
    ties: int | None = None
    """Samples on which both do equally well; None as for `wins`."""

    @property
    def left_out(self) -> int:
        """Samples that were left out for what the candidate answered."""
        return sum(self.uncovered.values()) + self.unanswered

    @property
    def drawn_interval(self) -> Interval | None:
        """The interval of the difference that stands beside the verdict, and agrees with it; a slice has no verdict."""
        return self.difference_interval if self.slice else self.simultaneous_interval or self.difference_interval


class Versus(Model):
    """One metric of one candidate beside another that is not the baseline: on all samples, and paired.

    Corrected for the number of metrics (Holm), within the two candidates.
    """

    task: str
    """The task's name in the experiment."""
    metric: str
    """The metric's name in the experiment."""
    candidate: str
    """The candidate that is held against the other, which stands before it in the experiment file."""
    other: str
    """The candidate that it is compared with."""
    difference: float
    """The candidate's value - the other's (beyond the reference, where there is one)."""
    interval: Interval | None = None
    """Of the paired difference, at the level at which the verdict was reached; None as `Result.difference_interval`."""
    p_adjusted: float | None = None
    """p-value of there being no difference, after correction."""
    verdict: Verdict
    """What that says of the candidate, against the other."""


class Correction(Model):
    """What the verdicts against the baseline were corrected for: see `shoptune.comparing.correction`."""

    first: int = 0
    """Hypotheses that ``be_better`` gates ask about, tested first and in the file's order."""
    together: int = 0
    """The others, corrected together."""
    apart: int = 0
    """Those of candidates that are no model and that no gate asks about, a family of their own."""
    same: int = 0
    """Results that are the same as the baseline's in every sample, of which nothing can be claimed."""
    repeated: int = 0
    """Results that repeat another one figure for figure, and count once."""
    sentence: str = ""
    """The same in words."""


class CandidateInfo(Model):
    """One column of the comparison."""

    name: str
    """The candidate's name in the experiment."""
    kind: Literal["baseline", "model", "tuned"]
    """``baseline``: no model at all, such as a filled template; ``model``: a model as it is; ``tuned``: one that was
    tuned here."""
    summary: str
    """In words: ``SFT of base (2 epochs, LoRA r=16)``."""
    model: str | None = None
    """The model's name as in the experiment file; None for a baseline."""
    source: str | None = None
    """Where the model was found; None for a baseline."""
    parent: str | None = None
    """The candidate that this one was made from, by tuning or with a few-shot prompt; None: none."""
    method: str | None = None
    """The tuning method; None where it wasn't tuned."""
    few_shot: int = 0
    """Training examples shown in each prompt."""
    info: dict[str, Any] = Field(default_factory=dict)  # Any: JSON values that its backend chose
    """How it ran: dtype, device, chat template, ..."""


class FailedCandidate(Model):
    """A candidate of the experiment that is not compared, since a step of it failed."""

    name: str
    """The candidate's name in the experiment."""
    step: str
    """The step that failed, its own or of a candidate that it rests on: ``tune sft``."""
    reason: str
    """What went wrong, as the step said it."""


class TaskInfo(Model):
    """One task of the experiment and its data."""

    name: str
    """The task's name in the experiment."""
    task: str
    """The name of the task component."""
    summary: str
    """What the task asks of a model, in a sentence."""
    scored_on: Literal["validation", "test"]
    """The part of the data that results are about."""
    examples: int
    """Scored examples, whatever the number of prompts."""
    prompts: list[str] = Field(default_factory=list)
    """Names of the prompts that each example is asked with, the task's own first; empty where there is no other."""
    groups: int
    """Products (or whatever is resampled) among them."""
    prompts_fingerprint: str
    """Names everything that candidates were asked, whatever the order: in runs with the same one, prompts, turns around
    them and choices are the same."""
    samples_fingerprint: str
    """Names which examples these are and what a good answer to each is, whatever the order.  Values of two runs can be
    compared where both fingerprints are the same."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Candidate -> what it answers to every one of several examples, whatever it is asked; others are not in it."""
    answers_called: str = "answers"
    """What the task's answers are called, in the plural: ``descriptions``."""
    data: DataReport
    """What was read, what was left out, and what came of it."""


class MetricInfo(Model):
    """One row of the comparison."""

    task: str
    """The task that it is measured on."""
    name: str
    """Its name in the experiment, unique within the task."""
    metric: str
    """The name of the metric component; `name` differs where one metric is used twice with other options."""
    summary: str
    """What it measures, in a sentence."""
    higher_is_better: bool | None
    """Its direction. None: neither, a description of the text such as its length; it gets no verdict."""
    format: Literal["share", "score", "count"]
    """How a value is shown: ``share`` as a percentage, ``score`` with three decimals, ``count`` with one."""
    theme: str = ""
    """What it is about: ``overlap``, ``faithfulness``, ...; metrics of one theme are shown together."""
    additive: bool
    """Whether it is a function of a sum over samples, and so has intervals, verdicts and slices."""
    options: dict[str, Any] = Field(default_factory=dict)  # Any: the metric alone knows their types
    """Its options, as in the experiment file, with their defaults."""


class Cost(Model):
    """What one phase of one candidate took."""

    candidate: str
    """The candidate that was tuned or asked."""
    task: str | None
    """The task that was answered; None for tuning."""
    metric: str | None = None
    """The metric that asked a judge; None for tuning and predicting."""
    phase: str
    """``tune``, ``predict``, or ``judge``: a model was asked about the candidate's answers."""
    seconds: float
    """Wall-clock time, in seconds."""
    tokens_in: int
    """Training: all tokens seen; predicting: prompt tokens."""
    tokens_out: int
    """Tokens generated; 0 for tuning."""
    tokens_per_second: float | None
    """Training: tokens in per second; predicting: tokens out per second."""
    peak_memory_bytes: int | None
    """Peak resident memory of the process; None where the system doesn't say."""
    peak_accelerator_bytes: int | None = None
    """Peak memory of the accelerator; None without one."""
    money: float | None = None
    """Cost in the currency of `Comparison.prices`; None where the experiment gives none."""


class Training(Model):
    """How a tuned candidate came to be."""

    candidate: str
    """The candidate that was tuned."""
    method: str
    """The tuning method."""
    data: dict[str, Any]  # Any, here and in `info`: JSON values that its method chose
    """Rows used, dropped, truncated; share of tokens masked; length percentiles; stop token trained."""
    loss: list[dict[str, float]]
    """The loss curve: ``step``, ``epoch``, ``loss``, perhaps ``validation_loss``."""
    info: dict[str, Any] = Field(default_factory=dict)
    """Settings and figures of the method: trainable parameters, dtype, ..."""


class GateVerdict(Model):
    """What a gate saw and decided."""

    task: str
    """The task's name in the experiment."""
    metric: str
    """The name of a metric, ``invalid`` (the share of answers that do not parse), the name of a cost, or
    ``recommendation`` where the candidate must ``be_recommended``."""
    candidate: str
    """The candidate that it is about."""
    slice: Slice | None = None
    """The part of the test set that it asks about; of ``worst`` slices the one that was found to be it."""
    worst: bool = False
    """Whether it asks about the worst slice, whichever that is."""
    worst_by: str | None = None
    """What those slices are made by, such as ``category``; None: all there are."""
    must: str
    """``be_better``, ``not_be_worse``, ``at_least`` or ``at_most``."""
    margin: float | None = None
    """How much worse is allowed; None unless it must ``not_be_worse``."""
    value: float | None = None
    """The limit; None unless it must be ``at_least`` or ``at_most`` so much."""
    outcome: Literal["passed", "failed", "inconclusive"]
    """What the results say of it."""
    on_inconclusive: Literal["pass", "fail"] = "fail"
    """Whether an inconclusive outcome fails the build."""
    saw: str
    """What it was decided on, in words: ``rouge_l of sft is 0.31, +0.12 [0.09, 0.15] against base``."""


def gates_outcome(gates: Iterable[GateVerdict]) -> Literal["passed", "failed", "inconclusive"]:
    """Return what all gates together mean for the build; doubt that a gate lets pass does not count."""
    outcomes = {gate.outcome for gate in gates if gate.outcome != "inconclusive" or gate.on_inconclusive == "fail"}
    return "failed" if "failed" in outcomes else "inconclusive" if "inconclusive" in outcomes else "passed"


class StepRecord(Model):
    """One step of the run, and where the store keeps what it made."""

    name: str
    """In words, unique in its run: ``predict description with sft``."""
    kind: str
    """``read``, ``prepare``, ``tune``, ``predict``, ``measure``, ..."""
    task: str | None = None
    """The task that it is about; None for tuning."""
    candidate: str | None = None
    """The candidate that it is about; None where it is about a task alone."""
    metric: str | None = None
    """The metric that it measures, by its name in the experiment file."""
    fingerprint: str
    """The name of its folder in the store, a hash of all that decides its result."""


class Provenance(Model):
    """What it would take to do it again."""

    created: str
    """When the comparison was made: ISO 8601, UTC."""
    seed: int
    """The experiment's seed."""
    command: str
    """The command line that made it."""
    versions: dict[str, str]
    """Versions of Python, shoptune and the libraries that compute."""
    plugins: dict[str, str]
    """Plugin -> version."""
    steps: list[StepRecord]
    """All steps, in the order of the plan."""

    def step(
        self, kind: str, *, task: str | None = None, candidate: str | None = None, metric: str | None = None
    ) -> StepRecord | None:
        """Return the step of this kind that is about exactly these, or None where the run had none."""
        about = (kind, task, candidate, metric)
        return next((s for s in self.steps if (s.kind, s.task, s.candidate, s.metric) == about), None)

    @property
    def fingerprints(self) -> dict[str, str]:
        """Each step's fingerprint by the step's name."""
        return {step.name: step.fingerprint for step in self.steps}


class AnswerHighlight(Model):
    """Some words of an answer that a metric counted: ``text[start:end]``."""

    metric: str
    """The metric that counted them."""
    start: int
    """Index of the first character."""
    end: int
    """Index behind the last character."""
    kind: Literal["good", "bad"]
    """Whether they speak for the answer or against it."""
    note: str
    """Why, in words."""


class SampleAnswer(Model):
    """What one candidate answered to one example, and what its metrics made of it."""

    text: str
    """The answer as the candidate wrote it, without the thought before it."""
    thought: str = ""
    """What the candidate thought before it answered, with the marks around it; no part of the answer."""
    invalid: str | None = None
    """Why the answer did not parse; None: it did."""
    finish: str
    """Why it ended: ``stop`` at an end token or stop string, ``length`` at the token limit; ``choice``: it was chosen;
    ``baseline``: no model wrote it."""
    values: dict[str, float | None] = Field(default_factory=dict)
    """Metric -> this sample's own value; None where the metric does not apply."""
    highlights: list[AnswerHighlight] = Field(default_factory=list)
    """Words that metrics counted."""


class SampleInfo(Model):
    """One example and every candidate's answer to it, side by side."""

    task: str
    """The task's name in the experiment."""
    id: str
    """The example's id, unique within the task."""
    group: str
    """What it is resampled and split with: its product, as a rule."""
    prompt: str
    """The last user turn of the prompt, as text."""
    references: list[str]
    """Good answers; the first is what tuning learns."""
    facts: dict[str, str]
    """What an answer may state: attribute -> value."""
    slices: dict[str, str]
    """The slices that it belongs to: ``category`` -> ``Bags``, ..."""
    answers: dict[str, SampleAnswer]
    """Candidate -> its answer."""


class Comparison(Model):
    """Base and tuned models side by side."""

    schema_version: str = SCHEMA_VERSION
    """Version of this schema; it rises with every change that a reader could notice."""
    experiment: str
    """The experiment's name."""
    baseline: str
    """The candidate that the others are compared with."""
    candidates: list[CandidateInfo]
    """The columns of the comparison, in the experiment's order."""
    failed: list[FailedCandidate] = Field(default_factory=list)
    """Candidates that the experiment has as well, and that could not be tuned or asked."""
    tasks: list[TaskInfo]
    """The tasks and their data."""
    metrics: list[MetricInfo]
    """The rows of the comparison."""
    results: list[Result]
    """Every metric of every candidate, on all samples and on slices."""
    versus: list[Versus] = Field(default_factory=list)
    """Every metric that has a direction, for any two candidates but the baseline."""
    correction: Correction = Correction()
    """What the verdicts were corrected for."""
    cost: list[Cost]
    """What tuning and answering took; the one part that differs between two runs with one seed."""
    prices: Prices | None = None
    """The experiment's prices; None where it gives none."""
    training: list[Training]
    """How each tuned candidate came to be."""
    recommendation: Recommendation = Recommendation()
    """What to do, and why; without a verdict until `shoptune.deciding` has decided."""
    gates: list[GateVerdict]
    """What the experiment's gates decided."""
    provenance: Provenance
    """What it would take to do it again."""
    samples: list[SampleInfo] = Field(default_factory=list)
    """Examples with every candidate's answer. Written to ``samples.jsonl`` beside ``comparison.json``, one a line."""

    def result(self, task: str, metric: str, candidate: str) -> Result:
        """Return the result on all samples; raises KeyError where there is none."""
        for result in self.results:
            if (result.task, result.metric, result.candidate, result.slice) == (task, metric, candidate, None):
                return result
        raise KeyError((task, metric, candidate))
