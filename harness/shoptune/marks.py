"""The words of answers that a metric counted: checked as they come from a plugin, and kept one sample a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from shoptune.components import AdditiveMetric
from shoptune.data import Mark, Sample
from shoptune.errors import PluginError

__all__ = ["marks_of", "read_marks", "write_marks"]


def marks_of(metric: AdditiveMetric[Any], options: Any, sample: Sample) -> list[Mark]:
    """Return what the metric marks in a sample's answer, in order; nothing where it marks no words.

    Raises PluginError where its `marks` raises, or marks what isn't there.
    """
    if metric.marks is None:
        return []
    where = f"Metric {metric.name!r}: marks of sample {sample.example.id!r}"
    try:
        marks: list[Any] = list(metric.marks(sample, options))
    except Exception as error:
        raise PluginError(f"{where} raised {type(error).__name__}: {error}") from error
    for mark in marks:
        if not isinstance(mark, Mark) or mark.kind not in {"good", "bad"}:
            raise PluginError(f"{where} are to be `Mark`s of kind 'good' or 'bad'; found {mark!r}.")
        if not 0 <= mark.start < mark.end <= len(sample.prediction.text):
            raise PluginError(
                f"{where} must lie within its prediction's {len(sample.prediction.text)} characters and hold one at "
                f"least; found {mark!r}."
            )
    return sorted(marks, key=lambda mark: (mark.start, mark.end, mark.kind, mark.note))


def write_marks(path: Path, marks: Iterable[Iterable[Mark]]) -> None:
    """Write each sample's marks to `path` as one line of JSON."""
    with path.open("wb") as file:
        file.writelines(orjson.dumps(list(of_sample), option=orjson.OPT_APPEND_NEWLINE) for of_sample in marks)


def read_marks(path: Path) -> Iterator[list[Mark]]:
    """Read the marks that `write_marks` wrote, one sample's at a time."""
    with path.open("rb") as file:
        for line in file:
            yield [Mark(**mark) for mark in orjson.loads(line)]
