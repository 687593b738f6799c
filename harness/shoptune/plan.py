"""The plan: which steps an experiment consists of, and the fingerprint of each.

A step's fingerprint hashes what decides its result and nothing else: the fingerprints of its inputs, the options, the
plugins' names, versions and code, the versions of the libraries that compute, and for a model its content.  So a plan
can be made, printed and compared with the store without computing anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from shoptune.comparison import CandidateInfo, MetricInfo
from shoptune.components import AdditiveMetric, LocatedModel
from shoptune.config import Chosen, Experiment
from shoptune.errors import PluginError, ShoptuneError, UsageError
from shoptune.experiment_file import CandidateUse, TaskUse, Tune
from shoptune.fingerprint import fingerprint_of_path, versions_of
from shoptune.gates import Gate, check_gates
from shoptune.prices import Prices
from shoptune.step import Kind, Step

__all__ = ["Plan", "PlannedTask", "make_plan"]


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """What the comparison needs to know of a task."""

    name: str
    component: str
    summary: str
    scored_on: Literal["validation", "test"]
    prompts: tuple[str, ...]
    """Names of the prompts beside the task's own."""
    prepare: Step


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that a run needs: nothing after this reads the experiment file."""

    experiment: str
    seed: int
    baseline: str
    resamples: int
    slices: tuple[str, ...] | None
    prices: Prices | None
    gates: tuple[Gate, ...]
    reports: tuple[str, ...]
    executor: str
    tasks: tuple[PlannedTask, ...]
    candidates: tuple[CandidateInfo, ...]
    metrics: tuple[MetricInfo, ...]
    steps: tuple[Step, ...]
    """In an order in which each step's inputs come before it."""

    def step(
        self, kind: Kind, *, task: str | None = None, candidate: str | None = None, metric: str | None = None
    ) -> Step:
        """Return the one step of that kind; raises KeyError where there is none."""
        return self._by_key[kind, task, candidate, metric]

    @cached_property
    def _by_key(self) -> dict[tuple[str | None, ...], Step]:
        return {(s.kind, s.task, s.candidate, s.metric): s for s in self.steps}


def make_plan(experiment: Experiment) -> Plan:
    """Plan the experiment: find its models, hash its files, and name every step by content."""
    return _Planner(experiment).plan()


