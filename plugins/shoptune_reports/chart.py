"""A line chart as plain figures: what a template needs to draw the loss curve as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Chart", "Line", "loss_chart", "ticks"]

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40


@dataclass(frozen=True, slots=True)
class Line:
    """One series in the chart's coordinates, with its first and last value for the legend."""

    name: str
    points: tuple[tuple[float, float], ...]
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines and ticks; ticks are (position, label)."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def loss_chart(curve: Sequence[Mapping[str, float]]) -> Chart | None:
    """Return the chart of all losses of a training over its steps; None where nothing finite was logged."""
    names = dict.fromkeys(name for point in curve for name in point if name.endswith("loss"))
    series = {
        name: [(p["step"], p[name]) for p in curve if _is_finite(p.get("step")) and _is_finite(p.get(name))]
        for name in names
    }
    series = {name: points for name, points in series.items() if points}
    if not series:
        return None
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    y_marks = ticks(min(ys), max(ys))
    left, right, top, bottom = _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM
    x_low, x_high = min(xs), max(xs)

    def across(x: float) -> float:
        return round(left + (right - left) * (x - x_low) / (x_high - x_low or 1), 1)

    def down(y: float) -> float:
        return round(bottom - (bottom - top) * (y - y_marks[0]) / (y_marks[-1] - y_marks[0]), 1)

    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        lines=tuple(
            Line(name.replace("_", " "), tuple((across(x), down(y)) for x, y in points), points[0][1], points[-1][1])
            for name, points in series.items()
        ),
        x_ticks=tuple((across(x), f"{x:g}") for x in ticks(x_low, x_high) if x_low <= x <= x_high and x == int(x)),
        y_ticks=tuple((down(y), f"{y:g}") for y in y_marks),
    )


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers (1, 2 or 5 times a power of ten apart) that span `low` to `high`, about `count` of them."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / (count - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def _is_finite(number: float | None) -> bool:
    return number is not None and math.isfinite(number)
