"""Metrics by what they are about: likeness to the reference always stands beside faithfulness to the facts.

A tuned model may write more like the reference and state more that is not so; either figure alone misleads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoptune.comparison import MetricInfo

__all__ = ["Theme", "themes", "title"]

_TITLES = {
    "correctness": "Right answers",
    "overlap": "Likeness to the reference",
    "faithfulness": "Faithfulness to the facts",
    "form": "Form",
    "originality": "Originality",
}
"""In the order in which they are shown; other themes follow, and last what has none."""

_UNNAMED = "Other"


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of metrics."""

    title: str
    metrics: tuple[MetricInfo, ...]


def themes(metrics: Sequence[MetricInfo]) -> tuple[Theme, ...]:
    """Group metrics; within a theme they keep their order."""
    present = dict.fromkeys(metric.theme for metric in metrics)
    order = [
        *(name for name in _TITLES if name in present),
        *(name for name in present if name and name not in _TITLES),
    ]
    if "" in present:
        order.append("")
    return tuple(
        Theme(_title(name) or _UNNAMED, tuple(metric for metric in metrics if metric.theme == name)) for name in order
    )


def title(metric: MetricInfo) -> str:
    """Return what the metric is about in words; empty where it does not say."""
    return _title(metric.theme)


def _title(name: str) -> str:
    return _TITLES.get(name) or name[:1].upper() + name[1:]
