"""The experiment file, checked to the last key before anything runs.

`load_experiment` reads the file, looks every name up and validates every component's options against that component's
model.  It returns an `Experiment`, in which every name is known and every option valid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

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
from shoptune.prompts import OWN
from shoptune.validation import dotted, validate
from shoptune.yaml_file import YamlFile

__all__ = ["Chosen", "Experiment", "TableFiles", "load_experiment"]


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
class TableFiles:
    """The files of one table, and how they are read."""

    paths: tuple[Path, ...]
    adapter: Chosen
    on_bad_row: Literal["stop", "skip"] | None


@dataclass(frozen=True)
class Experiment:
    """An experiment file in which every name is known and every option valid."""

    path: Path
    file: ExperimentFile
    plugins: Plugins
    tables: Mapping[str, Mapping[str, TableFiles]]
    """Shop -> table -> files."""
    tasks: Mapping[str, Chosen]
    prompts: Mapping[str, Mapping[str, Chosen]]
    """Task -> name of another prompt -> the task with that prompt's options; own prompts stand in `tasks`."""
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
    tables, tasks = check.tables(), check.tasks()
    experiment = Experiment(
        path=path,
        file=file,
        plugins=plugins,
        tables=tables,
        tasks=tasks,
        prompts=check.prompts(tasks),
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

    def tables(self) -> dict[str, dict[str, TableFiles]]:
        return {
            shop: {table: self._table(("data", shop, table), use) for table, use in tables.items()}
            for shop, tables in self.file.data.items()
        }

    def _table(self, keys: tuple[str, ...], use: DataFile) -> TableFiles:
        paths = self._paths(keys, use.path)
        name = use.adapter or self.plugins.select_data_adapter(paths[0])
        if name is None:
            known = ", ".join(sorted(self.plugins.data_adapters))
            what = f"no adapter recognises {'the folder ' if paths[0].is_dir() else ''}{use.path}"
            self._fail(keys, f"{what}; add `adapter:` with one of: {known}")
        chosen = self._choose("data adapter", self.plugins.data_adapters, name, use.options, keys, around=DataFile)
        return TableFiles(paths, chosen, use.on_bad_row)

    def _paths(self, keys: tuple[str, ...], path: str) -> tuple[Path, ...]:
        """Return the files that a path or pattern names, in the order of their names."""
        folder, keys = self.yaml.path.parent, (*keys, "path")
        if not Path(path).is_absolute() and ".." in Path(path).parts:
            self._fail(keys, f"{path} leaves the experiment's folder; write the whole path if that is what you want")
        if any(sign in path for sign in "*?["):
            anchor = Path(Path(path).anchor)  # empty, hence "here", for a relative path
            found = sorted(p.resolve() for p in (folder / anchor).glob(str(Path(path).relative_to(anchor))))
            return tuple(found) or self._fail(keys, f"no file matches {path} in {folder.resolve()}")
        resolved = (folder / path).resolve()
        if not resolved.exists():
            here = sorted(p.name for p in resolved.parent.iterdir()) if resolved.parent.is_dir() else []
            self._fail(keys, f"{path} does not exist.{did_you_mean(resolved.name, here)}")
        return (resolved,)

    def tasks(self) -> dict[str, Chosen]:
        chosen = {}
        for name, use in self.file.tasks.items():
            keys = ("tasks", name)
            chosen[name] = self._choose("task", self.plugins.tasks, use.task, use.options, keys, around=TaskUse)
            for key, data in (
                ("data", use.data),
                ("test_data", use.test_data),
                ("validation_data", use.validation_data),
            ):
                if data is None:
                    continue
                if data not in self.file.data:
                    self._fail((*keys, key), f"there is no data {data!r}.{did_you_mean(data, self.file.data)}")
                for table in chosen[name].component.tables:
                    if table not in self.file.data[data]:
                        there = did_you_mean(table, self.file.data[data])
                        self._fail(
                            ("data", data),
                            f"the task {use.task!r} needs the table {table!r}, which is not there.{there}",
                        )
        self._refuse_splits_that_differ()
        return chosen

    def _refuse_splits_that_differ(self) -> None:
        """Tasks on the same data must divide it alike, or one trains on what another holds out."""
        first: dict[str, str] = {}
        for name, use in self.file.tasks.items():
            other = first.setdefault(use.data, name)
            if use.split != self.file.tasks[other].split:
                self._fail(
                    ("tasks", name, "split"),
                    f"the tasks {other!r} and {name!r} read the same data and split it differently, so what one "
                    "holds out the other would train on; give both the same split",
                )

    def prompts(self, tasks: Mapping[str, Chosen]) -> dict[str, dict[str, Chosen]]:
        return {name: self._prompts_of(name, use, tasks[name]) for name, use in self.file.tasks.items()}

    def _prompts_of(self, task: str, use: TaskUse, own: Chosen) -> dict[str, Chosen]:
        """Check each prompt's options as the task's own with some of them replaced."""
        asked = {OWN: own}
        for name, changes in use.prompts.items():
            keys = ("tasks", task, "prompts", name)
            if name == OWN:
                self._fail(keys, f"the task's own prompt is called {OWN!r}; give this one another name")
            options = validate(own.component.options, {**use.options, **changes}, self.yaml, keys)
            same = next((other for other, of in asked.items() if of.options.model_dump() == options.model_dump()), None)
            if same:
                self._fail(keys, f"it has the options of the prompt {same!r}; change one, such as the instruction")
            asked[name] = Chosen(own.registered, options)
        del asked[OWN]
        return asked

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
