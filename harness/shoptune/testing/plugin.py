"""All contract checks on all that a plugin brings."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from shoptune.components import AnyAdapter, AnyTask
from shoptune.data import Record, Tables
from shoptune.errors import PluginError, ShoptuneError, UsageError, did_you_mean
from shoptune.experiment.file import read_experiment_file
from shoptune.experiment.load import Experiment, load_experiment
from shoptune.plugins import KINDS, LoadedPlugin, Plugins, load_plugins
from shoptune.plugins.files import whole_plugin
from shoptune.plugins.loading import installed_names
from shoptune.testing.adapters import adapter_findings
from shoptune.testing.backends import backend_findings
from shoptune.testing.contract import Finding
from shoptune.testing.executors import executor_findings
from shoptune.testing.exports import export_findings
from shoptune.testing.hooks import hook_findings
from shoptune.testing.methods import method_findings
from shoptune.testing.metrics import metric_findings
from shoptune.testing.recognisers import recogniser_findings
from shoptune.testing.reports import report_findings
from shoptune.testing.samples import sample_tables
from shoptune.testing.tasks import task_findings
from shoptune.testing.tiny import tiny_model

__all__ = ["check_plugin", "only_plugin"]


def only_plugin(plugin: str | Path | LoadedPlugin) -> Plugins:
    """Return plugins of which there is one: the installed one of that name, or that of a file or folder.

    Raises PluginError where it can't be loaded, UsageError where it isn't there.
    """
    if isinstance(plugin, LoadedPlugin):
        plugin = Path(plugin.distribution) if plugin.from_file else plugin.name
    if isinstance(plugin, Path):
        return load_plugins([plugin.resolve()], only=lambda _: False)
    plugins = load_plugins(only=lambda point: point.name == plugin)
    if plugins.faults:
        raise PluginError(str(plugins.faults[0]))
    if not plugins.loaded:
        raise UsageError(f"there is no plugin {plugin!r}.{did_you_mean(plugin, installed_names())}")
    return plugins


def check_plugin(plugin: str | Path | LoadedPlugin) -> list[Finding]:
    """Hold all that a plugin brings against the contracts of its components.

    A task is checked on the tables of ``data/experiment.yaml`` in the plugin's package, if that names it, with the
    options there, else on `sample_tables`; an adapter on that file in ``data/`` for which it is selected; backends and
    tuning methods on a `tiny_model`.  Observers are told of an invented run.  What this does not suffice for is
    said to be not checked.

    Args:
        plugin: The name of an installed plugin, the path of a file or folder, or a plugin that was loaded.

    Raises:
        PluginError: The plugin can't be loaded.
        UsageError: There is no such plugin.

    """
    plugins = only_plugin(plugin)
    for kind in KINDS:
        plugins.usable(kind)
    with tempfile.TemporaryDirectory(prefix="shoptune-check-") as folder:
        return [*_findings(plugins, Path(folder))]


def _findings(plugins: Plugins, folder: Path) -> Iterator[Finding]:
    samples = _Samples(plugins)
    try:
        samples = replace(samples, experiment=_sample_experiment(plugins.loaded[0]))
    except ShoptuneError as error:
        check = "its sample experiment is valid"
        yield Finding(kind="plugin", name=plugins.loaded[0].name, check=check, outcome="failed", message=str(error))
    for name, adapter in plugins.data_adapters.items():
        yield from adapter_findings(adapter.component, samples.file(adapter.component), _new(folder / "adapter" / name))
    for task in plugins.tasks.values():
        yield from task_findings(task.component, *samples.tables(task.component))
    for metric in plugins.metrics.values():
        yield from metric_findings(metric.component)
    yield from _findings_without_files(plugins)
    model = tiny_model(folder / "model")
    for name, backend in plugins.model_backends.items():
        if backend.component.sends_data:
            why = "it would send texts away: call `check_backend` yourself, with a model that may be asked"
            yield Finding(kind="model backend", name=name, check="its contract", outcome="not checked", message=why)
        else:
            yield from backend_findings(backend.component, samples.model(name) or str(model.folder), folder)
    for name, method in plugins.tuning_methods.items():
        yield from method_findings(method.component, model, _new(folder / "method" / name))
    for name, executor in plugins.executors.items():
        yield from executor_findings(executor.component, _new(folder / "executor" / name))
    yield from hook_findings(plugins, _new(folder / "hooks"))
    for fault in plugins.faults:
        yield Finding(kind="plugin", name=fault.name, check="it registers", outcome="failed", message=str(fault))


def _findings_without_files(plugins: Plugins) -> Iterator[Finding]:
    for report in plugins.report_formats.values():
        yield from report_findings(report.component)
    for export in plugins.export_formats.values():
        yield from export_findings(export.component)
    for recogniser in plugins.recognisers.values():
        yield from recogniser_findings(recogniser.component)


def _sample_experiment(plugin: LoadedPlugin) -> Experiment | None:
    """Load ``data/experiment.yaml`` beside the plugin, if there is one; it knows the plugin, be it installed or not."""
    path = plugin.place / "data" / "experiment.yaml"
    if not path.is_file():
        return None
    if not plugin.from_file:
        return load_experiment(path)
    named = [whole_plugin((path.parent / other).resolve()) for other in read_experiment_file(path)[0].plugins]
    files = dict.fromkeys([Path(plugin.distribution), *named])
    return load_experiment(path, load_plugins(files, only=lambda point: point.name != plugin.name))


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


@dataclass(frozen=True)
class _Samples:
    """The samples that a plugin brings in the folder ``data/`` beside its module."""

    plugins: Plugins
    experiment: Experiment | None = None
    """The one in the folder, if there is one."""

    @cached_property
    def _folder(self) -> Path:
        return self.plugins.loaded[0].place / "data"

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        """Return adapter -> the first file for which this plugin selects it."""
        found: dict[str, Path] = {}
        for path in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            name = self.plugins.select_data_adapter(path) if path.is_file() else None
            if name:
                found.setdefault(name, path)
        return found

    def file(self, adapter: AnyAdapter) -> Path | None:
        """Return a good file for the adapter, if there is one."""
        return self._files.get(adapter.name)

    def model(self, backend: str) -> str:
        """Return a model for the backend that the sample experiment names, if it names one."""
        experiment = self.experiment
        for candidate, use in experiment.backends.items() if experiment else ():
            if use.component.name == backend and experiment:
                model = experiment.file.candidates[candidate].model or ""
                beside = experiment.path.parent / model
                return str(beside) if beside.exists() else model
        return ""

    def tables(self, task: AnyTask) -> tuple[Tables, BaseModel | None]:
        """Return tables for the task, and its options or None."""
        experiment = self.experiment
        for name, use in experiment.file.tasks.items() if experiment else ():
            if use.task == task.name and experiment:
                return _read(experiment, use.data), experiment.tasks[name].options
        return sample_tables(), None


def _read(experiment: Experiment, shop: str) -> dict[str, list[Record]]:
    """Read a shop's tables; a file that can't be read is left to the checks of its adapter."""
    tables: dict[str, list[Record]] = {}
    for name, files in experiment.tables[shop].items():
        try:
            rows = [row for path in files.paths for row in files.adapter.component.read(path, files.adapter.options)]
        except ShoptuneError:
            continue
        tables[name] = [row for row in rows if isinstance(row, Record)]
    return tables
