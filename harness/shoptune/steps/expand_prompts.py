"""expand_prompts: a task's held-out examples, asked in other ways too.

A step of its own, so that another prompt changes neither what models learn from nor what is held out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import BaseModel

from shoptune.components import AnyTask
from shoptune.data import OWN_PROMPT, PROMPT_SLICE, Dropped, Example, Tables
from shoptune.errors import DataError, UsageError
from shoptune.execution.context import StepContext
from shoptune.step import PluginIdentity, Step
from shoptune.steps.prepare import PrepareStep, Source, tables_of
from shoptune.storage.jsonl import read_jsonl, to_line

__all__ = ["ExpandPromptsStep"]

HELD_OUT = ("validation", "test")

Found = Mapping[str, tuple[str, Example]]
"""Id -> part and example, as it is asked in the task's own prompt."""


@dataclass(frozen=True, kw_only=True)
class ExpandPromptsStep(Step):
    """Writes ``examples.validation.jsonl`` and ``examples.test.jsonl``: every held-out example in every prompt.

    The examples of one prompt stand together, the task's own first.  Id and slice `prompt` say which prompt it is
    (``p7#formal``); the group is that of `prepare`, so that what is asked about one product stays together.
    """

    kind: ClassVar[str] = "expand_prompts"
    version: ClassVar[int] = 1

    prepared: PrepareStep
    prompts: Mapping[str, BaseModel]
    """Name of each prompt beside the task's own -> the task's options with it."""

    @property
    def name(self) -> str:
        """``expand prompts of description``."""
        return f"expand prompts of {self.task}"

    @property
    def done_by(self) -> PluginIdentity:
        """The task's plugin."""
        return self.prepared.done_by

    def run(self, context: StepContext) -> None:
        """Ask the task for each prompt's examples, of the records that the store holds."""
        prepared, task = context.result(self.prepared), context.plugins.tasks[self.prepared.component.name].component
        sources = {
            source: {e.id: (part, e) for part in parts for e in read_jsonl(prepared.path(_file(part)), Example)}
            for source, parts in _parts_by_source(self.prepared).items()
        }
        tables = {source: tables_of(self.prepared, source, context) for source, found in sources.items() if found}
        with ExitStack() as open_files:
            out = {part: open_files.enter_context((context.work.output / _file(part)).open("wb")) for part in HELD_OUT}
            for found in sources.values():
                for part, example in found.values():
                    out[part].write(to_line(_named(example, OWN_PROMPT, example)))
            for prompt, options in sorted(self.prompts.items()):
                key = f"tasks.{self.task}.prompts.{prompt}"
                for source, records in tables.items():
                    for part, own, example in _asked(task, records, options, sources[source], key):
                        out[part].write(to_line(_named(example, prompt, own)))


def _file(part: str) -> str:
    return f"examples.{part}.jsonl"


def _parts_by_source(step: PrepareStep) -> dict[Source, tuple[str, ...]]:
    """Which held-out parts each source gives: the task's own data those that no other data fixes."""
    return {
        source: (source,) if source in HELD_OUT else tuple(part for part in HELD_OUT if part not in step.tables)
        for source in step.tables
    }


def _named(example: Example, prompt: str, own: Example) -> Example:
    # Every id gets a name, the own prompt's too, so that no two can meet: names of prompts have no `#`.
    return replace(example, id=f"{own.id}#{prompt}", group=own.group, slices={**own.slices, PROMPT_SLICE: prompt})


def _asked(
    task: AnyTask, tables: Tables, options: BaseModel, found: Found, key: str
) -> Iterator[tuple[str, Example, Example]]:
    """Yield part, own example and the same with these options.

    Raises DataError where one is missing, UsageError where the options change more, or less, than how it is asked.
    """
    missing, dropped = dict(found), dict[str, Dropped]()
    origins = {own.origin for _, own in found.values()}
    differs = False
    for row in task.examples(tables, options):
        if isinstance(row, Dropped) and row.origin in origins:
            dropped[row.origin] = row
        elif isinstance(row, Example) and row.id in missing:
            part, own = missing.pop(row.id)
            if (row.references, row.choices) != (own.references, own.choices):
                raise UsageError(
                    f"{key}: it changes what a good answer is ({own.origin or own.id}), and a prompt may change only "
                    "how a model is asked for it; make it a task of its own"
                )
            differs |= row.messages != own.messages
            yield part, own, row
    if missing:
        _, own = next(iter(missing.values()))
        why = dropped.get(own.origin)
        because = f": {why.reason}{f', {why.detail}' if why.detail else ''}" if why else ""
        raise DataError(
            f"{key}: {len(missing):,} of {len(found):,} held-out examples are missing with it, first {own.id!r} "
            f"({own.origin}{because}); every prompt must ask for all of them"
        )
    if not differs:
        raise UsageError(f"{key}: this prompt is identical to the task's own")
