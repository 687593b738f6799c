"""Loads an experiment: reads its file and checks it to the last key before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shoptune.experiment.check import ExperimentCheck
from shoptune.experiment.chosen import ConfiguredComponent, TableFiles
from shoptune.experiment.file import ExperimentFile, read_experiment_file
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
    tasks: Mapping[str, ConfiguredComponent]
    prompts: Mapping[str, Mapping[str, ConfiguredComponent]]
    """Task -> name of another prompt -> the task with that prompt's options; own prompts stand in `tasks`."""
    metrics: Mapping[str, Mapping[str, ConfiguredComponent]]
    """Task -> name of the metric -> metric."""
    backends: Mapping[str, ConfiguredComponent]
    """Candidate with a model -> its backend."""
    methods: Mapping[str, ConfiguredComponent]
    """Tuned candidate -> its method."""


def load_experiment(path: Path, plugins: Plugins | None = None) -> Experiment:
    """Read and check the experiment file; raises UsageError that says file, line, key and remedy of all that is wrong.

    What is wrong with the file's shape is said first, since names and options can't be looked up before that is right.
    """
    file, yaml_file = read_experiment_file(path)
    plugins = plugins or load_plugins([(path.parent / p).resolve() for p in file.plugins])
    check = ExperimentCheck(yaml_file, file, plugins)
    tables, tasks = check.tables(), check.tasks()
    experiment = Experiment(
        path=path,
        file=file,
        plugins=plugins,
        tables=tables,
        tasks=tasks,
        prompts=check.prompts(tasks),
        metrics=check.metrics(tasks),
        backends=check.backends(),
        methods=check.methods(),
    )
    check.refuse_methods_without_rows(tasks, experiment.methods)
    check.references(tasks)
    check.raise_problems()
    return experiment
