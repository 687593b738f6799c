"""read: one table of a shop, read once, freed of personal data, and profiled.

Everything after it reads the store: nothing else opens a shop's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from shoptune.execution.context import StepContext
from shoptune.step import NOT_IDENTITY, ComponentUse, PluginIdentity, Step

__all__ = ["ReadStep", "RecogniserUse"]


@dataclass(frozen=True, kw_only=True)
class RecogniserUse:
    """A plugin's recogniser of personal data that a table is read with."""

    plugin: PluginIdentity
    name: str
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide what it finds."""


@dataclass(frozen=True, kw_only=True)
class ReadStep(Step):
    """Writes ``records.jsonl`` and the table's report, ``report.json``."""

    kind: ClassVar[str] = "read"
    version: ClassVar[int] = 4

    data: str = field(metadata=NOT_IDENTITY)
    """What the experiment calls the shop."""
    table: str = field(metadata=NOT_IDENTITY)
    content: tuple[str, ...]
    """Fingerprint of each file."""
    paths: tuple[Path, ...] = field(metadata=NOT_IDENTITY)
    adapter: ComponentUse
    on_bad_row: Literal["stop", "skip"] | None
    """None: stop where more than 1 % of the rows and more than 20 are bad, or most of them."""
    recognisers: tuple[RecogniserUse, ...] = ()
    """What finds personal data beside the core's own rules, sorted by name, which is the order that it is asked in."""

    @property
    def name(self) -> str:
        """``read products of shop``."""
        return f"read {self.table} of {self.data}"

    @property
    def done_by(self) -> PluginIdentity:
        """The adapter's plugin."""
        return self.adapter.plugin

    def run(self, context: StepContext) -> None:
        """Read all files of the table; raises DataError where there are no records, or too many bad rows."""
        from shoptune.dataset.tables import TableSource, read_table  # noqa: PLC0415 - a plan needs no profiler

        source = TableSource(
            name=self.table,
            paths=self.paths,
            adapter=context.plugins.data_adapters[self.adapter.name],
            options=self.adapter.options,
            on_bad_row=self.on_bad_row,
            recognisers=[context.plugins.recognisers[use.name] for use in self.recognisers],
        )
        report = read_table(source, context.work.output / "records.jsonl")
        (context.work.output / "report.json").write_text(report.model_dump_json(indent=1), "utf-8")
