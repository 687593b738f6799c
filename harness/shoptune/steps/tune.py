"""tune: a model and training data become a tuned model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from shoptune.components import TuningJob
from shoptune.data import Example, PreferencePair
from shoptune.dataset.splits import position
from shoptune.errors import StepError
from shoptune.execution.elapsed import ResumableTimer
from shoptune.execution.resources import ResourceMonitor
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options, files_of, model_of
from shoptune.storage.jsonl import read_jsonl

__all__ = ["tune"]

Row = TypeVar("Row", Example, PreferencePair)


def tune(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``adapter/`` or ``model/``, and ``training.json`` with the data report and the loss curve."""
    method, options = component_and_options(context.plugins.tuning_methods, step.settings["method"])
    prepared = [context.store.read(fp) for role, fp in sorted(step.inputs.items()) if role.startswith("task ")]
    examples = {
        part: [e for p in prepared for e in read_jsonl(p.path(f"examples.{part}.jsonl"), Example)]
        for part in ("train", "validation")
    }
    pairs = {
        part: [q for p in prepared for q in read_jsonl(p.path(f"pairs.{part}.jsonl"), PreferencePair)]
        for part in ("train", "validation")
    }
    if step.settings["rows"]:
        examples["train"] = _some(examples["train"], step)
        pairs["train"] = _some(pairs["train"], step)
    if method.learns_from == "pairs" and not pairs["train"]:
        raise StepError(f"{step.name}: {method.name} learns from preference pairs and there are none: {_why(prepared)}")
    backend, model = model_of(step, context)
    elapsed = ResumableTimer(context.work.state / "seconds")
    with ResourceMonitor() as usage:
        report = method.tune(
            TuningJob(
                model=files_of(model, backend),
                examples=examples["train"],
                validation_examples=examples["validation"],
                pairs=pairs["train"],
                validation_pairs=pairs["validation"],
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


def _some(rows: list[Row], step: Step) -> list[Row]:
    """Choose `rows` of them by the hash of their ids, so that a larger number takes in a smaller one's.

    Those with a canary come first, since it is asked later whether they were learned by heart.
    """

    def rank(place: int) -> tuple[bool, float]:
        row = rows[place]
        return (not getattr(row, "canary", ""), position(row.id, step.settings["seed"]))

    return [rows[place] for place in sorted(sorted(range(len(rows)), key=rank)[: step.settings["rows"]])]


def _why(prepared: list[Any]) -> str:
    reasons: dict[str, int] = {}
    for step in prepared:
        refused: Mapping[str, Any] = step.json("data.json")["pairs_refused"]
        for reason, of in refused.items():
            reasons[reason] = reasons.get(reason, 0) + of["count"]
    if not reasons:
        return "the data has no table of A/B tests (`tests`) that the task could make pairs of"
    return "all were refused: " + "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
