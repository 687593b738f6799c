"""Loads an experiment: reads its file and checks it to the last key before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shoptune.components import AnyBackend, AnyExecutor, AnyMethod, AnyTask, Metric
from shoptune.experiment.check import ExperimentCheck
from shoptune.experiment.configured import ConfiguredComponent, TableFiles
from shoptune.experiment.file import ExperimentFile, read_experiment_file
from shoptune.experiment.fit import misfits
from shoptune.experiment.judging import judges_of, judging_problems
from shoptune.experiment.learning import learning_problems
from shoptune.experiment.selections import selection_problems
from shoptune.plugins import Plugins, load_plugins

__all__ = ["Experiment", "load_experiment"]


@dataclass(frozen=True)
class Experiment:
    """An experiment file in which every name is known and every option valid."""

    path: Path
    file: ExperimentFile
    plugins: Plugins
    tables: Mapping[str, Mapping[str, TableFiles]]
    """Shop -> table -> files."""
    tasks: Mapping[str, ConfiguredComponent[AnyTask]]
    prompts: Mapping[str, Mapping[str, ConfiguredComponent[AnyTask]]]
    """Task -> name of another prompt -> the task with that prompt's options; own prompts stand in `tasks`."""
    metrics: Mapping[str, Mapping[str, ConfiguredComponent[Metric]]]
    """Task -> name of the metric -> metric."""
    backends: Mapping[str, ConfiguredComponent[AnyBackend]]
    """Candidate with a model -> its backend."""
    methods: Mapping[str, ConfiguredComponent[AnyMethod]]
    """Tuned candidate -> its method."""
    judge_backends: Mapping[str, ConfiguredComponent[AnyBackend]]
    """Judge -> its backend."""
    judges: Mapping[tuple[str, str], str]
    """(task, name of a metric that asks a model) -> the judge that it asks."""
    executor: ConfiguredComponent[AnyExecutor]


def load_experiment(path: Path, plugins: Plugins | None = None) -> Experiment:
    """Read and check the experiment file; raises UsageError that says file, line, key and remedy of all that is wrong.

    What is wrong with the file's shape is said first, since names and options can't be looked up before that is right.
    """
    file, yaml_file = read_experiment_file(path)
    plugins = plugins or load_plugins([(path.parent / p).resolve() for p in file.plugins])
    check = ExperimentCheck(yaml_file, file, plugins)
    tables, tasks = check.tables(), check.tasks()
    prompts, backends = check.prompts(tasks), check.backends()
    metrics, executor = check.metrics(tasks), check.executor()
    judge_backends = check.judge_backends()
    methods = check.methods()
    check.references(tasks)
    check.note(learning_problems(file, tasks, metrics, methods, plugins))
    check.note(judging_problems(file, metrics))
    check.note(misfits(file, tasks, metrics, backends, judge_backends))
    check.note(selection_problems(file, metrics))
    check.raise_problems()
    if executor is None:
        raise AssertionError("an executor that isn't there was noted as a problem")
    return Experiment(
        path=path,
        file=file,
        plugins=plugins,
        tables=tables,
        tasks=tasks,
        prompts=prompts,
        metrics=metrics,
        backends=backends,
        methods=methods,
        judge_backends=judge_backends,
        judges=judges_of(file, metrics),
        executor=executor,
    )
