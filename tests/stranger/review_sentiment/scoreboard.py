"""Who leads, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shoptune.comparison import Comparison
from shoptune.components import ReportFormat, Section

__all__ = ["SCOREBOARD"]


def render(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return one file: under each metric of each task the candidates, the best first."""
    return {"scoreboard.txt": "\n".join([_line(comparison.experiment), *_lines(comparison)]) + "\n"}


def _lines(comparison: Comparison) -> Iterator[str]:
    for metric in comparison.metrics:
        if metric.higher_is_better is None:
            continue
        values = {
            result.candidate: result.value
            for result in comparison.results
            if (result.task, result.metric, result.slice) == (metric.task, metric.name, None)
            and result.value is not None
        }
        yield f"\n{_line(metric.task)}, {_line(metric.name)}"
        for place, name in enumerate(sorted(values, key=values.__getitem__, reverse=metric.higher_is_better), start=1):
            yield f"  {place}. {_line(name)}  {values[name]:.3f}"


def _line(text: str) -> str:
    """Return a name on one line, without what a terminal would obey: a line break would look like another entry."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


SCOREBOARD = ReportFormat(name="scoreboard", summary="Who leads, as plain text", render=render)
