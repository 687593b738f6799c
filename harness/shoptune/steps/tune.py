"""tune: a model and training data become a tuned model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shoptune.components import TuningJob
from shoptune.dataset.prepared_rows import read_rows
from shoptune.dataset.splits import SplitName, position
from shoptune.errors import StepError
from shoptune.execution.elapsed import ResumableTimer
from shoptune.execution.resources import ResourceMonitor
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options, model_files
from shoptune.storage.store import StoredStep
from shoptune.training_rows import ROW_KINDS, RowKind, TrainingRow

__all__ = ["tune"]


def tune(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``adapter/`` or ``model/``, and ``training.json`` with the data report and the loss curve."""
    method, options = component_and_options(context.plugins.tuning_methods, step.settings["method"])
    prepared = [context.store.read(fp) for role, fp in sorted(step.inputs.items()) if role.startswith("task ")]
    rows, validation_rows = _rows(prepared, "train"), _rows(prepared, "validation")
    if step.settings["rows"]:
        rows = {kind: _some(of_kind, step) for kind, of_kind in rows.items()}
    if not rows[method.learns_from]:
        kind = ROW_KINDS[method.learns_from]
        raise StepError(
            f"{step.name}: {method.name} learns from {kind.title} and there are none: {_why(prepared, kind)}"
        )
    _, files = model_files(step, context)
    elapsed = ResumableTimer(context.work.state / "seconds")
    with ResourceMonitor() as usage:
        report = method.tune(
            TuningJob(
                model=files,
                rows=rows,
                validation_rows=validation_rows,
                options=options,
                seed=step.settings["seed"],
                output=context.work.output,
                work=context.work.state,
                progress=elapsed.around(context.progress),
                say=context.say,
            )
        )
    if not any((context.work.output / name).is_dir() for name in ("adapter", "model")):
        raise StepError(f"{step.name}: the method {method.name!r} left neither `adapter/` nor `model/`")
    training = context.work.output / "training.json"
    training.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False), "utf-8")
    return {
        "seconds": elapsed.seconds,
        "tokens_in": report.tokens,
        "tokens_out": 0,
        "peak_memory_bytes": usage.peak_memory_bytes,
        "peak_accelerator_bytes": usage.peak_accelerator_bytes,
    }


def _rows(prepared: Sequence[StoredStep], part: SplitName) -> dict[str, list[TrainingRow]]:
    """Return a part's rows of all tasks by kind."""
    return {name: [row for of in prepared for row in read_rows(of, kind, part)] for name, kind in ROW_KINDS.items()}


def _some(rows: list[TrainingRow], step: Step) -> list[TrainingRow]:
    """Choose `rows` of them by the hash of their ids, so that a larger number takes in a smaller one's.

    Those with a canary come first, since it is asked later whether they were learned by heart.
    """

    def rank(place: int) -> tuple[bool, float]:
        row = rows[place]
        return (not getattr(row, "canary", ""), position(row.id, step.settings["seed"]))

    return [rows[place] for place in sorted(sorted(range(len(rows)), key=rank)[: step.settings["rows"]])]


def _why(prepared: Sequence[StoredStep], kind: RowKind[Any]) -> str:
    reasons: dict[str, int] = {}
    for step in prepared:
        refused: Mapping[str, Any] = step.json("data.json")["rows_refused"].get(kind.name, {})
        for reason, of in refused.items():
            reasons[reason] = reasons.get(reason, 0) + of["count"]
    if not reasons:
        return f"the data has no {kind.made_of} that the task could make {kind.name} of"
    return "all were refused: " + "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
