"""What reports say where a task was asked in several ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from shoptune.comparison import Comparison, PromptSensitivity
from shoptune.formatting import Format, prompt_sensitivity
from shoptune_reports.formats.html import render_html
from shoptune_reports.formats.markdown import render_markdown

EXAMPLES = "48 test examples of 48 groups"


@pytest.fixture(scope="module")
def several(comparison: Comparison) -> Comparison:
    """The realistic comparison, had its task been asked in three ways."""
    over = PromptSensitivity(prompts=3, lowest=0.21, highest=0.35, deviation=0.07)
    results = [r if r.slice else r.model_copy(update={"prompt_sensitivity": over}) for r in comparison.results]
    (task,) = comparison.tasks
    asked = task.model_copy(update={"prompts": ["own", "terse", "polite"]})
    return comparison.model_copy(update={"results": results, "tasks": [asked]})


def as_html(comparison: Comparison) -> str:
    soup = BeautifulSoup(render_html(comparison, [])["report.html"], "html.parser")
    return " ".join(soup.select("#comparison")[0].get_text(" ").split())


def as_markdown(comparison: Comparison) -> str:
    return render_markdown(comparison, [])["report.md"]


@pytest.mark.parametrize("render", [as_html, as_markdown])
def test_examples_prompts_and_spread_are_told(
    render: Callable[[Comparison], str], comparison: Comparison, several: Comparison
) -> None:
    text, without = render(several), render(comparison)
    assert text.count("over 3 prompts: 0.210 to 0.350 (sd 0.070)") == sum(
        metric.format == "score" for metric in several.metrics
    ) * len(several.candidates)
    assert f"{EXAMPLES}, each asked with 3 prompts." in text
    assert f"{EXAMPLES}." in without
    assert "prompts" not in without


@pytest.mark.parametrize(
    ("over", "kind", "wanted"),
    [
        (
            PromptSensitivity(prompts=3, lowest=0.21, highest=0.25, deviation=0.02),
            "share",
            "3 prompts: 21.0 to 25.0 % (sd 2.0 pp)",
        ),
        (
            PromptSensitivity(prompts=2, lowest=-3, highest=1, deviation=2.83),
            "count",
            "2 prompts: −3.0 to 1.0 (sd 2.8)",
        ),
    ],
)
def test_a_spread_is_written_as_people_read_it(over: PromptSensitivity, kind: Format, wanted: str) -> None:
    assert prompt_sensitivity(over, kind).replace("\N{NO-BREAK SPACE}", " ") == f"over {wanted}"
