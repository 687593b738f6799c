"""Tuning on single texts that did well or badly, with nothing to compare them to: a plugin of one file.

The task makes judgements of a table ``returns``: a text for a product that was sent back taught badly, any other taught
well.  The tuned model is a number, which the fake backend of `tests.fake_plugin` takes for its skill.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from shoptune import hookimpl
from shoptune.components import ExportFormat, NoOptions, Options, Task, TuningJob, TuningMethod, TuningReport
from shoptune.data import Dropped, Example, Judgement, Note, Tables
from shoptune.training_rows import rows_of


def examples(tables: Tables, options: NoOptions) -> Iterator[Example]:
    for record in tables["products"]:
        yield Example(
            id=record.id,
            messages=({"role": "user", "content": f"Repeat: {record.fields['text']}"},),
            references=(record.fields["text"],),
            group=record.group,
            origin=record.origin,
        )


def judgements(tables: Tables, made: Iterable[Example], options: NoOptions) -> Iterator[Judgement | Dropped | Note]:
    by_group = {example.group: example for example in made}
    seen = 0
    for record in tables.get("returns", ()):
        seen += 1
        example = by_group.get(record.group)
        if example is None:
            yield Dropped(origin=record.origin, reason="no such product")
            continue
        yield Judgement(
            id=record.origin,
            messages=example.messages,
            text=record.fields["text"],
            good=record.fields["returned"] == "no",
            group=record.group,
            evidence={"source": "returns"},
            origin=record.origin,
        )
    yield Note(topic="returns", figures={"texts": seen})


class UnpairedOptions(Options):
    """How fast it learns."""

    rate: float = 0.1
    """How far one text moves the skill: towards 1 if it did well, towards 0 if badly."""


def tune(job: TuningJob[UnpairedOptions]) -> TuningReport:
    """Write the skill to ``adapter/``; a pass is short, so a killed job begins again."""
    rows = [row for row in rows_of(job.rows, Judgement) if row.weight]
    skill, loss = 0.5, []
    for step, row in enumerate(rows, start=1):
        skill += job.options.rate * row.weight * (row.good - skill)
        loss.append({"step": float(step), "loss": 1 - skill})
        job.progress(step, len(rows), "texts")
    (job.output / "adapter").mkdir()
    (job.output / "adapter" / "weights.json").write_text(json.dumps({"skill": skill}), "utf-8")
    good = sum(row.good for row in rows)
    validated = len(rows_of(job.validation_rows, Judgement))
    data = {"good": good, "bad": len(rows) - good, "validation": validated, "texts": [row.text for row in rows]}
    return TuningReport(data=data, loss=loss, tokens=sum(len(row.text.split()) for row in rows))


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    return [
        Task(
            name="returned",
            summary="Repeat a text, and learn from what was sent back.",
            options=NoOptions,
            tables=("products",),
            answers="text",
            examples=examples,
            rows={"judgements": judgements},
            metrics=("overlap",),
            parse=lambda text, example: text,
        )
    ]


@hookimpl
def register_tuning_methods() -> Iterable[TuningMethod[Any]]:
    return [
        TuningMethod(
            name="unpaired",
            summary="Does what did well more often",
            options=UnpairedOptions,
            learns_from="judgements",
            tune=tune,
        )
    ]


@hookimpl
def register_export_formats() -> Iterable[ExportFormat]:
    return [
        ExportFormat(
            name="thumbs",
            summary="Texts with a thumb up or down",
            rows={"judgements": lambda row: {"text": row.text, "thumb": "up" if row.good else "down"}},
        )
    ]
