"""Puts the comparison together from what the store holds, and computes nothing that a step computes."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from shoptune.additive import applies_to, values_of
from shoptune.compare import Measured, TaskSamples, compare
from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    Cost,
    Provenance,
    SampleAnswer,
    SampleInfo,
    TaskInfo,
    Training,
)
from shoptune.components import AdditiveMetric, FloatArray
from shoptune.data import Example, Invalid, Sample
from shoptune.data_report import DataReport
from shoptune.fingerprint import versions_of
from shoptune.gates import judge
from shoptune.jsonl import read_jsonl
from shoptune.plan import Plan, PlannedTask
from shoptune.plugins import Plugins
from shoptune.steps.measure import read_samples
from shoptune.store import Store, StoredStep

__all__ = ["assemble"]

LIBRARIES = ("shoptune", "torch", "transformers", "trl", "peft", "numpy", "scipy", "rouge-score", "sacrebleu")


def assemble(plan: Plan, store: Store, plugins: Plugins, *, command: str) -> Comparison:
    """Return the comparison of a plan whose steps are all in the store."""
    return _Assembler(plan, store, plugins).comparison(command)


class _Assembler:
    def __init__(self, plan: Plan, store: Store, plugins: Plugins) -> None:
        self.plan, self.store, self.plugins = plan, store, plugins
        self.names = [c.name for c in plan.candidates]
        self.samples = {(task.name, name): self._samples(task, name) for task in plan.tasks for name in self.names}

    def comparison(self, command: str) -> Comparison:
        plan = self.plan
        measured = [self._measured(m.task, m.name, m.metric) for m in plan.metrics]
        results = compare(
            [self._task_samples(task) for task in plan.tasks],
            measured,
            self.names,
            plan.baseline,
            seed=plan.seed,
            resamples=plan.resamples,
            slices=plan.slices,
        )
        return Comparison(
            experiment=plan.experiment,
            baseline=plan.baseline,
            candidates=[self._candidate(c) for c in plan.candidates],
            tasks=[self._task(task) for task in plan.tasks],
            metrics=list(plan.metrics),
            results=results,
            cost=self._costs(),
            training=self._training(),
            gates=judge(plan.gates, results, plan.metrics, plan.baseline),
            provenance=Provenance(
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                seed=plan.seed,
                command=command,
                versions={"python": platform.python_version(), **versions_of(LIBRARIES)},
                plugins={p.name: p.version for p in self.plugins.loaded},
                fingerprints={s.name: s.fingerprint for s in plan.steps},
            ),
            samples=self._sample_infos(measured),
        )

    # What the steps left

    def _step(self, kind: Any, **key: str) -> StoredStep:
        return self.store.read(self.plan.step(kind, **key).fingerprint)

    def _samples(self, task: PlannedTask, candidate: str) -> list[Sample]:
        prepared = self._step("prepare", task=task.name)
        predicted = self._step("predict", task=task.name, candidate=candidate)
        return read_samples(
            self.plugins.tasks[task.component].component,
            read_jsonl(prepared.path(f"examples.{task.scored_on}.jsonl"), Example),
            predicted.path("predictions.jsonl"),
        )

    def _measured(self, task: str, name: str, metric: str) -> Measured:
        component = self.plugins.metrics[metric].component
        steps = {c: self._step("measure", task=task, candidate=c, metric=name) for c in self.names}
        if isinstance(component, AdditiveMetric):
            rows = {c: np.load(step.path("rows.npy"), allow_pickle=False) for c, step in steps.items()}
            return Measured(task=task, metric=name, component=component, rows=rows)
        found = {c: step.json("value.json") for c, step in steps.items()}
        values = {c: float("nan") if value is None else float(value) for c, value in found.items()}
        return Measured(task=task, metric=name, component=component, values=values)

    def _task_samples(self, task: PlannedTask) -> TaskSamples:
        by_candidate = {c: self.samples[task.name, c] for c in self.names}
        examples = [s.example for s in by_candidate[self.names[0]]]
        return TaskSamples(
            task=task.name,
            groups=[e.group for e in examples],
            slices=[e.slices for e in examples],
            invalid={
                c: np.array([isinstance(s.answer, Invalid) for s in samples], dtype=np.bool_)
                for c, samples in by_candidate.items()
            },
        )

    # What the comparison says

    def _task(self, task: PlannedTask) -> TaskInfo:
        examples = [s.example for s in self.samples[task.name, self.names[0]]]
        return TaskInfo(
            name=task.name,
            task=task.component,
            summary=task.summary,
            scored_on=task.scored_on,
            examples=len(examples),
            groups=len({e.group for e in examples}),
            data=DataReport.model_validate(self._step("prepare", task=task.name).json("data.json")),
        )

    def _candidate(self, candidate: CandidateInfo) -> CandidateInfo:
        """Add how the candidate ran."""
        first = self.plan.tasks[0].name
        info = self._step("predict", task=first, candidate=candidate.name).json("info.json")
        return candidate.model_copy(update={"info": info})

    def _costs(self) -> list[Cost]:
        costs = []
        for step in self.plan.steps:
            if step.kind in {"tune", "predict"}:
                cost = self.store.read(step.fingerprint).manifest["cost"]
                tokens = cost["tokens_in"] if step.kind == "tune" else cost["tokens_out"]
                costs.append(
                    Cost(
                        candidate=step.candidate or "",
                        task=step.task,
                        phase="tune" if step.kind == "tune" else "predict",
                        tokens_per_second=tokens / cost["seconds"] if tokens and cost["seconds"] else None,
                        **cost,
                    )
                )
        return costs

    def _training(self) -> list[Training]:
        trainings = []
        for candidate in self.plan.candidates:
            if candidate.method:
                report = self._step("tune", candidate=candidate.name).json("training.json")
                trainings.append(
                    Training(
                        candidate=candidate.name,
                        method=candidate.method,
                        data=report["data"],
                        loss=report["loss"],
                        info=report["info"],
                    )
                )
        return trainings

    def _sample_infos(self, measured: Sequence[Measured]) -> list[SampleInfo]:
        infos = []
        for task in self.plan.tasks:
            values = {
                (m.metric, candidate): _own_values(m.component, rows)
                for m in measured
                if m.task == task.name and isinstance(m.component, AdditiveMetric)
                for candidate, rows in m.rows.items()
            }
            for index, sample in enumerate(self.samples[task.name, self.names[0]]):
                example = sample.example
                infos.append(
                    SampleInfo(
                        task=task.name,
                        id=example.id,
                        group=example.group,
                        prompt=next((m["content"] for m in reversed(example.messages) if m["role"] == "user"), ""),
                        references=list(example.references),
                        facts=dict(example.facts),
                        slices=dict(example.slices),
                        answers={c: _answer(self.samples[task.name, c][index], values, c, index) for c in self.names},
                    )
                )
        return infos


def _own_values(metric: AdditiveMetric[Any], rows: FloatArray) -> list[float | None]:
    """Each sample's own value of an additive metric; None where the metric does not apply to it."""
    values, applies = values_of(metric, rows), applies_to(metric, rows)
    return [float(v) if applied and np.isfinite(v) else None for v, applied in zip(values, applies, strict=True)]


def _answer(
    sample: Sample, values: Mapping[tuple[str, str], Sequence[float | None]], candidate: str, index: int
) -> SampleAnswer:
    return SampleAnswer(
        text=sample.prediction.text,
        invalid=sample.answer.reason if isinstance(sample.answer, Invalid) else None,
        finish=sample.prediction.finish,
        values={metric: of[index] for (metric, c), of in values.items() if c == candidate},
    )
