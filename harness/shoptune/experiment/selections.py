"""What is wrong with a candidate that is the best of others, once all names in the file are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shoptune.components import AdditiveMetric, Metric
from shoptune.errors import did_you_mean
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.file import ExperimentFile, Select, TaskUse
from shoptune.experiment.fit import Problem, roots

__all__ = ["looks_at_others", "selection_problems"]


def looks_at_others(metric: Metric) -> bool:
    """Whether a metric compares a candidate's answers with those of others, so that it has no value alone."""
    return bool(metric.needs & {"baseline_answers", "other_answers"})


def selection_problems(
    file: ExperimentFile, metrics: Mapping[str, Mapping[str, ConfiguredComponent[Metric]]]
) -> Iterator[Problem]:
    """Find selections that can't be made, and candidates that start from one which may be no model."""
    for name, use in file.candidates.items():
        if use.select and use.select.task in file.tasks:
            yield from _validation_data(name, use.select, file)
            yield from _metric(name, use.select, file.tasks[use.select.task], metrics[use.select.task])
        if use.parent in file.candidates and file.candidates[use.parent].select:
            baselines = [root for root in roots(file.candidates, use.parent) if file.candidates[root].baseline]
            for baseline in baselines:
                yield Problem(
                    ("candidates", name, "from"),
                    f"{use.parent!r} may turn out to be {baseline!r}, which is a baseline, and no model that could be "
                    "started from; take one out",
                )


def _validation_data(name: str, select: Select, file: ExperimentFile) -> Iterator[Problem]:
    use = file.tasks[select.task]
    if not (use.split.validation or use.validation_data):
        yield Problem(
            ("candidates", name, "select"),
            f"candidates are chosen on validation data, and {select.task!r} has none; give it a share, such as "
            "`split: {validation: 0.1}`",
        )


def _metric(
    name: str, select: Select, task: TaskUse, metrics: Mapping[str, ConfiguredComponent[Metric]]
) -> Iterator[Problem]:
    keys = ("candidates", name, "select", "metric")
    if select.metric not in metrics:
        if select.metric in {use.name or use.metric for use in task.metrics or ()}:
            return  # it was found wrong before
        hint = did_you_mean(select.metric, metrics)
        yield Problem(keys, f"the task {select.task!r} has no metric {select.metric!r}.{hint}")
        return
    metric = metrics[select.metric].component
    if metric.higher_is_better is None:
        yield Problem(keys, f"{select.metric!r} has no direction; choose by another metric")
    elif looks_at_others(metric):
        yield Problem(keys, f"{select.metric!r} looks at the answers of other candidates; choose by another metric")
    elif isinstance(metric, AdditiveMetric) and metric.questions is not None:
        yield Problem(keys, f"{select.metric!r} asks a judge, and a choice asks none; choose by another metric")
