"""What the prepared data show to be impossible, before a model is loaded: nothing to learn, nothing to be judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shoptune.data_report import DataReport
from shoptune.errors import DataError
from shoptune.experiment.load import Experiment
from shoptune.planning.plan import Plan
from shoptune.steps.prepare import PrepareStep
from shoptune.steps.tune import why_none
from shoptune.storage.store import Store, StoredStep
from shoptune.training_rows import ROW_KINDS

__all__ = ["Impossible", "impossible", "refuse_impossible"]


class Impossible(NamedTuple):
    """Why something can't come to a result."""

    candidate: str
    """Whose result; empty: that of all."""
    why: str


def refuse_impossible(experiment: Experiment, plan: Plan, store: Store) -> None:
    """Raise DataError for what can't come to a result, as far as the store knows the data; names all that it finds."""
    if found := impossible(experiment, {task.name: task.prepare for task in plan.tasks}, store):
        raise DataError("\n".join(each.why for each in found))


def impossible(experiment: Experiment, tasks: Mapping[str, PrepareStep], store: Store) -> list[Impossible]:
    """Return what can't come to a result, as far as the store knows the data.

    Candidates count that no round has planned yet, since they start from one that has still to be chosen.
    """
    prepared = {name: stored for name, step in tasks.items() if (stored := store.find(step.fingerprint))}
    return list(_found(experiment, prepared))


def _found(experiment: Experiment, prepared: Mapping[str, StoredStep]) -> Iterator[Impossible]:
    file = experiment.file
    reports = {task: DataReport.model_validate(stored.json("data.json")) for task, stored in prepared.items()}
    for task, report in reports.items():
        part = file.tasks[task].score_on
        if not report.parts[part].examples:
            yield Impossible("", f"tasks.{task}: there are no {part} examples; give that part of `split` a share")
    for name, use in file.candidates.items():
        if use.tune and all(task in prepared for task in use.tune.tasks or file.tasks):
            taught = {t: prepared[t] for t in use.tune.tasks or file.tasks}
            yield from (Impossible(name, why) for why in _untaught(experiment, name, taught, reports))
        for task, report in reports.items():
            if use.few_shot > (there := report.parts["train"].examples):
                why = f"candidates.{name}: few_shot is {use.few_shot}, and {task} has {there} training examples"
                yield Impossible(name, why)
        if use.select and use.select.task in reports and not reports[use.select.task].parts["validation"].examples:
            yield Impossible(
                name,
                f"candidates.{name} is chosen on validation examples, and {use.select.task} has none; give that part "
                "of `split` a share",
            )


def _untaught(
    experiment: Experiment, candidate: str, prepared: Mapping[str, StoredStep], reports: Mapping[str, DataReport]
) -> Iterator[str]:
    """Yield why nothing can be learnt by a candidate's method from these tasks."""
    method = experiment.methods[candidate]
    kind = ROW_KINDS[method.component.learns_from]
    parts = [reports[task].parts for task in prepared]
    rows = [of["train"].examples if kind.name == "examples" else of["train"].rows.get(kind.name, 0) for of in parts]
    if not any(rows):
        why = why_none(list(prepared.values()), kind)
        yield f"tune {candidate}: {method.component.name} learns from {kind.title} and there are none: {why}"
    elif not any(of["validation"].examples for of in parts) and (asked := method.component.metrics(method.options)):
        yield (
            f"tune {candidate}: {method.component.name} asks for {' and '.join(asked)} on validation data, and there "
            "is none; give that part of `split` a share"
        )
