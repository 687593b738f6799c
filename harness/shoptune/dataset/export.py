"""Writes training data in the forms that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shoptune.components import ExportFormat
from shoptune.data import Example
from shoptune.dataset.prepared_rows import read_rows
from shoptune.dataset.splits import SPLITS
from shoptune.storage.store import StoredStep
from shoptune.training_rows import ROW_KINDS, TrainingRow

__all__ = ["Export", "write_export"]


@dataclass(frozen=True, kw_only=True)
class Export:
    """What came of an export."""

    written: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Kinds of training rows that are there and that the format can't write."""


def write_export(form: ExportFormat, prepared: StoredStep, folder: Path, task: str) -> Export:
    """Write a task's training rows, one file per kind and part that has any.

    Left out are what has weight 0 or nothing to learn, and planted examples: a canary is there to test this tool's own
    models.  Weights themselves have no place in these forms.
    """
    export = Export()
    for part in SPLITS:
        for name, kind in ROW_KINDS.items():
            usable = (row for row in read_rows(prepared, kind, part) if _is_usable(row) and not kind.useless(row))
            if name not in form.rows:
                if name not in export.left_out and any(True for _ in usable):
                    export.left_out.append(name)
                continue
            called = task if name == "examples" else f"{task}.{name}"
            export.written.extend(_write(folder / form.name / f"{called}.{part}.jsonl", usable, form.rows[name]))
    return export


def _is_usable(row: TrainingRow) -> bool:
    return row.weight > 0 and not (isinstance(row, Example) and row.canary)


def _write(
    path: Path,
    rows: Iterable[TrainingRow],
    as_json: Callable[[Any], Mapping[str, object]],  # Any: a row of this kind
) -> list[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
    if path.stat().st_size:
        return [path]
    path.unlink()
    return []
