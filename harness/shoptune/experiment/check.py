"""Looks up every name of an experiment file and checks every component's options; notes all that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel

from shoptune.components import AnyBackend, AnyExecutor, AnyMethod, AnyTask, Metric
from shoptune.data import OWN_PROMPT
from shoptune.errors import PluginError, ShoptuneError, UsageError, did_you_mean
from shoptune.experiment.configured import ConfiguredComponent, TableFiles
from shoptune.experiment.file import (
    CandidateUse,
    DataFile,
    ExecutorUse,
    ExperimentFile,
    JudgeUse,
    MetricUse,
    Select,
    TaskUse,
    Tune,
)
from shoptune.experiment.fit import Problem
from shoptune.experiment.validation import dotted, validate
from shoptune.experiment.yaml_file import YamlFile
from shoptune.plugins import Configurable, Plugins, Registered
from shoptune.plugins.faults import RAISED

__all__ = ["ExperimentCheck"]


FIELDS = {"data adapter": "adapter", "model backend": "backend", "tuning method": "method"}
"""The key that names a component, where it isn't called as its kind."""


SHOWN = 100
"""So many problems are said at once, and so many candidates of a circle."""


def _circle(name: str, last: str, came_from: Mapping[str, str]) -> str:
    """Return the way from a candidate back to it, in words."""
    way = [name, last]
    while way[-1] != name:
        way.append(came_from[way[-1]])
    names = [*reversed(way)] if last != name else way
    return " -> ".join(names if len(names) <= SHOWN else (*names[: SHOWN - 1], "...", name))


