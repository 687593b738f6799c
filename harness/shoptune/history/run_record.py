"""One run as the history keeps it: figures and names, and no text of the shop."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shoptune.comparison import Comparison, Result, Verdict
from shoptune.deciding.gates import exit_code
from shoptune.history.samples import Asked, fingerprint_of_prompts, fingerprint_of_samples

__all__ = [
    "CandidateRecord",
    "CostRecord",
    "Figure",
    "GateRecord",
    "MetricRecord",
    "Outcome",
    "RunRecord",
    "TaskRecord",
    "new_id",
    "record_of",
]

Outcome = Literal["passed", "failed", "inconclusive", "no gates"]
OUTCOMES: Mapping[int, Outcome] = {0: "passed", 1: "failed", 4: "inconclusive"}
"""Of all gates together, by the exit code that they give a build."""


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """One task, and what it was scored on."""

    task: str
    component: str
    scored_on: str
    examples: int
    groups: int
    prompts: str
    """Fingerprint of all that candidates were asked; empty where it is not known."""
    samples: str
    """Fingerprint of which examples these are and of what a good answer is; empty where it is not known."""


@dataclass(frozen=True, kw_only=True)
class CandidateRecord:
    """One candidate."""

    candidate: str
    kind: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class MetricRecord:
    """One metric of one task, and how its figures are to be read."""

    task: str
    metric: str
    component: str
    higher_is_better: bool | None
    format: Literal["share", "score", "count"]
    additive: bool
    options: str
    """As canonical JSON."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One metric of one candidate on all of a task's samples: `shoptune.comparison.Result`, flattened."""

    task: str
    metric: str
    candidate: str
    value: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    verdict: Verdict | None
    n: int
    invalid: int


@dataclass(frozen=True, kw_only=True)
class GateRecord:
    """One gate: `shoptune.comparison.GateVerdict` in words."""

    task: str
    metric: str
    candidate: str
    must: str
    outcome: Literal["passed", "failed", "inconclusive"]
    on_inconclusive: Literal["pass", "fail"]
    saw: str


@dataclass(frozen=True, kw_only=True)
class CostRecord:
    """What one phase of one candidate took; `task` is None for tuning."""

    candidate: str
    task: str | None
    phase: Literal["tune", "predict"]
    seconds: float
    tokens_in: int
    tokens_out: int
    peak_memory_bytes: int | None
    peak_accelerator_bytes: int | None
    money: float | None


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One finished run."""

    number: int | None = None
    """Counted from 1 in its history; None for a run that is in none."""
    id: str = ""
    """Unlike the number, the same in every history that it is copied to; empty for a run that is in none."""
    created: str
    """ISO 8601, UTC."""
    experiment: str
    baseline: str
    outcome: Outcome
    seed: int
    command: str
    reports: str
    """The folder that its reports were written to, which the next run of the experiment overwrites; or where they were
    found."""
    currency: str | None
    versions: Mapping[str, str]
    plugins: Mapping[str, str]
    fingerprints: Mapping[str, str]
    """Step -> fingerprint: where in the store its rows lie."""
    tasks: tuple[TaskRecord, ...] = ()
    candidates: tuple[CandidateRecord, ...] = ()
    metrics: tuple[MetricRecord, ...] = ()
    figures: tuple[Figure, ...] = ()
    gates: tuple[GateRecord, ...] = ()
    costs: tuple[CostRecord, ...] = ()

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"run {self.number}" if self.number is not None else self.reports

    def asked(self, task: str) -> tuple[str, ...]:
        """Return what names all that a task asked: of two runs with the same, the values can be compared."""
        return next(((of.prompts, of.samples) for of in self.tasks if of.task == task), ())

    def figure(self, task: str, metric: str, candidate: str) -> Figure | None:
        """Return one figure, or None where there is none."""
        return next((f for f in self.figures if (f.task, f.metric, f.candidate) == (task, metric, candidate)), None)


def new_id() -> str:
    """Return an id that no other run has; its letter tells it from a number."""
    return f"r{uuid.uuid4().hex[:11]}"


def record_of(comparison: Comparison, asked: Mapping[str, Sequence[Asked]], reports: str) -> RunRecord:
    """Return what the history keeps of a comparison; `asked` has what is known of each task's samples."""
    made = comparison.provenance
    return RunRecord(
        created=made.created,
        experiment=comparison.experiment,
        baseline=comparison.baseline,
        outcome=OUTCOMES[exit_code(comparison.gates)] if comparison.gates else "no gates",
        seed=made.seed,
        command=made.command,
        reports=reports,
        currency=comparison.prices.currency if comparison.prices else None,
        versions=made.versions,
        plugins=made.plugins,
        fingerprints=made.fingerprints,
        tasks=tuple(
            TaskRecord(
                task=task.name,
                component=task.task,
                scored_on=task.scored_on,
                examples=task.examples,
                groups=task.groups,
                prompts=fingerprint_of_prompts(asked.get(task.name, ())),
                samples=fingerprint_of_samples(asked.get(task.name, ())),
            )
            for task in comparison.tasks
        ),
        candidates=tuple(
            CandidateRecord(candidate=of.name, kind=of.kind, summary=of.summary) for of in comparison.candidates
        ),
        metrics=tuple(
            MetricRecord(
                task=metric.task,
                metric=metric.name,
                component=metric.metric,
                higher_is_better=metric.higher_is_better,
                format=metric.format,
                additive=metric.additive,
                options=json.dumps(metric.options, sort_keys=True, ensure_ascii=False),
            )
            for metric in comparison.metrics
        ),
        figures=tuple(_figure(result) for result in comparison.results if result.slice is None),
        gates=tuple(
            GateRecord(
                task=gate.task,
                metric=gate.metric,
                candidate=gate.candidate,
                must=gate.must,
                outcome=gate.outcome,
                on_inconclusive=gate.on_inconclusive,
                saw=gate.saw,
            )
            for gate in comparison.gates
        ),
        costs=tuple(CostRecord(**cost.model_dump(exclude={"tokens_per_second", "metric"})) for cost in comparison.cost),
    )


def _figure(result: Result) -> Figure:
    low, high = result.interval or (None, None)
    difference_low, difference_high = result.difference_interval or (None, None)
    return Figure(
        task=result.task,
        metric=result.metric,
        candidate=result.candidate,
        value=result.value,
        low=low,
        high=high,
        difference=result.difference,
        difference_low=difference_low,
        difference_high=difference_high,
        verdict=result.verdict,
        n=result.n,
        invalid=result.invalid,
    )
