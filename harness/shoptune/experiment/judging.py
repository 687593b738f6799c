"""Which judge each metric asks that asks a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shoptune.components import AdditiveMetric, Metric
from shoptune.errors import did_you_mean
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.file import ExperimentFile
from shoptune.experiment.fit import Problem

__all__ = ["judges_of", "judging_problems"]

Metrics = Mapping[str, Mapping[str, ConfiguredComponent[Metric]]]


def judges_of(file: ExperimentFile, metrics: Metrics) -> dict[tuple[str, str], str]:
    """Return (task, name of a metric that asks a model) -> the judge that it asks, where the file leaves no doubt."""
    found = {}
    for task, of_task in metrics.items():
        for called, metric in of_task.items():
            _, named = _named(file, task, called)
            if _asks(metric) and (judge := named or (next(iter(file.judges)) if len(file.judges) == 1 else None)):
                found[task, called] = judge
    return found


def judging_problems(file: ExperimentFile, metrics: Metrics) -> Iterator[Problem]:
    """Find metrics whose judge there is not, isn't known, or isn't needed."""
    for task, of_task in metrics.items():
        for called, metric in of_task.items():
            keys, named = _named(file, task, called)
            name = metric.component.name
            if not _asks(metric):
                if named:
                    yield Problem((*keys, "judge"), f"the metric {name!r} asks no model; take `judge` out")
            elif named and named not in file.judges:
                yield Problem((*keys, "judge"), f"there is no judge {named!r}.{did_you_mean(named, file.judges)}")
            elif not named and len(file.judges) != 1:
                where = "" if "metrics" in keys else "list the task's metrics under `metrics:`, and "
                remedy = (
                    f"{where}say which: `judge:` with one of {', '.join(sorted(file.judges))}"
                    if file.judges
                    else "name one under `judges:`, such as `judges: {strict: {model: ...}}`"
                )
                yield Problem(keys, f"the metric {name!r} asks a model about answers; {remedy}")


def _named(file: ExperimentFile, task: str, called: str) -> tuple[Sequence[str | int], str | None]:
    """Return where the file names a metric of a task, and the judge that stands there."""
    for index, use in enumerate(file.tasks[task].metrics or ()):
        if (use.name or use.metric) == called:
            return ("tasks", task, "metrics", index), use.judge
    return ("tasks", task), None


def _asks(metric: ConfiguredComponent[Metric]) -> bool:
    return isinstance(metric.component, AdditiveMetric) and metric.component.questions is not None
