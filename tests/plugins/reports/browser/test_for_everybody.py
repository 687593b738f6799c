"""The page for everybody: axe-core's rules, narrow screens, paper, and browsers without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shoptune.comparison import Comparison
from shoptune_reports.formats.history_html import render_history_html
from shoptune_reports.formats.html import render_data_html
from tests.plugins.reports.browser.conftest import Open
from tests.plugins.reports.test_history_page import a_run

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def faults(page: Page) -> list[tuple[str, str, list[str]]]:
    """Return what axe-core finds serious or critical: (rule, what it says, where)."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((r) => r.violations)")
    return [
        (fault["id"], fault["help"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def unfold(page: Page) -> None:
    """Open all that is folded away, but for samples, of which three."""
    page.evaluate(
        """() => {
            document.querySelectorAll('details:not(.sample)').forEach((part) => (part.open = true));
            [...document.querySelectorAll('.sample')].slice(0, 3).forEach((part) => (part.open = true));
        }"""
    )
    expect(page.locator(".sample .answers")).not_to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page: Open, shop_page: Path, scheme: str, viewport: dict[str, int]) -> None:
    page = open_page(shop_page, color_scheme=scheme, viewport=viewport)
    unfold(page)
    assert faults(page) == []


def test_axe_finds_no_serious_fault_in_data_and_history(
    open_page: Open, comparison: Comparison, tmp_path: Path
) -> None:
    data, history = tmp_path / "data.html", tmp_path / "history.html"
    reports = dict.fromkeys(("description", "title"), comparison.tasks[0].data)
    data.write_text(render_data_html(comparison.experiment, reports)["data.html"], "utf-8")
    history.write_text(render_history_html([a_run(1, 0.5), a_run(2, None), a_run(3, 0.6)])["history.html"], "utf-8")
    for file in (data, history):
        page = open_page(file, viewport=PHONE)
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(page.locator("figure[data-chart=trend]").get_by_role("img")).to_have_count(1)


def test_axe_would_find_a_fault(open_page: Open, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>t</title><main><h1>t</h1><button></button></main>")
    assert [rule for rule, _, _ in faults(open_page(page))] == ["button-name"]


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("name", ["shop_page", "hostile_page"])
def test_the_page_never_scrolls_sideways(
    open_page: Open, name: str, width: int, request: pytest.FixtureRequest
) -> None:
    page = open_page(request.getfixturevalue(name), viewport={"width": width, "height": 740}, has_touch=True)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_scrolls_sideways_can_be_scrolled_by_keyboard(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page, viewport=PHONE)
    unfold(page)
    stuck = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter((box) =>
            /auto|scroll/.test(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth + 1
            && box.tabIndex < 0 && !box.querySelector('a, button, input')).map((box) => box.outerHTML.slice(0, 200))"""
    )
    assert stuck == []


def test_paper_shows_all_sections_unfolded_and_in_light_colours(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for section in page.locator("main > section").all():
        expect(section).to_be_visible()
    assert page.locator("details:not([open], .sample)").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("nav").first).to_be_hidden()
    cut = page.evaluate(
        """() => [...document.querySelectorAll('main .scroll')].filter(
            (box) => getComputedStyle(box).overflowX !== 'visible').length"""
    )
    assert cut == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open], .sample)").count() > 0


def test_without_scripts_all_but_samples_and_charts_is_said(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page, java_script_enabled=False)
    for text in ("Ship sft.", "Worst regressions", "4 min 12 s", "shoptune run experiment.yaml"):
        expect(page.get_by_text(text).first).to_be_attached()
    assert "The samples need JavaScript." in str(page.locator("noscript").text_content())
    expect(page.locator("#theme")).to_be_hidden()
