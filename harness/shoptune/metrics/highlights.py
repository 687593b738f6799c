"""The words of answers that a metric counted: checked as they come from a plugin, and kept one sample a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from pydantic import BaseModel

from shoptune.components import AnyAdditiveMetric
from shoptune.data import Highlight, Sample
from shoptune.errors import PluginError

__all__ = ["highlights_of", "read_highlights", "write_highlights"]


def highlights_of(metric: AnyAdditiveMetric, options: BaseModel, sample: Sample) -> list[Highlight]:
    """Return what the metric highlights in a sample's answer, in order; nothing where it highlights no words.

    Raises PluginError where its `highlights` raises, or highlights what isn't there.
    """
    if metric.highlights is None:
        return []
    where = f"Metric {metric.name!r}: highlights of sample {sample.example.id!r}"
    try:
        brought: list[object] = list(metric.highlights(sample, options))
    except Exception as error:
        raise PluginError(f"{where} raised {type(error).__name__}: {error}") from error
    highlights: list[Highlight] = []
    for mark in brought:
        if not isinstance(mark, Highlight) or mark.kind not in {"good", "bad"}:
            raise PluginError(f"{where} are to be `Highlight`s of kind 'good' or 'bad'; found {mark!r}.")
        if not 0 <= mark.start < mark.end <= len(sample.prediction.text):
            raise PluginError(
                f"{where} must lie within its prediction's {len(sample.prediction.text)} characters and hold one at "
                f"least; found {mark!r}."
            )
        highlights.append(mark)
    return sorted(highlights, key=lambda mark: (mark.start, mark.end, mark.kind, mark.note))


def write_highlights(path: Path, highlights: Iterable[Iterable[Highlight]]) -> None:
    """Write each sample's highlights to `path` as one line of JSON."""
    with path.open("wb") as file:
        file.writelines(orjson.dumps(list(of_sample), option=orjson.OPT_APPEND_NEWLINE) for of_sample in highlights)


def read_highlights(path: Path) -> Iterator[list[Highlight]]:
    """Read the highlights that `write_highlights` wrote, one sample's at a time."""
    with path.open("rb") as file:
        for line in file:
            yield [Highlight(**mark) for mark in orjson.loads(line)]
