"""A plugin for benchmarks: a task that asks each row's text as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from shoptune import hookimpl
from shoptune.components import NoOptions, Task
from shoptune.data import Example, Invalid, Tables


def examples(tables: Tables, _: NoOptions) -> Iterator[Example]:
    """Yield one example per row of ``rows``: its ``text`` is the prompt, ``choices`` and ``target`` may answer it."""
    for record in tables["rows"]:
        yield Example(
            id=record.id,
            messages=({"role": "user", "content": record.fields["text"]},),
            references=(record.fields["target"],),
            choices=tuple(record.fields.get("choices", ())),
            group=record.group,
            origin=record.origin,
        )


def parse(text: str, example: Example) -> str | Invalid:
    """Return the answer as it is, with the white space that a choice may begin with."""
    return text or Invalid("empty answer")


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    """Bring `bare`."""
    return [
        Task(
            name="bare",
            summary="Rows as they stand",
            options=NoOptions,
            tables=("rows",),
            answers="text",
            examples=examples,
            parse=parse,
            metrics=(),
        )
    ]
