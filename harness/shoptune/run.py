"""A run: plan, execute what the store lacks, compare, judge, report."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shoptune.assemble import assemble
from shoptune.comparison import Comparison
from shoptune.components import ReportFormat
from shoptune.data_report import DataReport
from shoptune.errors import PluginError, ShoptuneError, StepError, UsageError
from shoptune.experiment.load import Experiment
from shoptune.history.keep import keep
from shoptune.history.run_record import RunRecord
from shoptune.planning.make_plan import make_plan
from shoptune.planning.plan import Plan
from shoptune.plugins import Loaded, Plugins, Registered
from shoptune.plugins.blame import culprit
from shoptune.plugins.faults import RAISED
from shoptune.plugins.streams import keeping_streams
from shoptune.progress import Display
from shoptune.step import Step
from shoptune.store import Store

__all__ = ["execute", "missing_steps", "plan_experiment", "render", "render_data", "render_history", "run"]


def run(
    experiment: Experiment, store: Store, reports: Path, display: Display, *, command: str
) -> tuple[Comparison, list[Path]]:
    """Run an experiment, write its reports and add it to the history; returns the comparison and the files written."""
    folder = reports / experiment.file.name
    _refuse_unwritable(folder)
    store.prepare()
    plan = make_plan(experiment)
    try:
        execute(plan.steps, plan.executor, store, experiment.plugins, display)
        comparison = assemble(plan, store, experiment.plugins, command=command)
        written = render(comparison, plan.reports, experiment.plugins, folder)
        keep(comparison, store, folder, display.say)
    finally:
        for warning in experiment.plugins.warnings:
            display.say(f"warning: {warning}")
    return comparison, written


def plan_experiment(experiment: Experiment, store: Store) -> tuple[Plan, list[Step]]:
    """Return the plan and the steps that the store lacks."""
    store.check_format()
    plan = make_plan(experiment)
    return plan, missing_steps(plan.steps, store)


def missing_steps(steps: Sequence[Step], store: Store) -> list[Step]:
    """Return the steps that the store does not hold whole."""
    return [s for s in steps if store.find(s.fingerprint) is None]


def execute(steps: Sequence[Step], executor: str, store: Store, plugins: Plugins, display: Display) -> None:
    """Compute the steps that the store lacks."""
    missing = missing_steps(steps, store)
    if len(missing) < len(steps):
        display.say(f"{len(steps) - len(missing)} of {len(steps)} steps are in the store, {len(missing)} to compute")
    registered = plugins.executors[executor]
    try:
        registered.component.execute(missing, lambda step: _make(step, store, plugins, display))
    except ShoptuneError:
        raise
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} failed to execute the steps: {type(error).__name__}: {error}"
        ) from error


def render(comparison: Comparison, formats: Sequence[str], plugins: Plugins, folder: Path) -> list[Path]:
    """Write the reports; returns the files written."""
    sections = plugins.report_sections(comparison)
    _refuse_unwritable(folder)
    return [
        path
        for name in formats
        for path in _render(plugins.report_formats[name], lambda f: f.render(comparison, sections), folder)
    ]


def render_data(
    experiment: str, reports: Mapping[str, DataReport], formats: Sequence[str], plugins: Plugins, folder: Path
) -> list[Path]:
    """Write the data reports in those of the formats that have a form for them; returns the files written."""
    _refuse_unwritable(folder)
    return [
        path
        for name in formats
        for path in _render(
            plugins.report_formats[name],
            lambda f: f.render_data(experiment, reports) if f.render_data else {},
            folder,
        )
    ]


def render_history(runs: Sequence[RunRecord], name: str, plugins: Plugins) -> Mapping[str, str]:
    """Return what a report format makes of the history: file names -> contents; raises UsageError where it can't."""
    registered = plugins.find("report format", plugins.report_formats, name)
    render = registered.component.render_history
    if render is None:
        raise UsageError(f"the report format {name!r} of {registered.plugin.label} has no form for the history")
    return _rendered(registered, lambda _: render(runs))


def _render(
    registered: Registered[ReportFormat], render: Callable[[ReportFormat], Mapping[str, str]], folder: Path
) -> list[Path]:
    written = []
    for file, content in _rendered(registered, render).items():
        path = folder / file
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PluginError(
                f"{registered.plugin.label}: {registered.component.name!r} would write {file!r}, outside of {folder}"
            )
        _write(path, content, folder)
        written.append(path)
    return written


def _rendered(
    registered: Registered[ReportFormat], render: Callable[[ReportFormat], Mapping[str, str]]
) -> Mapping[str, str]:
    """Return what a report format makes; raises PluginError that names it where it fails."""
    try:
        return dict(render(registered.component))
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} failed to render {registered.component.name!r}: {type(error).__name__}: {error}"
        ) from error


def _write(path: Path, content: str, folder: Path) -> None:
    """Write a report's file beside its place and rename it: another run may be writing the same report."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with _explaining(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(content, "utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _make(step: Step, store: Store, plugins: Plugins, display: Display) -> None:
    from shoptune.steps import STEPS, StepContext  # noqa: PLC0415 - a run with nothing to compute needs no step

    progress = display.start(step.name + (" (going on)" if store.has_begun(step.fingerprint) else ""))
    plugins.tell("before_step", step=step)
    started = time.perf_counter()

    def waiting() -> None:
        display.say(f"{step.name}: another run with this store is at it; waiting until it is done")

    try:
        with store.making(step.fingerprint, waiting) as work:
            if work is not None:
                context = StepContext(store=store, plugins=plugins, work=work, progress=progress, say=display.say)
                with keeping_streams() as replaced:
                    cost = STEPS[step.kind](step, context)
                if replaced:
                    display.say(f"warning: {step.name}{_by(step)} replaced {' and '.join(replaced)}; it was put back")
                store.finish(work, {**_manifest(step), "cost": cost})
    except BaseException as error:
        plugins.tell("on_step_error", step=step, error=error)
        if isinstance(error, PluginError) and "plugin " not in str(error):
            raise PluginError(f"{step.name}{_by(step)}: {error}") from error
        if isinstance(error, ShoptuneError) or not isinstance(error, RAISED):
            raise
        raise StepError(
            f"{step.name}{_by(step, culprit(error, plugins.loaded))} failed: {type(error).__name__}: {error}\n"
            "What was finished is kept: mend the cause and run the same command again. --debug shows the traceback."
        ) from error
    seconds = time.perf_counter() - started
    plugins.tell("after_step", step=step, seconds=seconds)
    display.finish(step.name if work is not None else f"{step.name} (by another run)", seconds)


def _manifest(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.kind,
        "fingerprint": step.fingerprint,
        "inputs": dict(step.inputs),
        "settings": dict(step.settings),
    }


def _by(step: Step, raised: Loaded | None = None) -> str:
    """Say which plugin did it: the one that raised, else the one that brought what does this kind of work."""
    if raised:
        return f" ({raised.label})"
    role = {"tune": "method", "predict": "backend", "measure": "metric"}.get(step.kind, "task")
    identity = step.settings.get(role) or step.settings.get("task") or {}
    return f" (plugin {identity['plugin']!r} {identity['version']})" if "plugin" in identity else ""


def _refuse_unwritable(folder: Path) -> None:
    """Find out before hours of work whether the reports can be written after them."""
    with _explaining(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


@contextmanager
def _explaining(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "no space left" if error.errno == errno.ENOSPC else error.strerror
        raise UsageError(f"can't write reports to {folder}: {reason}. Name another folder with --reports") from error
