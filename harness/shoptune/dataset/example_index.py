"""What `prepare` remembers of each example and pair, while the rows themselves lie on disk: a few numbers."""

from __future__ import annotations

import hashlib
from array import array

import numpy as np
import numpy.typing as npt

from shoptune.data import Example, PreferencePair
from shoptune.dataset.jsonl_buffer import JsonlBuffer
from shoptune.dataset.near_duplicates import TextIndex

__all__ = ["ExampleIndex", "Ints", "PairPool", "number_of"]

Ints = npt.NDArray[np.int64]


def number_of(name: str) -> int:
    """Return a 64-bit number for a name: short to hold and quick to compare; no two names share one in practice."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _text_of(example: Example) -> str:
    """Return what duplicates of an example are found by."""
    return example.content or next(iter(example.references), "") or example.messages[-1]["content"]


class ExampleIndex:
    """Examples in the order in which they came; their texts are numbered in `index` as they are."""

    def __init__(self, spool: JsonlBuffer[Example], index: TextIndex) -> None:
        self.spool, self._index = spool, index
        self._ids, self._groups = array("q"), array("q")
        self._parts, self._fixed, self._weights = array("b"), array("b"), array("d")

    def add(self, example: Example, part: int, *, fixed: bool) -> None:
        """Take an example; `fixed` where its part was decided by the file that it comes from."""
        self.spool.add(example)
        self._index.add(_text_of(example))
        # What is held out by a file of its own may have the ids of training examples: that is a leak, and no mistake.
        self._ids.append(number_of(f"{part}\0{example.id}" if fixed else example.id))
        self._groups.append(number_of(example.group))
        self._parts.append(part)
        self._fixed.append(fixed)
        self._weights.append(example.weight)

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


class PairPool:
    """Preference pairs in the order in which they came; the text that was chosen is numbered in `index`."""

    def __init__(self, spool: JsonlBuffer[PreferencePair], index: TextIndex) -> None:
        self.spool, self._index = spool, index
        self._groups, self._sources = array("q"), array("q")
        self.sources: list[str] = []
        """What pairs rest on (``A/B test``); `source_numbers` are positions in this list."""

    def add(self, pair: PreferencePair) -> None:
        """Take a pair."""
        self.spool.add(pair)
        self._index.add(pair.chosen)
        self._groups.append(number_of(pair.group))
        source = str(pair.evidence.get("source", "unknown"))
        if source not in self.sources:
            self.sources.append(source)
        self._sources.append(self.sources.index(source))

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def groups(self) -> Ints:
        """Numbers of the pairs' groups."""
        return np.array(self._groups, dtype=np.int64)

    @property
    def source_numbers(self) -> Ints:
        """For each pair the position of its source in `sources`."""
        return np.array(self._sources, dtype=np.int64)
