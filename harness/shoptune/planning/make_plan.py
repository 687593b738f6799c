"""Makes the plan: every step of an experiment, named by its content.

A step's fingerprint hashes what decides its result and nothing else: the fingerprints of its inputs, the options, the
plugins' names, versions and code, the versions of the libraries that compute, and for a model its content.  So a plan
can be made, printed and compared with the store without computing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from shoptune.comparison import CandidateInfo
from shoptune.components import AdditiveMetric, AnyBackend, GenerationSettings, Metric, ResolvedModel
from shoptune.deciding.gates import check_gates
from shoptune.experiment.configured import ConfiguredComponent, TableFiles
from shoptune.experiment.file import CandidateUse, Choosing, ExperimentFile, Generation, Part, Select, Tune
from shoptune.experiment.load import Experiment
from shoptune.experiment.selections import looks_at_others
from shoptune.fingerprint import fingerprint_of_path, versions_of
from shoptune.planning.describe import describe_candidate, describe_metric
from shoptune.planning.lineage import lineage, parents_first
from shoptune.planning.plan import Plan, PlannedTask
from shoptune.planning.resolving import resolve_model
from shoptune.planning.selection import Selection
from shoptune.plugins import Plugins
from shoptune.step import ComponentUse
from shoptune.steps.asking import Asking
from shoptune.steps.expand_prompts import ExpandPromptsStep
from shoptune.steps.judge import JudgeStep
from shoptune.steps.measure import MeasureStep
from shoptune.steps.models import ModelUse
from shoptune.steps.predict import ModelAnswers, PredictStep
from shoptune.steps.prepare import PrepareStep, Source
from shoptune.steps.read import ReadStep, RecogniserUse
from shoptune.steps.tune import TrainingSource, TuneStep

__all__ = ["ON_VALIDATION", "make_plan", "plan_preparing"]

ON_VALIDATION = " (validation)"
"""What stands behind a candidate's name where it is asked in order to choose among several."""


def make_plan(experiment: Experiment, choices: Mapping[str, str] | None = None) -> Plan:
    """Plan a round of the experiment: find its models, hash its files, and name every step by content.

    `choices` says which member was chosen for candidates that are the best of others, as far as that is known.  Those
    of which it is not, and what starts from them, are left out of the plan; `Plan.selections` says what has to be
    measured to know it.
    """
    file, compare, steps = experiment.file, experiment.file.compare, _Steps(experiment, choices or {})
    metrics = tuple(
        describe_metric(task, name, configured)
        for task, of_task in experiment.metrics.items()
        for name, configured in of_task.items()
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
        executor=experiment.executor,
        tasks=tuple(_planned_task(experiment, steps, name) for name in file.tasks),
        candidates=tuple(_described(steps, name) for name in steps.candidates),
        selections=steps.selections,
        metrics=metrics,
        tunes=steps.tuned,
        predictions=steps.predicted,
        judgements=steps.judged,
        measurements=steps.measured,
    )


def plan_preparing(experiment: Experiment) -> Mapping[str, PrepareStep]:
    """Return for each task the step that prepares its data; no model is looked for."""
    return _Steps(experiment, {}).prepared


def _planned_task(experiment: Experiment, steps: _Steps, name: str) -> PlannedTask:
    component = experiment.tasks[name].component
    return PlannedTask(
        name=name,
        component=component.name,
        summary=component.summary,
        scored_on=experiment.file.tasks[name].score_on,
        prompts=tuple(experiment.prompts[name]),
        prepare=steps.prepared[name],
        examples=steps.examples[name],
    )


def _described(steps: _Steps, name: str) -> CandidateInfo:
    return describe_candidate(
        name,
        steps.candidates[name],
        steps.resolved.get(steps.root(name)),
        is_tuned=_tuning(steps.lineage(name), steps.tuned) is not None,
        few_shot=next(use.few_shot for use in map(steps.candidates.__getitem__, steps.lineage(name)) if not use.select),
        method=steps.experiment.methods.get(name),
    )


