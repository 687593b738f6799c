"""prepare: a shop's records become examples and other training rows, split so that no group stands on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from shoptune.data_report import TableReport
from shoptune.dataset.splits import Split
from shoptune.dataset.table import Table
from shoptune.execution.context import StepContext
from shoptune.step import ComponentUse, PluginIdentity, Step
from shoptune.steps.read import ReadStep

__all__ = ["PrepareStep", "Source", "tables_of"]

Source = Literal["own", "validation", "test"]
"""Where records come from: the task's own data, or data that is a whole part by itself."""


@dataclass(frozen=True, kw_only=True)
class PrepareStep(Step):
    """Writes ``KIND.SPLIT.jsonl`` for each kind of training rows that the task makes, and the report ``data.json``."""

    kind: ClassVar[str] = "prepare"
    version: ClassVar[int] = 7

    component: ComponentUse
    """The task."""
    tables: Mapping[Source, Mapping[str, ReadStep]]
    """The task's own tables, and those that its validation or test part is fixed by."""
    split: Split
    canaries: int
    """How many training texts get one planted."""
    seed: int

    @property
    def name(self) -> str:
        """``prepare description``."""
        return f"prepare {self.task}"

    @property
    def done_by(self) -> PluginIdentity:
        """The task's plugin."""
        return self.component.plugin

    def run(self, context: StepContext) -> None:
        """Make examples and other training rows, split them, and deal with duplicates and leaks."""
        from shoptune.dataset.preparation import prepare_examples  # noqa: PLC0415 - a plan needs no scipy

        report = prepare_examples(
            context.plugins.tasks[self.component.name].component,
            self.component.options,
            {source: tables_of(self, source, context) for source in self.tables},
            self.split,
            canaries=self.canaries,
            seed=self.seed,
            state=context.work.state,
            output=context.work.output,
        )
        (context.work.output / "data.json").write_text(report.model_dump_json(indent=1), "utf-8")


def tables_of(step: PrepareStep, source: Source, context: StepContext) -> dict[str, Table]:
    """The tables of the task's own data, or of the data that its test or validation part is fixed by."""
    tables = {}
    for name, read in step.tables[source].items():
        stored = context.result(read)
        report = TableReport.model_validate(stored.json("report.json"))
        tables[name] = Table(name=name, report=report, file=stored.path("records.jsonl"))
    return tables
