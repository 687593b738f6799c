"""What `prepare` remembers of each example and training row, while the rows themselves lie on disk: a few numbers."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter

import numpy as np
import numpy.typing as npt

from shoptune.data import Example
from shoptune.dataset.jsonl_buffer import JsonlBuffer
from shoptune.dataset.row_texts import RowTexts
from shoptune.training_rows import ROW_KINDS, AnyRowKind, TrainingRow, source_of

__all__ = ["ExampleIndex", "Ints", "RowIndex", "number_of"]

Ints = npt.NDArray[np.int64]


def number_of(name: str) -> int:
    """Return a 64-bit number for a name: short to hold and quick to compare; no two names share one in practice."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


class ExampleIndex:
    """Examples in the order in which they came; their texts are numbered in `index` as they are."""

    def __init__(self, spool: JsonlBuffer[Example], index: RowTexts) -> None:
        self.spool, self._index = spool, index
        self._ids, self._groups = array("q"), array("q")
        self._parts, self._fixed, self._weights = array("b"), array("b"), array("d")
        self._labels: list[str | None] = []

    def add(self, example: Example, part: int, *, fixed: bool) -> None:
        """Take an example; `fixed` where its part was decided by the file that it comes from."""
        self.spool.add(example)
        self._index.add(ROW_KINDS["examples"].learned_text(example), example.question)
        # What is held out by a file of its own may have the ids of training examples: that is a leak, and no mistake.
        self._ids.append(number_of(f"{part}\0{example.id}" if fixed else example.id))
        self._groups.append(number_of(example.group))
        self._parts.append(part)
        self._fixed.append(fixed)
        self._weights.append(example.weight)
        self._labels.append(sys.intern(example.references[0]) if example.choices and example.references else None)

    def labels(self, counted: npt.NDArray[np.bool_]) -> dict[str, int]:
        """Return how often each label is right among the examples that are `counted` (a mask), most frequent first.

        Nothing where examples have no choices: their answers are texts.
        """
        found = Counter(label for label, counts in zip(self._labels, counted, strict=True) if counts and label)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ints:
        """Numbers of the examples' ids; the same id has another number where the part is fixed."""
        return np.array(self._ids, dtype=np.int64)

    @property
    def groups(self) -> Ints:
        """Numbers of the examples' groups."""
        return np.array(self._groups, dtype=np.int64)

    @property
    def parts(self) -> Ints:
        """The part that each example was given (`shoptune.dataset.leakage`)."""
        return np.array(self._parts, dtype=np.int64)

    @property
    def fixed(self) -> npt.NDArray[np.bool_]:
        """Whether the part is fixed."""
        return np.array(self._fixed, dtype=np.bool_)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """The examples' weights."""
        return np.array(self._weights, dtype=np.float64)


class RowIndex:
    """Rows of another kind than examples, in the order in which they came; their texts are numbered in `index`."""

    def __init__(self, kind: AnyRowKind, spool: JsonlBuffer[TrainingRow], index: RowTexts) -> None:
        self.kind, self.spool, self._index = kind, spool, index
        self._groups, self._sources = array("q"), array("q")
        self._names: dict[str, int] = {}

    def add(self, row: TrainingRow) -> None:
        """Take a row."""
        self.spool.add(row)
        self._index.add(self.kind.learned_text(row), row.question)
        self._groups.append(number_of(row.group))
        self._sources.append(self._names.setdefault(source_of(row), len(self._names)))

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def groups(self) -> Ints:
        """Numbers of the rows' groups."""
        return np.array(self._groups, dtype=np.int64)

    def sources(self, counted: npt.NDArray[np.bool_]) -> dict[str, int]:
        """Return how many of the rows that are `counted` (a mask) come from each source, where any do."""
        counts = np.bincount(np.array(self._sources, dtype=np.int64)[counted], minlength=len(self._names))
        return {name: int(count) for name, count in zip(self._names, counts, strict=True) if count}
