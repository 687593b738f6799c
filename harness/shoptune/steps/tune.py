"""tune: a model and training data become a tuned model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from shoptune.components import TuningJob
from shoptune.dataset.prepared_rows import read_rows
from shoptune.dataset.splits import SplitName, position
from shoptune.errors import StepError
from shoptune.execution.context import StepContext
from shoptune.step import ComponentUse, PluginIdentity, Resources, Step, StepCost
from shoptune.steps.models import ModelUse, files_of
from shoptune.steps.prepare import PrepareStep
from shoptune.storage.store import StoredStep
from shoptune.training_rows import ROW_KINDS, AnyRowKind, TrainingRow

__all__ = ["TrainingSource", "TuneStep", "why_none"]


@dataclass(frozen=True, kw_only=True)
class TrainingSource:
    """A task that a model learns from, and the metrics of it that the method asks for meanwhile."""

    prepared: PrepareStep
    metrics: Mapping[str, ComponentUse]


@dataclass(frozen=True, kw_only=True)
class TuneStep(Step):
    """Writes ``adapter/`` or ``model/``, and ``training.json`` with the data report and the loss curve."""

    kind: ClassVar[str] = "tune"
    version: ClassVar[int] = 1

    model: ModelUse
    """What it starts from."""
    sources: tuple[TrainingSource, ...]
    """In the order of their fingerprints: what tasks are called, and in which order, decides nothing."""
    method: ComponentUse
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide the result: the method's, and those of its metrics."""
    rows: int | None
    """Learn from at most so many rows, chosen by the seed."""
    seed: int

    @property
    def name(self) -> str:
        """``tune sft``."""
        return f"tune {self.candidate}"

    @property
    def done_by(self) -> PluginIdentity:
        """The method's plugin."""
        return self.method.plugin

    @property
    def resources(self) -> Resources:
        """A device."""
        return Resources(devices=1)

    def run(self, context: StepContext) -> StepCost:
        """Let the method tune; what a killed run left in its work folder is there again."""
        from shoptune.execution.elapsed import ResumableTimer  # noqa: PLC0415 - a plan measures nothing
        from shoptune.execution.resources import ResourceMonitor  # noqa: PLC0415
        from shoptune.steps.scoring import scorer_of  # noqa: PLC0415

        method = context.plugins.tuning_methods[self.method.name].component
        prepared = [context.result(source.prepared) for source in self.sources]
        rows = {kind: self.chosen(of_kind) for kind, of_kind in _rows(prepared, "train").items()}
        if not rows[method.learns_from]:
            kind = ROW_KINDS[method.learns_from]
            raise StepError(
                f"{self.name}: {method.name} learns from {kind.title} and there are none: {why_none(prepared, kind)}"
            )
        scorer = scorer_of(self.sources, context)
        timer = ResumableTimer(context.work.state / "seconds", context.say)
        with ResourceMonitor() as monitor:
            report = method.tune(
                TuningJob(
                    model=files_of(self.model, context),
                    rows=rows,
                    validation_rows=_rows(prepared, "validation"),
                    options=self.method.options,
                    seed=self.seed,
                    output=context.work.output,
                    work=context.work.state,
                    progress=timer.around(context.progress),
                    say=context.say,
                    score=scorer.score,
                    evaluate=scorer.evaluate,
                )
            )
        if not any((context.work.output / name).is_dir() for name in ("adapter", "model")):
            raise StepError(f"{self.name}: the method {method.name!r} left neither `adapter/` nor `model/`")
        training = context.work.output / "training.json"
        training.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False), "utf-8")
        return StepCost(
            seconds=timer.seconds,
            tokens_in=report.tokens,
            learned=True,
            peak_memory_bytes=monitor.peak_memory_bytes,
            peak_accelerator_bytes=monitor.peak_accelerator_bytes,
        )

    def chosen(self, rows: list[TrainingRow]) -> list[TrainingRow]:
        """Return those to learn from: `rows` of them, by the hash of their ids, so that more of them take in fewer.

        Those with a canary come first, since it is asked later whether they were memorised.
        """
        if not self.rows:
            return rows

        def rank(index: int) -> tuple[bool, float]:
            row = rows[index]
            return (not getattr(row, "canary", ""), position(row.id, self.seed))

        return [rows[index] for index in sorted(sorted(range(len(rows)), key=rank)[: self.rows])]


def _rows(prepared: Sequence[StoredStep], part: SplitName) -> dict[str, list[TrainingRow]]:
    """Return a part's rows of all tasks by kind."""
    return {name: [row for of in prepared for row in read_rows(of, kind, part)] for name, kind in ROW_KINDS.items()}


def why_none(prepared: Sequence[StoredStep], kind: AnyRowKind) -> str:
    """Return why these tasks' data give no rows of a kind to train on."""
    reports = [step.json("data.json") for step in prepared]
    if kind.name == "examples":
        held_out = sum(of["examples"] for report in reports for of in report["parts"].values())
        return f"all {held_out:,} are held out; more products are needed, or another `split`"
    reasons: dict[str, int] = {}
    for report in reports:
        if there := sum(of["rows"].get(kind.name, 0) for of in report["parts"].values()):
            return f"all {there:,} are held out; more are needed, or another `split`"
        for reason, of in report["rows_refused"].get(kind.name, {}).items():
            reasons[reason] = reasons.get(reason, 0) + of["count"]
    if not reasons:
        return f"the data has no {kind.made_of} that the task could make {kind.name} of"
    return "all were refused: " + "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
