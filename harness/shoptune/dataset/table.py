"""A table that was read and stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shoptune.data import Record
from shoptune.data_report import TableReport
from shoptune.storage.jsonl import read_jsonl

__all__ = ["Table"]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that was read; may be iterated again and again, and is not held in memory."""

    name: str
    report: TableReport
    file: Path

    def __iter__(self) -> Iterator[Record]:
        return read_jsonl(self.file, Record)
