"""Puts the comparison together from what the store holds, and computes nothing that a step computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparison import (
    AnswerHighlight,
    CandidateInfo,
    Comparison,
    Cost,
    FailedCandidate,
    Provenance,
    SampleAnswer,
    SampleInfo,
    StepRecord,
    TaskInfo,
    Training,
)
from shoptune.components import AdditiveMetric, AnyAdditiveMetric, FloatArray
from shoptune.data import OWN_PROMPT, Example, Highlight, Invalid, Sample
from shoptune.data_report import DataReport
from shoptune.deciding.decide import decide
from shoptune.deciding.gates import Gate, claims_of
from shoptune.metrics.additive import applies_to, values_of
from shoptune.metrics.highlights import read_highlights
from shoptune.planning.plan import Plan, PlannedTask
from shoptune.plugins import Plugins
from shoptune.plugins.attribution import blaming
from shoptune.prices import Prices
from shoptune.reporting.asked import asked_of, fingerprint_of_prompts, fingerprint_of_samples
from shoptune.reporting.basis import versions_in_use
from shoptune.step import Step, StepCost
from shoptune.steps.measure import MeasureStep
from shoptune.steps.samples import read_samples
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store, StoredStep

__all__ = ["assemble"]


def assemble(
    plan: Plan,
    store: Store,
    plugins: Plugins,
    *,
    command: str,
    gates: Sequence[Gate],
    failed: Sequence[FailedCandidate] = (),
) -> Comparison:
    """Return the comparison of a plan whose steps are all in the store, held against the gates.

    `failed` are the candidates of the experiment that the plan does without.
    """
    with blaming(plugins.loaded):
        comparison = _Assembler(plan, store, plugins).comparison(command, failed)
        return decide(comparison, gates, slices=plan.slices)


class _Assembler:
    def __init__(self, plan: Plan, store: Store, plugins: Plugins) -> None:
        self.plan, self.store, self.plugins = plan, store, plugins
        self.names = [c.name for c in plan.candidates]
        self.samples = {(task.name, name): self._samples(task, name) for task in plan.tasks for name in self.names}

    def comparison(self, command: str, failed: Sequence[FailedCandidate]) -> Comparison:
        plan = self.plan
        measured = [self._measured(m.task, m.name, m.metric) for m in plan.metrics]
        compared = compare(
            [self._task_samples(task) for task in plan.tasks],
            measured,
            self.names,
            plan.baseline,
            seed=plan.seed,
            resamples=plan.resamples,
            slices=plan.slices,
            first=claims_of(plan.gates),
            apart=_no_models(plan),
        )
        return Comparison(
            experiment=plan.experiment,
            baseline=plan.baseline,
            candidates=[self._candidate(c) for c in plan.candidates],
            tasks=[self._task(task) for task in plan.tasks],
            metrics=list(plan.metrics),
            results=compared.results,
            versus=compared.versus,
            correction=compared.correction,
            cost=self._costs(),
            failed=list(failed),
            prices=plan.prices,
            training=self._training(),
            gates=[],
            provenance=Provenance(
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                seed=plan.seed,
                command=command,
                versions=versions_in_use(),
                plugins={p.name: p.version for p in self.plugins.loaded},
                steps=[_step_record(step) for step in plan.steps],
            ),
            samples=self._sample_infos(measured),
        )

    # What the steps left

    def _stored(self, step: Step) -> StoredStep:
        return self.store.read(step.fingerprint)

    def _samples(self, task: PlannedTask, candidate: str) -> list[Sample]:
        examples = self._stored(task.examples).path(f"examples.{task.scored_on}.jsonl")
        predicted = self._stored(self.plan.predictions[task.name, candidate])
        return read_samples(predicted.folder, read_jsonl(examples, Example))

    def _measured(self, task: str, name: str, metric: str) -> Measured:
        component = self.plugins.metrics[metric].component
        steps = {c: self._stored(self.plan.measurements[task, c, name]) for c in self.names}
        if isinstance(component, AdditiveMetric):
            rows = {c: np.load(step.path("rows.npy"), allow_pickle=False) for c, step in steps.items()}
            uncovered = {c: step.json("uncovered.json") for c, step in steps.items()} if component.languages else {}
            return Measured(task=task, metric=name, component=component, rows=rows, uncovered=uncovered)
        values = {
            c: {prompt: float("nan") if value is None else value for prompt, value in step.json("values.json").items()}
            for c, step in steps.items()
        }
        return Measured(task=task, metric=name, component=component, values=values)

    def _task_samples(self, task: PlannedTask) -> TaskSamples:
        by_candidate = {c: self.samples[task.name, c] for c in self.names}
        examples = [s.example for s in by_candidate[self.names[0]]]
        return TaskSamples(
            task=task.name,
            groups=[e.group for e in examples],
            slices=[e.slices for e in examples],
            prompts=(OWN_PROMPT, *task.prompts),
            invalid={
                c: np.array([isinstance(s.answer, Invalid) for s in samples], dtype=np.bool_)
                for c, samples in by_candidate.items()
            },
        )

    # What the comparison says

    def _task(self, task: PlannedTask) -> TaskInfo:
        examples = [s.example for s in self.samples[task.name, self.names[0]]]
        asked = [asked_of(example) for example in examples]
        return TaskInfo(
            name=task.name,
            task=task.component,
            summary=task.summary,
            scored_on=task.scored_on,
            examples=len(examples) // (1 + len(task.prompts)),
            prompts=[OWN_PROMPT, *task.prompts] if task.prompts else [],
            groups=len({e.group for e in examples}),
            constants={
                name: answers[0]
                for name in self.names
                if len(answers := [s.text for s in self.samples[task.name, name]]) > 1
                and len({" ".join(answer.casefold().split()) for answer in answers}) == 1
            },
            answers_called=self.plugins.tasks[task.component].component.answers_called,
            prompts_fingerprint=fingerprint_of_prompts(asked),
            samples_fingerprint=fingerprint_of_samples(asked),
            data=DataReport.model_validate(self._stored(task.prepare).json("data.json")),
        )

    def _candidate(self, candidate: CandidateInfo) -> CandidateInfo:
        """Add how the candidate ran: alike on all tasks, but for noise floor and thoughts, which are told for each."""
        of = {t.name: self._stored(self.plan.predictions[t.name, candidate.name]) for t in self.plan.tasks}
        infos: dict[str, dict[str, object]] = {task: step.json("info.json") for task, step in of.items()}
        info = next(iter(infos.values()))
        noise = {task: found.get("noise") for task, found in infos.items() if found.get("noise")}
        thoughts = [f"{task}: {found['thoughts']}" for task, found in infos.items() if found.get("thoughts")]
        told = {"noise": noise, "thoughts": "; ".join(thoughts)}
        return candidate.model_copy(update={"info": {**info, **{name: of for name, of in told.items() if of}}})

    def _costs(self) -> list[Cost]:
        prices, parents = self.plan.prices, {c.name: c.parent for c in self.plan.candidates}
        costs = []
        for step in self.plan.steps:
            if measured := self._stored(step).manifest["cost"]:
                priced = None if step.kind == "judge" else step.candidate  # a judge costs what is said for all
                costs.append(_cost(step, StepCost(**measured), prices and prices.of_candidate(priced, parents)))
        return costs

    def _training(self) -> list[Training]:
        trainings = []
        for candidate in self.plan.candidates:
            if candidate.method:
                report = self._stored(self.plan.tunes[candidate.name]).json("training.json")
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
            highlights = {
                (m.metric, c): self._highlights(self.plan.measurements[task.name, c, m.metric])
                for m in measured
                if m.task == task.name and isinstance(m.component, AdditiveMetric) and m.component.highlights
                for c in self.names
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
                        answers={
                            c: _answer(self.samples[task.name, c][index], values, highlights, c, index)
                            for c in self.names
                        },
                    )
                )
        return infos

    def _highlights(self, step: MeasureStep) -> list[list[Highlight]]:
        return list(read_highlights(self._stored(step).path("highlights.jsonl")))


def _no_models(plan: Plan) -> frozenset[str]:
    """Return the candidates that are no model: they are there to be beaten."""
    return frozenset(candidate.name for candidate in plan.candidates if candidate.kind == "baseline")


def _step_record(step: Step) -> StepRecord:
    return StepRecord(
        name=step.name,
        kind=step.kind,
        task=step.task,
        candidate=step.candidate,
        metric=step.metric,
        fingerprint=step.fingerprint,
    )


def _cost(step: Step, cost: StepCost, prices: Prices | None) -> Cost:
    """Return what a step took, which the store keeps, and what that costs at the prices of today's experiment file."""
    asked, written = (0, 0) if cost.learned else (cost.tokens_in, cost.tokens_out)
    tokens = cost.tokens_in if cost.learned else cost.tokens_out
    return Cost(
        candidate=step.candidate or "",
        task=step.task,
        metric=step.metric,
        phase=step.kind,
        seconds=cost.seconds,
        tokens_in=cost.tokens_in,
        tokens_out=cost.tokens_out,
        tokens_per_second=tokens / cost.seconds if tokens and cost.seconds else None,
        peak_memory_bytes=cost.peak_memory_bytes,
        peak_accelerator_bytes=cost.peak_accelerator_bytes,
        money=prices.of(seconds=cost.seconds, tokens_in=asked, tokens_out=written) if prices else None,
    )


def _own_values(metric: AnyAdditiveMetric, rows: FloatArray) -> list[float | None]:
    """Each sample's own value of an additive metric; None where the metric does not apply to it."""
    values, applies = values_of(metric, rows), applies_to(metric, rows)
    return [float(v) if applied and np.isfinite(v) else None for v, applied in zip(values, applies, strict=True)]


def _answer(
    sample: Sample,
    values: Mapping[tuple[str, str], Sequence[float | None]],
    highlights: Mapping[tuple[str, str], Sequence[Sequence[Highlight]]],
    candidate: str,
    index: int,
) -> SampleAnswer:
    return SampleAnswer(
        text=sample.prediction.text,
        thought=sample.prediction.thought,
        invalid=sample.answer.reason if isinstance(sample.answer, Invalid) else None,
        finish=sample.prediction.finish,
        values={metric: of[index] for (metric, c), of in values.items() if c == candidate},
        highlights=[
            AnswerHighlight(metric=metric, start=m.start, end=m.end, kind=m.kind, note=m.note)
            for (metric, c), of in highlights.items()
            if c == candidate
            for m in of[index]
        ],
    )
