"""Metrics by theme, and which of them the verdict shows large."""

from __future__ import annotations

import pytest

from shoptune.comparison import CandidateInfo, Comparison, MetricInfo
from shoptune_reports.board import Finding
from shoptune_reports.html.tiles import featured
from shoptune_reports.standing import Standing
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


@pytest.mark.parametrize(
    ("worse", "better", "shown"),
    [
        ("", "overlap overlap faithfulness form", ["overlap", "faithfulness", "form", "overlap"]),
        ("form form form", "overlap overlap faithfulness", ["overlap", "faithfulness", "form", "form"]),
        ("faithfulness", "overlap faithfulness", ["overlap", "faithfulness", "faithfulness"]),
    ],
)
def test_the_tiles_never_show_overlap_without_faithfulness(
    comparison: Comparison, worse: str, better: str, shown: list[str]
) -> None:
    result = comparison.results[0]

    def findings(kind: str, listed: str) -> tuple[Finding, ...]:
        return tuple(Finding(metric(f"{kind}_{n}", theme), result, None) for n, theme in enumerate(listed.split()))

    candidate = CandidateInfo(name="sft", kind="tuned", summary="")
    tiles = featured(Standing(candidate, findings("better", better), findings("worse", worse), ()))
    assert [tile.metric.theme for tile in tiles] == shown
    if "faithfulness" in worse:
        assert tiles[1].metric.name.startswith("worse")
