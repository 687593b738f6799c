"""Writes training data in the forms that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from shoptune.components import ExportFormat
from shoptune.data import Example, PreferencePair
from shoptune.dataset.splits import SPLITS
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import StoredStep

__all__ = ["write_export"]

T = TypeVar("T", Example, PreferencePair)


def write_export(form: ExportFormat, prepared: StoredStep, folder: Path, task: str) -> list[Path]:
    """Write a task's examples and pairs, one file per part that has any; returns the files.

    Left out are what has weight 0 or nothing to learn, and planted examples: a canary is there to test this tool's own
    models.  Weights themselves have no place in these forms.
    """
    written = []
    for part in SPLITS:
        examples = read_jsonl(prepared.path(f"examples.{part}.jsonl"), Example)
        pairs = (p for p in read_jsonl(prepared.path(f"pairs.{part}.jsonl"), PreferencePair) if p.weight)
        usable = (e for e in examples if e.weight and e.references and not e.canary)
        written += _write(folder / form.name / f"{task}.{part}.jsonl", usable, form.example)
        written += _write(folder / form.name / f"{task}.pairs.{part}.jsonl", pairs, form.pair)
    return written


def _write(path: Path, rows: Iterable[T], as_json: Callable[[T], Mapping[str, Any]]) -> list[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
    if path.stat().st_size:
        return [path]
    path.unlink()
    return []