class ExperimentCheck:
    """Each check returns what is right, and notes what is wrong for `raise_problems`: all of it is said at once."""

    def __init__(self, yaml_file: YamlFile, file: ExperimentFile, plugins: Plugins) -> None:
        self.yaml, self.file, self.plugins = yaml_file, file, plugins
        self._problems: list[str] = []
        self._suspects: list[str] = []

    def raise_problems(self) -> None:
        """Raise one UsageError of all that is wrong, a line each, and of the plugins that may be why."""
        if self._problems:
            suspects = [*self._suspects, *(f"Perhaps this is why: {warning}" for warning in self.plugins.warnings)]
            problems = [*dict.fromkeys(self._problems)]
            more = [f"and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
            raise UsageError("\n".join(dict.fromkeys([*problems[:SHOWN], *more, *suspects])))

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except UsageError as error:
            self._problems.append(str(error))

    def note(self, problems: Iterable[Problem]) -> None:
        """Note problems that another module found: where in the file, and what is wrong there."""
        for keys, message in problems:
            with self._noting():
                self._fail(keys, message)

    # Data

    def tables(self) -> dict[str, dict[str, TableFiles]]:
        """Return shop -> table -> its files and how they are read."""
        found: dict[str, dict[str, TableFiles]] = {}
        for shop, tables in self.file.data.items():
            found[shop] = {}
            for table, use in tables.items():
                with self._noting():
                    found[shop][table] = self._table(("data", shop, table), use)
        return found

    def _table(self, keys: tuple[str, ...], use: DataFile) -> TableFiles:
        paths = self._paths(keys, use.path)
        name = use.adapter or self.plugins.select_data_adapter(paths[0])
        if name is None:
            known = ", ".join(sorted(self.plugins.data_adapters))
            self._suspects += self.plugins.suspects("data adapter")
            what = f"no adapter recognises {'the folder ' if paths[0].is_dir() else ''}{use.path}"
            self._fail(keys, f"{what}; add `adapter:` with one of: {known}")
        chosen = self._choose("data adapter", name, use.options, keys, around=DataFile)
        return TableFiles(paths, chosen, use.on_bad_row)

    def _paths(self, keys: tuple[str, ...], path: str) -> tuple[Path, ...]:
        """Return the files that a path or pattern names, in the order of their names."""
        folder, keys = self.yaml.path.parent, (*keys, "path")
        if not Path(path).is_absolute() and ".." in Path(path).parts:
            self._fail(keys, f"{path} leaves the experiment's folder; write the whole path if that is what you want")
        if any(sign in path for sign in "*?["):
            anchor = Path(Path(path).anchor)  # empty, hence "here", for a relative path
            found = sorted(p.resolve() for p in (folder / anchor).glob(str(Path(path).relative_to(anchor))))
            for each in found:
                self._refuse_endless(keys, each)
            return tuple(found) or self._fail(keys, f"no file matches {path} in {folder.resolve()}")
        resolved = (folder / path).resolve()
        if not resolved.exists():
            here = sorted(p.name for p in resolved.parent.iterdir()) if resolved.parent.is_dir() else []
            self._fail(keys, f"{path} does not exist.{did_you_mean(resolved.name, here)}")
        self._refuse_endless(keys, resolved)
        return (resolved,)

    def _refuse_endless(self, keys: tuple[str, ...], path: Path) -> None:
        """Refuse pipes and devices: whoever opens one may wait for ever, or read without end."""
        if not (path.is_file() or path.is_dir()):
            self._fail(keys, f"{path} is a pipe or a device, and can't be read twice; write its content to a file")

    # Tasks, their prompts and metrics

    def tasks(self) -> dict[str, ConfiguredComponent[AnyTask]]:
        """Return the name in the file -> task."""
        chosen = {}
        for name, use in self.file.tasks.items():
            keys = ("tasks", name)
            with self._noting():
                chosen[name] = self._choose("task", use.task, use.options, keys, around=TaskUse)
            sources = {"data": use.data, "test_data": use.test_data, "validation_data": use.validation_data}
            for key, data in sources.items():
                with self._noting():
                    if data is not None:
                        self._known("data", data, self.file.data, (*keys, key))
                        if name in chosen:
                            self._refuse_missing_tables(data, chosen[name])
        with self._noting():
            self._refuse_splits_that_differ()
        return chosen

    def _refuse_missing_tables(self, data: str, task: ConfiguredComponent[AnyTask]) -> None:
        there = self.file.data[data]
        for table in task.component.tables:
            if table not in there:
                self._fail(
                    ("data", data),
                    f"the task {task.component.name!r} needs the table {table!r}, which is not there."
                    f"{did_you_mean(table, there)}",
                )

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

    def prompts(
        self, tasks: Mapping[str, ConfiguredComponent[AnyTask]]
    ) -> dict[str, dict[str, ConfiguredComponent[AnyTask]]]:
        """Return task -> name of another prompt -> the task with that prompt's options."""
        found: dict[str, dict[str, ConfiguredComponent[AnyTask]]] = {}
        for name, own in tasks.items():
            with self._noting():
                found[name] = self._prompts_of(name, own)
        return found

    def _prompts_of(self, task: str, own: ConfiguredComponent[AnyTask]) -> dict[str, ConfiguredComponent[AnyTask]]:
        """Check each prompt's options as the task's own with some of them replaced."""
        use, asked = self.file.tasks[task], {OWN_PROMPT: own}
        for name, changes in use.prompts.items():
            keys = ("tasks", task, "prompts", name)
            if name == OWN_PROMPT:
                self._fail(keys, f"the task's own prompt is called {OWN_PROMPT!r}; give this one another name")
            options = self._options(own.registered, {**use.options, **changes}, keys)
            same = next((other for other, of in asked.items() if of.options.model_dump() == options.model_dump()), None)
            if same:
                self._fail(keys, f"it has the options of the prompt {same!r}; change one, such as the instruction")
            asked[name] = ConfiguredComponent(own.registered, options)
        del asked[OWN_PROMPT]
        return asked

    def metrics(
        self, tasks: Mapping[str, ConfiguredComponent[AnyTask]]
    ) -> dict[str, dict[str, ConfiguredComponent[Metric]]]:
        """Return task -> name of the metric -> metric."""
        return {name: self._metrics_of(name, tasks.get(name)) for name in self.file.tasks}

    def _metrics_of(
        self, name: str, task: ConfiguredComponent[AnyTask] | None
    ) -> dict[str, ConfiguredComponent[Metric]]:
        uses = self.file.tasks[name].metrics
        if uses is None:
            uses = tuple(MetricUse(metric=metric) for metric in (task.component.metrics if task else ()))
        chosen: dict[str, ConfiguredComponent[Metric]] = {}
        for index, use in enumerate(uses):
            keys = ("tasks", name, "metrics", index)
            called = use.name or use.metric
            with self._noting():
                if called in chosen:
                    self._fail(keys, f"the metric {called!r} is there twice; give one of them another `name`")
                chosen[called] = self._choose("metric", use.metric, use.options, keys, around=MetricUse)
        return chosen

    # Candidates

    def backends(self) -> dict[str, ConfiguredComponent[AnyBackend]]:
        """Return candidate with a model -> its backend."""
        chosen = {}
        for name, use in self.file.candidates.items():
            if use.model:
                with self._noting():
                    chosen[name] = self._backend(("candidates", name), use, use.model)
        return chosen

    def _backend(
        self, keys: tuple[str, ...], use: CandidateUse | JudgeUse, model: str
    ) -> ConfiguredComponent[AnyBackend]:
        backend = use.backend or self.plugins.select_model_backend(model)
        if backend is None:
            known = ", ".join(sorted(self.plugins.model_backends))
            self._suspects += self.plugins.suspects("model backend")
            self._fail((*keys, "model"), f"no backend can load {model!r}; add `backend:` with one of: {known}")
        return self._choose("model backend", backend, use.options, keys, around=type(use))

    def methods(self) -> dict[str, ConfiguredComponent[AnyMethod]]:
        """Return tuned candidate -> its method."""
        chosen = {}
        for name, use in self.file.candidates.items():
            if use.tune:
                keys = ("candidates", name, "tune")
                with self._noting():
                    chosen[name] = self._choose("tuning method", use.tune.method, use.tune.options, keys, around=Tune)
                for task in use.tune.tasks or ():
                    with self._noting():
                        self._known("task", task, self.file.tasks, (*keys, "tasks"))
        return chosen

    # Judges, and where steps are computed

    def judge_backends(self) -> dict[str, ConfiguredComponent[AnyBackend]]:
        """Return judge -> its backend."""
        chosen = {}
        for name, use in self.file.judges.items():
            with self._noting():
                chosen[name] = self._backend(("judges", name), use, use.model)
        return chosen

    def executor(self) -> ConfiguredComponent[AnyExecutor] | None:
        """Return what decides where steps are computed; None where it was noted that there is no such thing."""
        use, chosen = self.file.executor, []
        with self._noting():
            chosen.append(self._choose("executor", use.executor, use.options, ("executor",), around=ExecutorUse))
        return next(iter(chosen), None)

    # What refers to something in the file itself, and what has no options

    def references(self, tasks: Mapping[str, ConfiguredComponent[AnyTask]]) -> None:
        """Check the names that stand for something in the file itself, and those of components without options."""
        candidates = self.file.candidates
        for name, use in candidates.items():
            keys = ("candidates", name)
            if use.baseline:
                for task, chosen in tasks.items():
                    with self._noting():
                        known = chosen.component.baselines
                        self._known(f"baseline of task {task!r}", use.baseline, known, (*keys, "baseline"))
            if use.parent:
                with self._noting():
                    self._parent(name, use.parent)
            if use.select:
                self._selection(name, use.select)
        with self._noting():
            self._known("candidate", self.file.compare.baseline, candidates, ("compare", "baseline"))
        for name in self.file.compare.prices.candidates if self.file.compare.prices else ():
            with self._noting():
                self._known("candidate", name, candidates, ("compare", "prices", "candidates", name))
        for format_name in self.file.reports:
            with self._noting():
                self._component("report format", format_name, ("reports",))

    def _parent(self, name: str, parent: str) -> None:
        candidates, keys = self.file.candidates, ("candidates", name, "from")
        self._known("candidate", parent, candidates, keys)
        self._refuse_cycle(name)
        if candidates[parent].baseline:
            self._fail(keys, f"{parent!r} is a baseline, and no model that could be started from")

    def _selection(self, name: str, select: Select) -> None:
        keys = ("candidates", name, "select")
        for other in select.of:
            with self._noting():
                self._known("candidate", other, self.file.candidates, (*keys, "of"))
        with self._noting():
            self._known("task", select.task, self.file.tasks, (*keys, "task"))
        with self._noting():
            self._refuse_cycle(name)

    def _refuse_cycle(self, name: str) -> None:
        """Follow `from` and `select` from a candidate; neither may lead back to it."""
        came_from: dict[str, str] = {}
        waiting = [name]
        while waiting:
            here = waiting.pop()
            use = self.file.candidates[here]
            for origin in (*([use.parent] if use.parent else []), *(use.select.of if use.select else ())):
                if origin == name:
                    key = "select" if self.file.candidates[name].select else "from"
                    circle = _circle(name, here, came_from)
                    self._fail(("candidates", name, key), f"`{key}` goes in a circle: {circle}; start from a `model`")
                if origin in self.file.candidates and origin not in came_from:
                    came_from[origin] = here
                    waiting.append(origin)

    # One name, one set of options

    def _known(self, kind: str, name: str, known: Collection[str], keys: Sequence[str | int]) -> None:
        if name not in known:
            self._fail(keys, f"there is no {kind} {name!r}.{did_you_mean(name, known)}")

    def _component(self, kind: str, name: str, keys: Sequence[str | int]) -> Registered[Configurable]:
        known = self.plugins.configurable(kind)
        if name not in known:
            self._suspects += self.plugins.suspects(kind)
            self._fail(keys, self.plugins.missing(kind, known, name))
        return known[name]

    def _choose(
        self,
        kind: str,
        name: str,
        options: Mapping[str, object],
        keys: Sequence[str | int],
        *,
        around: type[BaseModel],
    ) -> ConfiguredComponent[Any]:  # of `kind`, as the caller knows
        registered = self._component(kind, name, [*keys, FIELDS.get(kind, kind)])
        return ConfiguredComponent(registered, self._options(registered, options, keys, around=around))

    def _options(
        self,
        registered: Registered[Configurable],
        options: Mapping[str, object],
        keys: Sequence[str | int],
        around: type[BaseModel] | None = None,
    ) -> BaseModel:
        """Check the options; a model of options that can't check, or can't be written down, is its plugin's fault."""
        model: type[BaseModel] = registered.component.options
        try:
            checked = validate(model, options, self.yaml, keys, around=around)
            checked.model_dump(mode="json", by_alias=True)  # for fingerprints
        except ShoptuneError:
            raise
        except RAISED as error:
            raise PluginError(
                f"{registered.plugin.label} can't check the options of {registered.component.name!r} "
                f"({self.yaml.where(keys)}): {type(error).__name__}: {error}. Tell its author."
            ) from error
        return checked

    def _fail(self, keys: Sequence[str | int], message: str) -> NoReturn:
        raise UsageError(f"{self.yaml.where(keys)}: {dotted(keys)}: {message}")
