"""The page's frame in a browser: charts, navigation, links to places, theme and keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from shoptune.comparison import Comparison
from tests.plugins.reports.browser.conftest import Open
from tests.plugins.reports.browser.shop import PRODUCT_TEXTS

DARK = "rgb(20, 24, 27)"
LIGHT = "rgb(250, 248, 244)"


def paper(page: Page) -> str:
    """Return the colour that is behind everything."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def in_view(place: Locator) -> bool:
    """Tell whether a place stands in the window, and below the navigation that stays at its top."""
    return bool(
        place.evaluate(
            """place => {
                const top = place.getBoundingClientRect().top;
                return top >= document.querySelector('nav').offsetHeight - 1 && top < innerHeight;
            }"""
        )
    )


def test_the_worst_text_opens_quietly(open_page: Open, hostile_page: Path) -> None:
    page = open_page(hostile_page)
    expect(page.locator(".sample")).to_have_count(1)
    assert "<script>alert(1)</script>" in page.locator("h1").inner_text()


def test_every_chart_is_drawn_and_says_what_it_shows(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    charts = page.locator("figure[data-chart]").all()
    assert {chart.get_attribute("data-chart") for chart in charts} == {"forest", "loss", "pareto"}
    for chart in charts:
        drawn = chart.get_by_role("img")
        expect(drawn).to_have_count(1)
        expect(drawn).to_have_attribute("aria-label", re.compile("[a-z]+"))
        assert drawn.locator("path, line, circle").count() > 3


def test_a_chart_follows_choices_and_width(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page, viewport={"width": 1280, "height": 800})
    chart = page.locator("figure[data-chart=pareto]").first
    expect(chart.get_by_role("img")).to_have_attribute("aria-label", re.compile("^rouge_l against the cost"))
    chart.get_by_label("Quality").select_option("attribute_coverage")
    expect(chart.get_by_role("img")).to_have_attribute("aria-label", re.compile("^attribute_coverage against"))
    page.set_viewport_size({"width": 500, "height": 800})
    expect(chart.get_by_role("img")).to_have_attribute("width", re.compile("^4[0-9]{2}$"))


def test_navigation_leads_to_every_section_and_says_where_one_is(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    links = page.get_by_role("navigation", name="Parts of this report").get_by_role("link")
    named = [link.get_attribute("href") for link in links.all()]
    sections = [f"#{section.get_attribute('id')}" for section in page.locator("main > section").all()]
    assert [name for name in named if name != "#gates"] == sections
    for link in links.all():
        link.click()
        assert in_view(page.locator(str(link.get_attribute("href"))))
        expect(link).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    "id_",
    [
        "metric.title.chrf",
        "slice.description.category.Lighting.limits.sft",
        "slice.title.category.Lighting.dpo",
        "verdict.title",
        "training.dpo",
    ],
)
def test_a_link_leads_to_its_place_even_where_that_is_folded_away(open_page: Open, shop_page: Path, id_: str) -> None:
    place = open_page(shop_page, f"#{id_}").locator(f"[id='{id_}']")
    expect(place).to_be_visible()
    assert in_view(place)


def test_hostile_names_can_be_linked_to(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    row = page.locator("#slices tr[id]").filter(has_text=PRODUCT_TEXTS[1]).first
    row.get_by_role("link").click()
    assert in_view(row)
    assert row.evaluate("row => row.matches(':target')")


def test_colours_follow_the_system_until_the_reader_chooses(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page, color_scheme="dark")
    assert paper(page) == DARK
    button = page.get_by_role("button", name="Theme: auto")
    button.click()
    assert paper(page) == LIGHT
    page.reload()
    assert paper(page) == LIGHT, "the choice is kept"
    page.get_by_role("button", name="Theme: light").click()
    assert paper(page) == DARK
    page.get_by_role("button", name="Theme: dark").click()
    page.emulate_media(color_scheme="light")
    assert paper(page) == LIGHT, "the system's again"


def test_the_theme_works_where_nothing_may_be_kept(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    page.evaluate("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })")
    page.get_by_role("button", name="Theme: auto").click()
    page.get_by_role("button", name="Theme: light").click()
    assert paper(page) == DARK


def test_the_keyboard_goes_first_to_the_verdict_then_to_theme_and_parts(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert reached == ["Skip to the verdict", "Theme: auto", "Verdict", "Gates"]
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the verdict")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('verdict').contains(document.activeElement)")


def test_all_that_can_be_used_can_be_reached_and_seen(open_page: Open, shop_page: Path) -> None:
    page = open_page(shop_page)
    missed = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, select, input, summary')].filter((control) => {
            if (!control.checkVisibility({ contentVisibilityAuto: true })) return false;
            control.focus({ preventScroll: true });
            const shown = control.type === 'radio' ? control.nextElementSibling : control;
            return document.activeElement !== control
                || (!control.disabled && control.tabIndex < 0)
                || !shown.getBoundingClientRect().width;
        }).filter((control) => !control.disabled).map((control) => control.outerHTML)"""
    )
    assert missed == []


def test_a_command_can_be_copied(open_page: Open, shop_page: Path, shop: Comparison) -> None:
    page = open_page(shop_page, permissions=["clipboard-read", "clipboard-write"])
    command = page.locator("pre.command").filter(has_text=shop.provenance.command).first
    command.locator("xpath=preceding-sibling::button").click()
    expect(page.locator("pre.command").first.locator("xpath=..").get_by_role("button", name="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == command.text_content()
