"""How the noise floor is told."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from shoptune.comparison import CandidateInfo, Comparison
from shoptune_reports.formats.html import render_html
from shoptune_reports.formats.markdown import render_markdown
from shoptune_reports.text.provenance import noise_floor


def candidate(**noise: Any) -> CandidateInfo:
    return CandidateInfo(name="base", kind="model", summary="base", info={"dtype": "float32", "noise": {"task": noise}})


def test_texts_and_choices_of_all_candidates_together() -> None:
    one = candidate(texts=4, same_texts=4, choices=4, same_choices=4, largest_difference=0.00031)
    other = candidate(texts=4, same_texts=3, largest_difference=2e-6)
    none = CandidateInfo(name="template", kind="baseline", summary="template")
    assert noise_floor([one, other, none]) == (
        "asked again in other batches: 7 of 8 texts the same; 4 of 4 choices the same; log-probabilities within 0.0004"
    )


@pytest.mark.parametrize(
    ("difference", "said"),
    [(0.0, "equal"), (0.0004, "within 0.0004"), (3.1e-6, "within 4e-06"), (0.95, "within 1"), (1.2, "within 2")],
)
def test_a_bound_is_never_below_what_was_seen(difference: float, said: str) -> None:
    assert noise_floor([candidate(largest_difference=difference)]) == (
        f"asked again in other batches: log-probabilities {said}"
    )


def test_nothing_where_nothing_was_measured() -> None:
    assert noise_floor([candidate(), CandidateInfo(name="template", kind="baseline", summary="template")]) == ""


def test_both_reports_state_it(comparison: Comparison) -> None:
    assert "oise floor" not in render_markdown(comparison, [])["report.md"]
    model = candidate(texts=4, same_texts=4, largest_difference=0.0004)
    told = comparison.model_copy(update={"candidates": [*comparison.candidates, model]})
    words = "asked again in other batches: 4 of 4 texts the same; log-probabilities within 0.0004."
    assert words in render_markdown(told, [])["report.md"]
    page = BeautifulSoup(render_html(told, [])["report.html"], "html.parser")
    assert words in page.find(id="comparison").get_text()  # type: ignore[union-attr]
