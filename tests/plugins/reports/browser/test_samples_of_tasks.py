"""The samples of two tasks in a browser, with the texts that a shop can hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shoptune.comparison import Comparison
from tests.plugins.reports.browser.conftest import Open
from tests.plugins.reports.browser.shop import LONG_WORD, PRODUCT_TEXTS, TASKS


def ids(page: Page) -> list[str]:
    return page.locator("#samples summary bdi.muted").all_text_contents()


def test_another_task_is_another_view_with_an_address_of_its_own(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    page.get_by_label("Task").select_option(TASKS[1])
    page.get_by_label("Candidate, against base").select_option("dpo")
    page.get_by_label("Metric", exact=True).select_option("chrf")
    again = open_page(shop_page, "#" + page.url.partition("#")[2])
    for label, value in (("Task", TASKS[1]), ("Candidate, against base", "dpo")):
        expect(again.get_by_label(label)).to_have_value(value)
    expect(again.get_by_label("Metric", exact=True)).to_have_value("chrf")
    assert ids(again) == ids(page)


@pytest.mark.parametrize("task", TASKS)
def test_a_link_opens_the_sample_of_its_task(open_page: Open, shop_page: Path, task: str) -> None:
    page = open_page(shop_page, f"#sample={task}/p00042")
    expect(page.locator(".sample[open]").filter(has_text="number: 42")).to_be_in_viewport()
    expect(page.get_by_label("Task")).to_have_value(task)


@pytest.mark.parametrize("number", range(len(PRODUCT_TEXTS)))
def test_a_shops_text_is_shown_as_it_is(open_page: Open, shop_page: Path, shop: Comparison, number: int) -> None:
    wanted = shop.samples[number]
    page = open_page(shop_page, f"#sample={wanted.task}/{wanted.id}")
    sample = page.locator(".sample[open]").filter(has_text=f"number: {number}\n")
    expect(sample.locator(".given .text")).to_be_visible()
    assert sample.locator(".given .text").text_content() == wanted.prompt
    assert sample.locator("table.facts tr").last.locator("td").first.text_content() == PRODUCT_TEXTS[number]
    assert sample.locator("script, img, a:not([href^='#'])").count() == 0
    assert sample.evaluate("sample => sample.scrollWidth <= sample.clientWidth")


@pytest.mark.parametrize(
    ("words", "first"), [("KETTLE javascript:alert", 2), ("مصباح", 3), (LONG_WORD[:5000], 4), ("<img src=", 1)]
)
def test_a_shops_text_is_found(open_page: Open, shop_page: Path, words: str, first: int) -> None:
    page = open_page(shop_page)
    page.get_by_role("searchbox").fill(words)
    expect(page.locator(".samples-status")).to_have_text("10 of 60 samples")
    assert sorted(ids(page)) == [f"p{number:05d}" for number in range(first, 60, len(PRODUCT_TEXTS))]