def _tuning(line: Iterable[str], tuned: Mapping[str, TuneStep]) -> TuneStep | None:
    """Return the last tuning step on the way from a model to a candidate, whose lineage is `line`."""
    return next((tuned[name] for name in line if name in tuned), None)


@dataclass(frozen=True)
class _Steps:
    """An experiment's steps, each kind made from those before it."""

    experiment: Experiment
    choices: Mapping[str, str]
    """Candidate that is the best of others -> the one that was chosen."""

    @property
    def file(self) -> ExperimentFile:
        return self.experiment.file

    @cached_property
    def candidates(self) -> dict[str, CandidateUse]:
        """The candidates that are decided; one that was chosen among others has that as its parent."""
        decided = {
            name: use.model_copy(update={"parent": self.choices[name]}) if use.select else use
            for name, use in self.file.candidates.items()
            if not use.select or name in self.choices
        }
        while undecided := {name for name, use in decided.items() if use.parent and use.parent not in decided}:
            decided = {name: use for name, use in decided.items() if name not in undecided}
        return decided

    # Reading and preparing

    @cached_property
    def read(self) -> dict[str, dict[str, ReadStep]]:
        """Shop -> table -> step."""
        return {
            shop: {table: _read(shop, table, files, self.experiment.plugins) for table, files in tables.items()}
            for shop, tables in self.experiment.tables.items()
        }

    @cached_property
    def prepared(self) -> dict[str, PrepareStep]:
        """Task -> step."""
        return {task: self._prepare(task) for task in self.file.tasks}

    @cached_property
    def examples(self) -> dict[str, PrepareStep | ExpandPromptsStep]:
        """Task -> the step that has its scored examples, in every prompt where there are several."""
        return {task: self._expand_prompts(task) or step for task, step in self.prepared.items()}

    def _prepare(self, task: str) -> PrepareStep:
        use = self.file.tasks[task]
        data: dict[Source, str | None] = {"own": use.data, "validation": use.validation_data, "test": use.test_data}
        return PrepareStep(
            task=task,
            component=self.experiment.tasks[task].use(),
            tables={source: self.read[name] for source, name in data.items() if name},
            split=use.split,
            canaries=use.canaries,
            seed=self.file.seed,
        )

    def _expand_prompts(self, task: str) -> ExpandPromptsStep | None:
        prompts = self.experiment.prompts[task]
        options = {name: configured.options for name, configured in prompts.items()}
        return ExpandPromptsStep(task=task, prepared=self.prepared[task], prompts=options) if prompts else None

    # Models and tuning

    @cached_property
    def resolved(self) -> dict[str, ResolvedModel]:
        """Candidate that names a model -> the model."""
        return {
            name: resolve_model(self.experiment, self.candidates[name], backend)
            for name, backend in self.experiment.backends.items()
        }

    @cached_property
    def tuned(self) -> dict[str, TuneStep]:
        """Tuned candidate -> step."""
        tuned: dict[str, TuneStep] = {}
        for name in parents_first(self.candidates):
            if tune := self.candidates[name].tune:
                tuned[name] = self._tune(name, tune, parent=_tuning(self.lineage(name), tuned))
        return tuned

    def lineage(self, candidate: str) -> tuple[str, ...]:
        return lineage(self.candidates, candidate)

    def root(self, candidate: str) -> str:
        """Return the candidate that names the model, or is no model."""
        return self.lineage(candidate)[-1]

    def _tune(self, candidate: str, tune: Tune, *, parent: TuneStep | None) -> TuneStep:
        method = self.experiment.methods[candidate]
        names = method.component.metrics(method.options)
        asked = {
            task: {name: metric for name, metric in self.experiment.metrics[task].items() if name in names}
            for task in tune.tasks or self.file.tasks
        }
        sources = [
            TrainingSource(
                prepared=self.prepared[task], metrics={name: metric.use() for name, metric in of_task.items()}
            )
            for task, of_task in asked.items()
        ]
        measuring = {d for of_task in asked.values() for m in of_task.values() for d in m.component.distributions}
        return TuneStep(
            candidate=candidate,
            model=self._model(candidate, parent),
            sources=tuple(sorted(sources, key=lambda source: source.prepared.fingerprint)),
            method=method.use(),
            libraries=versions_of({*method.component.distributions, *measuring}),
            rows=tune.rows,
            seed=self.file.seed,
        )

    def _model(self, candidate: str, tuned: TuneStep | None) -> ModelUse:
        root = self.root(candidate)
        return _model_use(self.experiment.backends[root], self.resolved[root], tuned)

    # Answering

    @cached_property
    def predicted(self) -> dict[tuple[str, str], PredictStep]:
        """(task, candidate) -> step."""
        return {
            (task, candidate): self._predict(task, candidate, self.file.tasks[task].score_on)
            for candidate in self.candidates
            for task in self.file.tasks
        }

    def _predict(self, task: str, candidate: str, scored_on: Part) -> PredictStep:
        use, needs = self.file.tasks[task], self._needs(task)
        if self.candidates[candidate].select:
            return replace(self._predict(task, self.choices[candidate], scored_on), candidate=candidate)
        return PredictStep(
            task=task,
            candidate=candidate,
            component=self.experiment.tasks[task].use(),
            examples=self.examples[task],
            scored_on=scored_on,
            canaries=bool(use.canaries) and "canaries" in needs,
            answered_by=self.candidates[candidate].baseline or self._model_answers(task, candidate),
        )

    def _model_answers(self, task: str, candidate: str) -> ModelAnswers:
        use, most = self.file.tasks[task], self.experiment.tasks[task].component.max_new_tokens
        return ModelAnswers(
            model=self._model(candidate, _tuning(self.lineage(candidate), self.tuned)),
            few_shot=self.candidates[candidate].few_shot,
            asking=_asking(use.generate, use.choose, most, self.file.seed),
            references="reference_log_probabilities" in self._needs(task),
            seed=self.file.seed,
        )

    def _needs(self, task: str) -> set[str]:
        """What the task's metrics need."""
        return {need for metric in self.experiment.metrics[task].values() for need in metric.component.needs}

    # Choosing on validation data

    @cached_property
    def selections(self) -> tuple[Selection, ...]:
        """The choices that can be made when this round is measured: all of their members are decided."""
        return tuple(
            self._selection(name, use.select)
            for name, use in self.file.candidates.items()
            if use.select and name not in self.choices and all(member in self.candidates for member in use.select.of)
        )

    def _selection(self, name: str, select: Select) -> Selection:
        metric = self.experiment.metrics[select.task][select.metric]
        return Selection(
            candidate=name,
            task=select.task,
            metric=select.metric,
            measurements={
                member: MeasureStep(
                    task=select.task,
                    candidate=member + ON_VALIDATION,
                    metric=select.metric,
                    predictions=replace(
                        self._predict(select.task, member, "validation"), candidate=member + ON_VALIDATION
                    ),
                    measured_by=metric.use(),
                    libraries=versions_of(metric.component.distributions),
                    others={},
                )
                for member in select.of
            },
        )

    # Judging and measuring

    @cached_property
    def judged(self) -> dict[tuple[str, str, str], JudgeStep]:
        """(task, candidate, metric) -> step, of metrics that ask a model."""
        return {
            (task, candidate, metric): self._judge(task, candidate, metric, configured)
            for task, candidate, metric, configured in self._measured()
            if isinstance(configured.component, AdditiveMetric) and configured.component.questions
        }

    @cached_property
    def measured(self) -> dict[tuple[str, str, str], MeasureStep]:
        """(task, candidate, metric) -> step."""
        return {
            (task, candidate, metric): self._measure(task, candidate, metric, configured)
            for task, candidate, metric, configured in self._measured()
        }

    def _measured(self) -> Iterator[tuple[str, str, str, ConfiguredComponent[Metric]]]:
        """Yield what can be measured in this round: what looks at other candidates waits until all are decided."""
        undecided = len(self.candidates) < len(self.file.candidates)
        for task, candidate in self.predicted:
            for metric, configured in self.experiment.metrics[task].items():
                if not (undecided and looks_at_others(configured.component)):
                    yield task, candidate, metric, configured

    def _baseline_answers(self, task: str, metric: ConfiguredComponent[Metric]) -> PredictStep | None:
        needed = "baseline_answers" in metric.component.needs
        return self.predicted[task, self.file.compare.baseline] if needed else None

    def _judge(self, task: str, candidate: str, metric: str, configured: ConfiguredComponent[Metric]) -> JudgeStep:
        judge = self.experiment.judges[task, metric]
        use = self.file.judges[judge]
        backend = self.experiment.judge_backends[judge]
        return JudgeStep(
            task=task,
            candidate=candidate,
            metric=metric,
            predictions=self.predicted[task, candidate],
            baseline=self._baseline_answers(task, configured),
            asks=configured.use(),
            libraries=versions_of(configured.component.distributions),
            judge=_model_use(backend, self._judges[judge], None),
            asking=_asking(use.generate, use.choose, use.MAX_NEW_TOKENS, self.file.seed),
        )

    @cached_property
    def _judges(self) -> dict[str, ResolvedModel]:
        """Judge -> its model."""
        return {
            name: resolve_model(self.experiment, self.file.judges[name], backend)
            for name, backend in self.experiment.judge_backends.items()
        }

    def _measure(self, task: str, candidate: str, metric: str, configured: ConfiguredComponent[Metric]) -> MeasureStep:
        needs_others = "other_answers" in configured.component.needs
        others = sorted(name for name in self.candidates if needs_others and name != candidate)
        return MeasureStep(
            task=task,
            candidate=candidate,
            metric=metric,
            predictions=self.predicted[task, candidate],
            measured_by=configured.use(),
            libraries=versions_of(configured.component.distributions),
            judgements=self.judged.get((task, candidate, metric)),
            baseline=self._baseline_answers(task, configured),
            others={name: self.predicted[task, name] for name in others},
        )


