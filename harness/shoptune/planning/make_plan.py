"""Makes the plan: names every step of an experiment by its content.

A step's fingerprint hashes what decides its result and nothing else: the fingerprints of its inputs, the options, the
plugins' names, versions and code, the versions of the libraries that compute, and for a model its content.  So a plan
can be made, printed and compared with the store without computing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shoptune.comparison import CandidateInfo
from shoptune.components import ResolvedModel
from shoptune.deciding.gates import check_gates
from shoptune.experiment.chosen import ConfiguredComponent
from shoptune.experiment.file import ExperimentFile, Tune
from shoptune.experiment.load import Experiment
from shoptune.planning.describe import describe_candidate, describe_metric
from shoptune.planning.lineage import lineage, parents_first
from shoptune.planning.plan import Plan, PlannedTask
from shoptune.planning.resolving import resolve_model
from shoptune.step import Step
from shoptune.storage.fingerprint import fingerprint_of_path, versions_of

__all__ = ["make_plan"]


def make_plan(experiment: Experiment) -> Plan:
    """Plan the experiment: find its models, hash its files, and name every step by content."""
    file, compare, steps = experiment.file, experiment.file.compare, _Steps(experiment)
    everything = (
        *steps.prepared.values(),
        *steps.rephrased.values(),
        *steps.tuned.values(),
        *steps.predicted.values(),
        *steps.measured(),
    )
    metrics = tuple(
        describe_metric(task, name, chosen)
        for task, of_task in experiment.metrics.items()
        for name, chosen in of_task.items()
    )
    check_gates(
        compare.gates,
        tasks=file.tasks,
        metrics=metrics,
        candidates=file.candidates,
        baseline=compare.baseline,
        slices=compare.slices,
        priced=compare.prices is not None,
    )
    return Plan(
        experiment=file.name,
        seed=file.seed,
        baseline=compare.baseline,
        resamples=compare.resamples,
        slices=compare.slices,
        prices=compare.prices,
        gates=compare.gates,
        reports=file.reports,
        executor=file.executor,
        tasks=tuple(_planned_task(experiment, name, step) for name, step in steps.prepared.items()),
        candidates=tuple(_introduced(steps, name) for name in file.candidates),
        metrics=metrics,
        steps=everything,
    )


def _planned_task(experiment: Experiment, name: str, prepare: Step) -> PlannedTask:
    component = experiment.tasks[name].component
    return PlannedTask(
        name=name,
        component=component.name,
        summary=component.summary,
        scored_on=experiment.file.tasks[name].score_on,
        prompts=tuple(experiment.prompts[name]),
        prepare=prepare,
    )


def _introduced(steps: _Steps, name: str) -> CandidateInfo:
    return describe_candidate(
        name,
        steps.file.candidates[name],
        steps.located.get(steps.root(name)),
        is_tuned=_tuning(steps.lineage(name), steps.tuned) is not None,
        method=steps.experiment.methods.get(name),
    )


def _tuning(line: Iterable[str], tuned: Mapping[str, Step]) -> Step | None:
    """Return the last tuning step on the way from a model to a candidate, whose lineage is `line`."""
    return next((tuned[name] for name in line if name in tuned), None)


@dataclass(frozen=True)
class _Steps:
    """An experiment's steps, each kind made from those before it."""

    experiment: Experiment

    @property
    def file(self) -> ExperimentFile:
        return self.experiment.file

    @cached_property
    def prepared(self) -> dict[str, Step]:
        """Task -> step."""
        return {task: self._prepare(task) for task in self.file.tasks}

    @cached_property
    def rephrased(self) -> dict[str, Step]:
        """Task with several prompts -> step."""
        return {task: self._rephrase(task) for task in self.file.tasks if self.experiment.prompts[task]}

    @cached_property
    def located(self) -> dict[str, ResolvedModel]:
        """Candidate that names a model -> the model."""
        return {name: resolve_model(self.experiment, name) for name in self.experiment.backends}

    @cached_property
    def tuned(self) -> dict[str, Step]:
        """Tuned candidate -> step."""
        tuned: dict[str, Step] = {}
        for name in parents_first(self.file.candidates):
            if tune := self.file.candidates[name].tune:
                tuned[name] = self._tune(name, tune, parent=_tuning(self.lineage(name), tuned))
        return tuned

    @cached_property
    def predicted(self) -> dict[tuple[str, str], Step]:
        """(candidate, task) -> step."""
        return {
            (candidate, task): self._predict(candidate, task)
            for candidate in self.file.candidates
            for task in self.file.tasks
        }

    def measured(self) -> list[Step]:
        return [
            self._measure(candidate, task, metric, chosen)
            for candidate, task in self.predicted
            for metric, chosen in self.experiment.metrics[task].items()
        ]

    def lineage(self, candidate: str) -> tuple[str, ...]:
        return lineage(self.file.candidates, candidate)

    def root(self, candidate: str) -> str:
        """Return the candidate that names the model, or is no model."""
        return self.lineage(candidate)[-1]

    def _prepare(self, task: str) -> Step:
        use = self.file.tasks[task]
        data = {"own": use.data, "validation": use.validation_data, "test": use.test_data}
        tables = {part: self.experiment.tables[name] for part, name in data.items() if name}
        return Step(
            kind="prepare",
            task=task,
            settings={
                "task": self.experiment.tasks[task].identity(),
                "tables": {
                    part: {
                        table: {
                            "content": [fingerprint_of_path(path) for path in files.paths],
                            "adapter": files.adapter.identity(),
                            "on_bad_row": files.on_bad_row,
                        }
                        for table, files in of.items()
                    }
                    for part, of in tables.items()
                },
                "split": use.split.model_dump(mode="json", exclude_defaults=True),
                "canaries": use.canaries,
                "seed": self.file.seed,
            },
            places={
                part: {table: [str(path) for path in files.paths] for table, files in of.items()}
                for part, of in tables.items()
            },
        )

    def _rephrase(self, task: str) -> Step:
        prepared = self.prepared[task]
        prompts = self.experiment.prompts[task]
        return Step(
            kind="rephrase",
            task=task,
            inputs={"examples": prepared.fingerprint},
            settings={
                "task": prepared.settings["task"],
                "tables": prepared.settings["tables"],
                "prompts": {name: chosen.identity()["options"] for name, chosen in prompts.items()},
            },
            places=prepared.places,
        )

    def _examples_of(self, task: str) -> dict[str, str]:
        """Return the steps that a candidate's answers to a task are made and measured by."""
        found = {"examples": self.prepared[task].fingerprint}
        return found | ({"prompts": self.rephrased[task].fingerprint} if task in self.rephrased else {})

    def _tune(self, candidate: str, tune: Tune, *, parent: Step | None) -> Step:
        method = self.experiment.methods[candidate]
        # Numbered by content: what tasks are called in the file, and in which order, decides nothing.
        prepared = sorted(self.prepared[task].fingerprint for task in tune.tasks or self.file.tasks)
        return Step(
            kind="tune",
            candidate=candidate,
            inputs={
                **{f"task {number}": found for number, found in enumerate(prepared)},
                **({"parent": parent.fingerprint} if parent else {}),
            },
            settings={
                "method": method.identity(),
                "libraries": versions_of(method.component.distributions),
                "rows": tune.rows,
                "seed": self.file.seed,
                **self._model_settings(candidate),
            },
            places=self._model_places(candidate),
        )

    def _predict(self, candidate: str, task: str) -> Step:
        use = self.file.candidates[candidate]
        chosen_task = self.experiment.tasks[task]
        scored_on = self.file.tasks[task].score_on
        if use.baseline:
            return Step(
                kind="predict",
                task=task,
                candidate=candidate,
                inputs=self._examples_of(task),
                settings={"task": chosen_task.identity(), "baseline": use.baseline, "scored_on": scored_on},
            )
        tuned = _tuning(self.lineage(candidate), self.tuned)
        generate = self.file.tasks[task].generate
        return Step(
            kind="predict",
            task=task,
            candidate=candidate,
            inputs=self._examples_of(task) | ({"model": tuned.fingerprint} if tuned else {}),
            settings={
                **self._model_settings(candidate),
                "scored_on": scored_on,
                "few_shot": use.few_shot,
                "generate": {
                    **generate.model_dump(mode="json"),
                    "max_new_tokens": generate.max_new_tokens or chosen_task.component.max_new_tokens,
                },
                "choose": self.file.tasks[task].choose.model_dump(mode="json"),
                "perplexity": self.file.tasks[task].perplexity,
                "seed": self.file.seed,
            },
            places=self._model_places(candidate),
        )

    def _measure(self, candidate: str, task: str, metric: str, chosen: ConfiguredComponent) -> Step:
        return Step(
            kind="measure",
            task=task,
            candidate=candidate,
            metric=metric,
            inputs={**self._examples_of(task), "predictions": self.predicted[candidate, task].fingerprint},
            settings={
                "task": self.experiment.tasks[task].identity(),
                "scored_on": self.file.tasks[task].score_on,
                "metric": chosen.identity(),
                "libraries": versions_of(chosen.component.distributions),
            },
        )

    def _model_settings(self, candidate: str) -> dict[str, Any]:
        root = self.root(candidate)
        backend = self.experiment.backends[root]
        return {
            "model": self.located[root].identity.as_json(),
            "backend": {**backend.registered.plugin.identity(), "component": backend.component.name},
            "backend libraries": versions_of(backend.component.distributions),
        }

    def _model_places(self, candidate: str) -> dict[str, Any]:
        return {"model": self.located[self.root(candidate)]}
