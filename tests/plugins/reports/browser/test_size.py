"""How much a page is: what decides how fast it opens, whatever the machine."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shoptune.comparison import Comparison, SampleInfo
from tests.plugins.reports.browser.conftest import Open, write_page

MEGABYTE = 1_000_000
WORDS = [
    f"{start}{end}" for start in "bcdfglmnprst" for end in ("allow", "ender", "ipple", "olden", "urn", "at", "eam")
]


def with_samples(plain: Comparison, count: int) -> Comparison:
    """Give the comparison many samples whose texts are as long as descriptions are, and never the same."""
    draw = random.Random(20260314)

    def text(words: int) -> str:
        return " ".join(draw.choices(WORDS, k=words)).capitalize() + "."

    def sample(number: int) -> SampleInfo:
        like = plain.samples[number % len(plain.samples)]
        return like.model_copy(
            update={
                "id": f"p{number}",
                "prompt": f"{like.prompt}\n{text(30)}",
                "references": [text(70)],
                "answers": {
                    name: answer.model_copy(
                        update={"text": text(70), "values": {"rouge_l": draw.random(), "chrf": draw.random()}}
                    )
                    for name, answer in like.answers.items()
                },
            }
        )

    return plain.model_copy(update={"samples": [sample(number) for number in range(count)]})


@pytest.mark.parametrize("count", [500, pytest.param(50_000, marks=pytest.mark.slow)])
def test_a_page_is_small_however_many_samples_there_are(
    open_page: Open, comparison: Comparison, tmp_path: Path, count: int
) -> None:
    assert len(comparison.candidates) == 5
    file = write_page(with_samples(comparison, count), tmp_path)
    assert file.stat().st_size < 2 * MEGABYTE
    page = open_page(file)
    expect(page.locator(".samples-status")).to_have_text("500 of 500 samples, page 1 of 25")
    said = f"{count:,} samples"
    expect(page.locator("#samples > p").first).to_have_text(re.compile(f"500 of {said}|All {said}"))
    expect(page.locator(".sample")).to_have_count(20)
    assert page.evaluate("document.querySelectorAll('*').length") < 6000


def test_texts_that_are_too_long_for_a_page_leave_some_samples_out(
    open_page: Open, comparison: Comparison, tmp_path: Path
) -> None:
    draw = random.Random(1)
    many = with_samples(comparison, 300)
    long = [
        sample.model_copy(update={"prompt": "".join(draw.choices("abcdefghijklmnopqrstuvwxyz ", k=10_000))})
        for sample in many.samples
    ]
    file = write_page(many.model_copy(update={"samples": long}), tmp_path)
    assert file.stat().st_size < 2 * MEGABYTE
    expect(open_page(file).locator("#samples > p").first).to_contain_text(" of 300 samples, selected for sft")
