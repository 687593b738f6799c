"""What an experiment asks of its tuning methods, and its tasks can't give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shoptune.components import AdditiveMetric, AnyMethod, AnyTask, Metric
from shoptune.errors import did_you_mean
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.file import ExperimentFile
from shoptune.experiment.fit import Problem
from shoptune.plugins import Plugins
from shoptune.plugins.attribution import blaming

__all__ = ["learning_problems"]

Metrics = Mapping[str, Mapping[str, ConfiguredComponent[Metric]]]


def learning_problems(
    file: ExperimentFile,
    tasks: Mapping[str, ConfiguredComponent[AnyTask]],
    metrics: Metrics,
    methods: Mapping[str, ConfiguredComponent[AnyMethod]],
    plugins: Plugins,
) -> Iterator[Problem]:
    """Find what can't be learned from, and what can't be measured meanwhile.

    Args:
        file: The experiment file.
        tasks: Its tasks, without those that were found wrong before.
        metrics: Task -> name -> metric, likewise.
        methods: Tuned candidate -> its method, likewise.
        plugins: What else could be named.

    """
    for candidate, method in methods.items():
        tune = file.candidates[candidate].tune
        names = (tune.tasks if tune else None) or tuple(file.tasks)
        if all(name in tasks for name in names):  # else noted already; it might be the one that makes the rows
            of_method = {name: tasks[name].component for name in names}
            yield from _without_rows(candidate, method.component, of_method, plugins)
        yield from _unmeasured(candidate, method, names, metrics, plugins)


def _without_rows(
    candidate: str, method: AnyMethod, tasks: Mapping[str, AnyTask], plugins: Plugins
) -> Iterator[Problem]:
    """Yield a problem where a method learns from a kind of training rows that none of its tasks makes."""
    needed = method.learns_from
    made = {kind for task in tasks.values() for kind in task.kinds_of_rows}
    if needed in made:
        return
    methods, known_tasks = plugins.tuning_methods, plugins.tasks
    methods_that_fit = [n for n in plugins.usable("tuning method") if methods[n].component.learns_from in made]
    tasks_that_fit = [n for n in plugins.usable("task") if needed in known_tasks[n].component.kinds_of_rows]
    called = " and ".join(dict.fromkeys(repr(task.name) for task in tasks.values()))
    makes_none = f"the task {called} makes none" if len(tasks) == 1 else f"the tasks {called} make none"
    remedies = [
        f"{what} ({', '.join(fitting)})"
        for what, fitting in (
            (f"a method that learns from {' or '.join(sorted(made))}", methods_that_fit),
            (f"a task that makes {needed}", tasks_that_fit),
        )
        if fitting
    ]
    yield Problem(
        ("candidates", candidate, "tune", "method"),
        f"{method.name} learns from {needed}; {makes_none}; use {', or '.join(remedies)}",
    )


def _unmeasured(
    candidate: str,
    method: ConfiguredComponent[AnyMethod],
    names: tuple[str, ...],
    metrics: Metrics,
    plugins: Plugins,
) -> Iterator[Problem]:
    """Yield a problem for each metric that the method will ask for, and can't have while it tunes."""
    keys = ("candidates", candidate, "tune")
    known = [metric for name in names for metric in metrics.get(name, ())]
    with blaming(plugins.loaded):
        asked = list(method.component.metrics(method.options))
    for metric in asked:
        if metric not in known:
            yield Problem(
                keys,
                f"{method.component.name} asks for the metric {metric!r} while it tunes, and no task that it learns "
                f"from has it.{did_you_mean(metric, known)}",
            )
        of_tasks = [metrics[name][metric].component for name in names if metric in metrics.get(name, ())]
        if any(map(_needs_more_than_answers, of_tasks)):
            yield Problem(
                keys,
                f"{method.component.name} measures {metric!r} while it tunes, when there are answers and nothing else; "
                "let it measure one that needs neither a judge nor other answers, training examples or probabilities",
            )


def _needs_more_than_answers(metric: Metric) -> bool:
    return bool(metric.needs) or (isinstance(metric, AdditiveMetric) and metric.questions is not None)