def _read(shop: str, table: str, files: TableFiles, plugins: Plugins) -> ReadStep:
    adapter: ComponentUse = files.adapter.use()
    return ReadStep(
        data=shop,
        table=table,
        content=tuple(fingerprint_of_path(path) for path in files.paths),
        paths=files.paths,
        adapter=adapter,
        on_bad_row=files.on_bad_row,
        recognisers=tuple(
            RecogniserUse(
                plugin=registered.plugin.identity(),
                name=name,
                libraries=versions_of(registered.component.distributions),
            )
            for name, registered in sorted(plugins.recognisers.items())
        ),
    )


def _model_use(backend: ConfiguredComponent[AnyBackend], resolved: ResolvedModel, tuned: TuneStep | None) -> ModelUse:
    return ModelUse(
        plugin=backend.registered.plugin.identity(),
        backend=backend.component.name,
        libraries=versions_of(backend.component.distributions),
        identity=resolved.identity,
        tuned=tuned,
        resolved=resolved,
    )


def _asking(generate: Generation, choose: Choosing, most: int, seed: int) -> Asking:
    return Asking(
        settings=GenerationSettings(
            max_new_tokens=generate.max_new_tokens or most,
            temperature=generate.temperature,
            repetition_penalty=generate.repetition_penalty,
            stop=generate.stop,
            seed=seed,
        ),
        constrain=generate.constrain,
        normalise=choose.normalise,
    )
