"""Pages in a real Chromium, driven by Playwright.  What it complains of fails the test that opened the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from shoptune.comparison import Comparison
from shoptune_reports.formats.html import render_html
from tests.plugins.reports.browser.shop import make_shop

Open = Callable[..., Page]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Containers often forbid the sandbox, and the pages are our own.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open a page of a file, as a reader with these settings; it must log no fault and ask for nothing but itself."""
    faults: list[str] = []
    contexts = []

    def open_(file: Path, fragment: str = "", **settings: Any) -> Page:
        context = chromium.new_context(**{"reduced_motion": "reduce", **settings})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("request", lambda request: faults.append(request.url) if request.url != file.as_uri() else None)

        def refuse(dialog: Any) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", refuse)
        page.goto(file.as_uri() + fragment)
        if page.locator("#samples-data").count() and settings.get("java_script_enabled", True):
            page.locator("#samples-view .samples-status").wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def shop(comparison: Comparison) -> Comparison:
    return make_shop(comparison)


@pytest.fixture(scope="session")
def shop_page(shop: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a comparison with something in every part."""
    return write_page(shop, tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def hostile_page(hostile: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a comparison with the worst text in every place."""
    return write_page(hostile, tmp_path_factory.mktemp("hostile"))


def write_page(comparison: Comparison, folder: Path) -> Path:
    page = folder / "report.html"
    page.write_text(render_html(comparison, [])["report.html"], encoding="utf-8")
    return page
