"""The files of training rows that `prepare` leaves: ``KIND.SPLIT.jsonl`` for each kind that the task makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from shoptune.dataset.splits import SplitName
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import StoredStep
from shoptune.training_rows import RowKind, TrainingRow

__all__ = ["read_rows", "rows_file"]

RowT = TypeVar("RowT", bound=TrainingRow)


def rows_file(folder: Path, kind: str, part: SplitName) -> Path:
    """Return the file with a kind's rows of one part."""
    return folder / f"{kind}.{part}.jsonl"


def read_rows(prepared: StoredStep, kind: RowKind[RowT], part: SplitName) -> Iterator[RowT]:
    """Yield the rows of a kind that `prepare` gave to a part."""
    path = rows_file(prepared.folder, kind.name, part)
    if path.exists():
        yield from read_jsonl(path, kind.row_type)
