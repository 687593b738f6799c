"""rephrase: a task's held-out examples, asked in other ways too.

A step of its own, so that another prompt changes neither what models learn from nor what is held out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from shoptune.components import Task
from shoptune.data import Dropped, Example, Tables
from shoptune.errors import DataError, UsageError
from shoptune.prompts import OWN, SLICE
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options
from shoptune.steps.prepare import read_tables
from shoptune.storage.jsonl import read_jsonl, to_line

__all__ = ["rephrase"]

HELD_OUT = ("validation", "test")

Found = Mapping[str, tuple[str, Example]]
"""Id -> part and example, as it is asked in the task's own prompt."""


def rephrase(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``examples.validation.jsonl`` and ``examples.test.jsonl``: every example of `prepare` in every prompt.

    The examples of one prompt stand together, the task's own first.  Id and slice `prompt` say which prompt it is
    (``p7#formal``); the group is that of `prepare`, so that what is asked about one product stays together.
    """
    prepared = context.input(step, "examples")
    task, _ = component_and_options(context.plugins.tasks, step.settings["task"])
    sources = {
        source: {e.id: (part, e) for part in parts for e in read_jsonl(prepared.path(_file(part)), Example)}
        for source, parts in _parts_by_source(step).items()
    }
    tables = {source: read_tables(source, step, context) for source, found in sources.items() if found}
    with ExitStack() as open_files:
        out = {part: open_files.enter_context((context.work.output / _file(part)).open("wb")) for part in HELD_OUT}
        for found in sources.values():
            for part, example in found.values():
                out[part].write(to_line(_named(example, OWN, example)))
        for prompt, options in sorted(step.settings["prompts"].items()):
            key = f"tasks.{step.task}.prompts.{prompt}"
            for source, records in tables.items():
                asked = _asked(task, records, task.options.model_validate(options), sources[source], key)
                for part, own, example in asked:
                    out[part].write(to_line(_named(example, prompt, own)))
    return {}


def _file(part: str) -> str:
    return f"examples.{part}.jsonl"


def _parts_by_source(step: Step) -> dict[str, tuple[str, ...]]:
    """Return which held-out parts each source gives: the task's own data those that no other data fixes."""
    given = step.settings["tables"]
    return {
        source: (source,) if source in HELD_OUT else tuple(part for part in HELD_OUT if part not in given)
        for source in given
    }


def _named(example: Example, prompt: str, own: Example) -> Example:
    # Every id gets a name, the own prompt's too, so that no two can meet: names of prompts have no `#`.
    return replace(example, id=f"{own.id}#{prompt}", group=own.group, slices={**own.slices, SLICE: prompt})


def _asked(
    task: Task[Any], tables: Tables, options: Any, found: Found, key: str
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
        raise UsageError(f"{key}: it asks for every example as the task's own prompt does")
