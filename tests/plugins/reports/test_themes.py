"""Metrics by theme."""

from __future__ import annotations

from shoptune.comparison import MetricInfo
from shoptune_reports.text.themes import themes, title


def metric(name: str, theme: str) -> MetricInfo:
    return MetricInfo(
        task="t", name=name, metric=name, summary="", higher_is_better=True, format="score", theme=theme, additive=True
    )


def test_faithfulness_follows_overlap_whatever_the_experiment_files_order() -> None:
    named = [("a", "form"), ("b", "faithfulness"), ("c", ""), ("d", "taste"), ("e", "overlap"), ("f", "form")]
    assert [(theme.title, "".join(m.name for m in theme.metrics)) for theme in themes([metric(*n) for n in named])] == [
        ("Likeness to the reference", "e"),
        ("Faithfulness to the facts", "b"),
        ("Form", "af"),
        ("Taste", "d"),
        ("Other", "c"),
    ]


def test_a_metric_that_does_not_say_has_no_title() -> None:
    assert title(metric("a", "")) == ""
    assert themes([]) == ()
