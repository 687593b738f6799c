"""The experiment file, checked to the last key before anything runs.

`load_experiment` reads the file, looks every name up and validates every component's options against that component's
model.  It returns an `Experiment`, in which every name is known and every option valid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel

from shoptune.errors import UsageError, did_you_mean
from shoptune.experiment_file import (
    CandidateUse,
    DataFile,
    ExperimentFile,
    MetricUse,
    TaskUse,
    Tune,
    read_experiment_file,
)
from shoptune.plugins import Plugins, Registered, load_plugins
from shoptune.validation import dotted, validate
from shoptune.yaml_file import YamlFile

__all__ = ["Chosen", "Experiment", "load_experiment"]


@dataclass(frozen=True)
class Chosen:
    """A component that the experiment names, with its checked options."""

    registered: Registered[Any]
    options: BaseModel

    @property
    def component(self) -> Any:
        """The component itself."""
        return self.registered.component

    def identity(self) -> dict[str, Any]:
        """Return what goes into fingerprints: plugin, component and options."""
        return {
            **self.registered.plugin.identity(),
            "component": self.component.name,
            "options": self.options.model_dump(mode="json", by_alias=True),
        }


@dataclass(frozen=True)
class Experiment:
    """An experiment file in which every name is known and every option valid."""

    path: Path
    file: ExperimentFile
    plugins: Plugins
    tables: Mapping[str, Mapping[str, tuple[Path, Chosen]]]
    """Shop -> table -> (file, adapter)."""
    tasks: Mapping[str, Chosen]
    metrics: Mapping[str, Mapping[str, Chosen]]
    """Task -> name of the metric -> metric."""
    backends: Mapping[str, Chosen]
    """Candidate with a model -> its backend."""
    methods: Mapping[str, Chosen]
    """Tuned candidate -> its method."""


def load_experiment(path: Path, plugins: Plugins | None = None) -> Experiment:
    """Read and check the experiment file; raises UsageError that says file, line, key and remedy."""
    file, yaml_file = read_experiment_file(path)
    plugins = plugins or load_plugins([(path.parent / p).resolve() for p in file.plugins])
    check = _Checker(yaml_file, file, plugins)
    experiment = Experiment(
        path=path,
        file=file,
        plugins=plugins,
        tables=check.tables(),
        tasks=check.tasks(),
        metrics=check.metrics(),
        backends=check.backends(),
        methods=check.methods(),
    )
    check.references()
    return experiment


class _Checker:
    """Looks every name up and checks every component's options."""

    def __init__(self, yaml_file: YamlFile, file: ExperimentFile, plugins: Plugins) -> None:
        self.yaml, self.file, self.plugins = yaml_file, file, plugins

    def tables(self) -> dict[str, dict[str, tuple[Path, Chosen]]]:
        return {
            shop: {table: self._table(("data", shop, table), use) for table, use in tables.items()}
            for shop, tables in self.file.data.items()
        }

    def _table(self, keys: tuple[str, ...], use: DataFile) -> tuple[Path, Chosen]:
        path = (self.yaml.path.parent / use.path).resolve()
        if not path.is_file():
            here = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
            what = "is a folder" if path.is_dir() else "does not exist"
            self._fail((*keys, "path"), f"{use.path} {what}.{did_you_mean(path.name, here)}")
        name = use.adapter or self.plugins.select_data_adapter(path)
        if name is None:
            known = ", ".join(sorted(self.plugins.data_adapters))
            self._fail(keys, f"no adapter recognises {use.path}; add `adapter:` with one of: {known}")
        return path, self._choose("data adapter", self.plugins.data_adapters, name, use.options, keys, around=DataFile)

    def tasks(self) -> dict[str, Chosen]:
        chosen = {}
        for name, use in self.file.tasks.items():
            keys = ("tasks", name)
            if use.data not in self.file.data:
                self._fail((*keys, "data"), f"there is no data {use.data!r}.{did_you_mean(use.data, self.file.data)}")
            chosen[name] = self._choose("task", self.plugins.tasks, use.task, use.options, keys, around=TaskUse)
            for table in chosen[name].component.tables:
                if table not in self.file.data[use.data]:
                    there = did_you_mean(table, self.file.data[use.data])
                    self._fail(
                        ("data", use.data),
                        f"the task {use.task!r} needs the table {table!r}, which is not there.{there}",
                    )
        return chosen

    def metrics(self) -> dict[str, dict[str, Chosen]]:
        return {name: self._metrics_of(name, use) for name, use in self.file.tasks.items()}

    def _metrics_of(self, task: str, use: TaskUse) -> dict[str, Chosen]:
        uses = use.metrics
        if uses is None:
            component = self.plugins.find("task", self.plugins.tasks, use.task).component
            uses = tuple(MetricUse(metric=m) for m in component.metrics)
        chosen: dict[str, Chosen] = {}
        for index, metric in enumerate(uses):
            keys = ("tasks", task, "metrics", index)
            name = metric.name or metric.metric
            if name in chosen:
                self._fail(keys, f"the metric {name!r} is there twice; give one of them another `name`")
            chosen[name] = self._choose(
                "metric", self.plugins.metrics, metric.metric, metric.options, keys, around=MetricUse
            )
        return chosen

    def backends(self) -> dict[str, Chosen]:
        chosen = {}
        for name, use in self.file.candidates.items():
            if use.model:
                keys = ("candidates", name)
                backend = use.backend or self.plugins.select_model_backend(use.model)
                if backend is None:
                    known = ", ".join(sorted(self.plugins.model_backends))
                    self._fail(
                        (*keys, "model"), f"no backend can load {use.model!r}; add `backend:` with one of: {known}"
                    )
                chosen[name] = self._choose(
                    "model backend", self.plugins.model_backends, backend, use.options, keys, around=CandidateUse
                )
        return chosen

    def methods(self) -> dict[str, Chosen]:
        chosen = {}
        for name, use in self.file.candidates.items():
            if use.tune:
                keys = ("candidates", name, "tune")
                chosen[name] = self._choose(
                    "tuning method", self.plugins.tuning_methods, use.tune.method, use.tune.options, keys, around=Tune
                )
                for task in use.tune.tasks or ():
                    self._known("task", task, self.file.tasks, (*keys, "tasks"))
        return chosen

    def references(self) -> None:
        """Check the names that stand for something in the file itself."""
        candidates, tasks = self.file.candidates, self.file.tasks
        for name, use in candidates.items():
            keys = ("candidates", name)
            if use.baseline:
                for task, task_use in tasks.items():
                    known = self.plugins.tasks[task_use.task].component.baselines
                    self._known(f"baseline of task {task!r}", use.baseline, known, (*keys, "baseline"))
            if use.parent:
                self._known("candidate", use.parent, candidates, (*keys, "from"))
                self._refuse_cycle(name)
                if candidates[use.parent].baseline:
                    self._fail(
                        (*keys, "from"), f"{use.parent!r} is a baseline, and no model that could be started from"
                    )
        self._known("candidate", self.file.compare.baseline, candidates, ("compare", "baseline"))
        for format_name in self.file.reports:
            self._known("report format", format_name, self.plugins.report_formats, ("reports",))
        self._known("executor", self.file.executor, self.plugins.executors, ("executor",))

    def _refuse_cycle(self, name: str) -> None:
        path = [name]
        while (parent := self.file.candidates[path[-1]].parent) and parent in self.file.candidates:
            path.append(parent)
            if parent in path[:-1]:
                circle = " -> ".join(path[path.index(parent) :])
                self._fail(("candidates", name, "from"), f"`from` goes in a circle: {circle}; start from a `model`")

    def _known(self, kind: str, name: str, known: Mapping[str, Any] | Sequence[str], keys: Sequence[str | int]) -> None:
        if name not in known:
            self._fail(keys, f"there is no {kind} {name!r}.{did_you_mean(name, known)}")

    def _choose(
        self,
        kind: str,
        known: dict[str, Registered[Any]],
        name: str,
        options: dict[str, Any],
        keys: Sequence[str | int],
        *,
        around: type[BaseModel],
    ) -> Chosen:
        try:
            registered = self.plugins.find(kind, known, name)
        except UsageError as error:
            field = {"data adapter": "adapter", "model backend": "backend", "tuning method": "method"}.get(kind, kind)
            raise UsageError(f"{self.yaml.where([*keys, field])}: {dotted([*keys, field])}: {error}") from None
        model = registered.component.options
        return Chosen(registered, validate(model, options, self.yaml, keys, around=around))

    def _fail(self, keys: Sequence[str | int], message: str) -> NoReturn:
        raise UsageError(f"{self.yaml.where(keys)}: {dotted(keys)}: {message}")