class _Planner:
    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.file = experiment.file
        self.prepared: dict[str, Step] = {}
        self.rephrased: dict[str, Step] = {}
        self.tuned: dict[str, Step] = {}
        self.located: dict[str, LocatedModel] = {}

    def plan(self) -> Plan:
        self.prepared = {name: self._prepare(name, use) for name, use in self.file.tasks.items()}
        self.rephrased = {name: self._rephrase(name) for name in self.file.tasks if self.experiment.prompts[name]}
        for name, chosen in self.experiment.backends.items():
            self.located[name] = self._locate(name, chosen)
        self.tuned = {}
        for name in self._parents_first():
            use = self.file.candidates[name]
            if use.tune and use.parent:
                self.tuned[name] = self._tune(name, use.tune, use.parent)
        predicted = {
            (candidate, task): self._predict(candidate, task)
            for candidate in self.file.candidates
            for task in self.file.tasks
        }
        measured = [
            self._measure(candidate, task, metric, chosen, step)
            for (candidate, task), step in predicted.items()
            for metric, chosen in self.experiment.metrics[task].items()
        ]
        compare = self.file.compare
        metrics = tuple(
            _metric_info(task, name, chosen)
            for task, metrics in self.experiment.metrics.items()
            for name, chosen in metrics.items()
        )
        check_gates(
            compare.gates,
            tasks=self.file.tasks,
            metrics=metrics,
            candidates=self.file.candidates,
            baseline=compare.baseline,
            slices=compare.slices,
            priced=compare.prices is not None,
        )
        return Plan(
            experiment=self.file.name,
            seed=self.file.seed,
            baseline=compare.baseline,
            resamples=compare.resamples,
            slices=compare.slices,
            prices=compare.prices,
            gates=compare.gates,
            reports=self.file.reports,
            executor=self.file.executor,
            tasks=tuple(self._task(name, use) for name, use in self.file.tasks.items()),
            candidates=tuple(self._candidate(name, use) for name, use in self.file.candidates.items()),
            metrics=metrics,
            steps=(
                *self.prepared.values(),
                *self.rephrased.values(),
                *self.tuned.values(),
                *predicted.values(),
                *measured,
            ),
        )

    # Steps

    def _prepare(self, task: str, use: TaskUse) -> Step:
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

    def _tune(self, candidate: str, tune: Tune, parent: str) -> Step:
        method = self.experiment.methods[candidate]
        # Numbered by content: what tasks are called in the file, and in which order, decides nothing.
        prepared = sorted(self.prepared[task].fingerprint for task in tune.tasks or self.file.tasks)
        root, tuned_parent = self._model_of(parent)
        return Step(
            kind="tune",
            candidate=candidate,
            inputs={
                **{f"task {number}": found for number, found in enumerate(prepared)},
                **({"parent": tuned_parent.fingerprint} if tuned_parent else {}),
            },
            settings={
                "method": method.identity(),
                "libraries": versions_of(method.component.distributions),
                "rows": tune.rows,
                "seed": self.file.seed,
                **self._model_settings(root),
            },
            places=self._model_places(root),
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
        root, tuned = self._model_of(candidate)
        generate = self.file.tasks[task].generate
        return Step(
            kind="predict",
            task=task,
            candidate=candidate,
            inputs=self._examples_of(task) | ({"model": tuned.fingerprint} if tuned else {}),
            settings={
                **self._model_settings(root),
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
            places=self._model_places(root),
        )

    def _measure(self, candidate: str, task: str, metric: str, chosen: Chosen, predicted: Step) -> Step:
        return Step(
            kind="measure",
            task=task,
            candidate=candidate,
            metric=metric,
            inputs={**self._examples_of(task), "predictions": predicted.fingerprint},
            settings={
                "task": self.experiment.tasks[task].identity(),
                "scored_on": self.file.tasks[task].score_on,
                "metric": chosen.identity(),
                "libraries": versions_of(chosen.component.distributions),
            },
        )

    # Models

    def _locate(self, candidate: str, backend: Chosen) -> LocatedModel:
        use = self.file.candidates[candidate]
        model = use.model
        try:
            located: LocatedModel = backend.component.locate(
                model, self.experiment.path.parent.resolve(), backend.options
            )
        except UsageError as error:  # perhaps another backend would have known the model
            suspects = [] if use.backend else self.experiment.plugins.suspects("model backend")
            raise UsageError("\n".join([str(error), *suspects])) from error
        except ShoptuneError:
            raise
        except Exception as error:
            raise PluginError(
                f"{backend.registered.plugin.label} failed to find {model!r}: {type(error).__name__}: {error}"
            ) from error
        return located

    def _model_of(self, candidate: str) -> tuple[str, Step | None]:
        """Return the candidate whose model this one goes back to, and the last tuning step on the way."""
        use = self.file.candidates[candidate]
        if use.parent is None:
            return candidate, None
        root, tuned_parent = self._model_of(use.parent)
        return root, self.tuned.get(candidate, tuned_parent)

    def _model_settings(self, root: str) -> dict[str, Any]:
        backend = self.experiment.backends[root]
        return {
            "model": self.located[root].fingerprint,
            "backend": {**backend.registered.plugin.identity(), "component": backend.component.name},
            "backend libraries": versions_of(backend.component.distributions),
        }

    def _model_places(self, root: str) -> dict[str, Any]:
        return {"model": asdict(self.located[root])}

    def _parents_first(self) -> Iterator[str]:
        done: set[str] = set()

        def visit(name: str) -> Iterator[str]:
            if name not in done:
                parent = self.file.candidates[name].parent
                if parent:
                    yield from visit(parent)
                done.add(name)
                yield name

        for name in self.file.candidates:
            yield from visit(name)

    # What the comparison says about them

    def _task(self, name: str, use: TaskUse) -> PlannedTask:
        component = self.experiment.tasks[name].component
        return PlannedTask(
            name=name,
            component=component.name,
            summary=component.summary,
            scored_on=use.score_on,
            prompts=tuple(self.experiment.prompts[name]),
            prepare=self.prepared[name],
        )

    def _candidate(self, name: str, use: CandidateUse) -> CandidateInfo:
        if use.baseline:
            return CandidateInfo(name=name, kind="baseline", summary=f"no model: {use.baseline}")
        root, tuned = self._model_of(name)
        located = self.located[root]
        shots = f", {use.few_shot} examples in the prompt" if use.few_shot else ""
        if use.tune:
            summary = f"{use.tune.method} of {use.parent}{_given(self.experiment.methods[name])}{shots}"
        elif use.parent:
            summary = f"{use.parent}{shots}"
        else:
            summary = f"{located.name}, as it is{shots}"
        return CandidateInfo(
            name=name,
            kind="tuned" if tuned else "model",
            summary=summary,
            model=located.name,
            source=located.source,
            parent=use.parent,
            method=use.tune.method if use.tune else None,
            few_shot=use.few_shot,
        )


def _given(chosen: Chosen) -> str:
    """Return the options that the experiment file gives, in words; nested ones by their whole names."""

    def flat(options: Mapping[str, Any], where: str = "") -> Iterator[str]:
        for name, value in options.items():
            if isinstance(value, Mapping):
                yield from flat(value, f"{where}{name}.")
            else:
                yield f"{where}{name} {value}"

    given = ", ".join(flat(chosen.options.model_dump(mode="json", exclude_unset=True)))
    return f" ({given})" if given else ""


def _metric_info(task: str, name: str, chosen: Chosen) -> MetricInfo:
    component = chosen.component
    return MetricInfo(
        task=task,
        name=name,
        metric=component.name,
        summary=component.summary,
        higher_is_better=component.higher_is_better,
        format=component.format,
        theme=component.theme,
        additive=isinstance(component, AdditiveMetric),
        options=chosen.options.model_dump(mode="json"),
    )
