"""The loss curve of a training: what its chart draws, and the same in words and figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shoptune.formatting import plain

__all__ = ["LossCurve", "Series", "loss_curve"]

_DRAWN = 400
"""A chart is not wider; of more points every second, third, ... is drawn."""
_ROWS = 12
"""So many rows of figures stand beside the chart, and so many more with a validation loss."""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of loss over the steps."""

    name: str
    points: tuple[tuple[float, float], ...]
    """(step, loss); the last one is always there."""
    every: int
    """Each so manieth point is drawn."""
    words: str
    """What becomes of it."""


@dataclass(frozen=True, slots=True)
class LossCurve:
    """All kinds of loss, and a table of some steps with all that was logged."""

    series: tuple[Series, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def loss_curve(logged: Sequence[Mapping[str, float]]) -> LossCurve | None:
    """Return the curve of what a training logged; None where there is no finite loss in it."""
    series = tuple(_all_series(logged))
    if not series:
        return None
    columns = tuple(dict.fromkeys(name for row in logged for name in row))
    return LossCurve(
        series=series,
        columns=tuple(_title(name) for name in columns),
        rows=tuple(tuple(plain(row.get(name)) for name in columns) for row in _rows_to_show(logged)),
    )


def _all_series(logged: Sequence[Mapping[str, float]]) -> Iterator[Series]:
    for name in dict.fromkeys(name for row in logged for name in row if name.endswith("loss")):
        points = [(row["step"], row[name]) for row in logged if _is_finite(row, "step") and _is_finite(row, name)]
        if points:
            every = math.ceil(len(points) / _DRAWN)
            yield Series(_title(name), (*points[:-1:every], points[-1]), every, _words(_title(name), points))


def _words(name: str, points: Sequence[tuple[float, float]]) -> str:
    """Say where it began and ended, and whether it rose again: from then on only the training texts were learnt."""
    (first_step, first), (last_step, last) = points[0], points[-1]
    title = name[:1].upper() + name[1:]
    if len(points) == 1:
        return f"{title}: {_loss(first)} at step {plain(first_step)}."
    said = f"{title}: {_loss(first)} at step {plain(first_step)}, {_loss(last)} at step {plain(last_step)}"
    best_step, best = min(points, key=lambda point: point[1])
    if not name.startswith("validation"):
        return f"{said}."
    if best == last:
        return f"{said}, where it is lowest."
    later = "what was learnt after that did not carry over to texts that it had not seen"
    return f"{said}; lowest at step {plain(best_step)} ({_loss(best)}): {later}."


def _rows_to_show(logged: Sequence[Mapping[str, float]]) -> list[Mapping[str, float]]:
    """Return some of all rows and some of those with a validation loss; the first and the last of both."""
    validated = [number for number, row in enumerate(logged) if "validation_loss" in row]
    return [logged[number] for number in sorted({*_spread(range(len(logged))), *_spread(validated)})]


def _spread(numbers: Sequence[int]) -> list[int]:
    """Return at most `_ROWS` of the numbers, evenly spread from the first to the last."""
    count = min(_ROWS, len(numbers))
    return [numbers[place * (len(numbers) - 1) // max(count - 1, 1)] for place in range(count)]


def _title(name: str) -> str:
    return name.replace("_", " ").replace("/", " ")


def _loss(loss: float) -> str:
    return f"{loss:.3f}"


def _is_finite(row: Mapping[str, float], name: str) -> bool:
    return name in row and math.isfinite(row[name])
