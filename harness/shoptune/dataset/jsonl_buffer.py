"""Rows on disk while a step works: a catalogue may have a million products."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Generic, Self, TypeVar

from shoptune.data import Record
from shoptune.storage.jsonl import from_line, read_jsonl, to_line
from shoptune.training_rows import TrainingRow

__all__ = ["JsonlBuffer"]

T = TypeVar("T", bound=Record | TrainingRow)


class JsonlBuffer(Generic[T]):
    """Rows in the order in which they were added; may be iterated again and again, also while rows are added."""

    def __init__(self, file: Path, kind: type[T]) -> None:
        self._file, self._kind = file, kind
        self._out = file.open("wb")

    def add(self, row: T) -> None:
        """Add a row."""
        self._out.write(to_line(row))

    def __iter__(self) -> Iterator[T]:
        self._out.flush()
        return read_jsonl(self._file, self._kind)

    def lines(self) -> Iterator[bytes]:
        """Yield the rows as they are written, which is quicker than to read them."""
        self._out.flush()
        with self._file.open("rb") as file:
            yield from file

    def origins(self, wanted: Collection[int]) -> dict[int, str]:
        """Return where the rows with these positions stand."""
        found = ((i, line) for i, line in enumerate(self.lines()) if i in wanted) if wanted else ()
        return {i: from_line(line, self._kind).origin for i, line in found}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()
