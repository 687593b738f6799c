"""Pictures of a report, to be looked at: each of its sections on a desktop, on a phone and in the dark.

python -m tests.plugins.reports.screenshots reports/example/report.html build/screenshots
"""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

SETTINGS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2},
}


def shoot(browser: Browser, report: Path, folder: Path) -> None:
    """Write SETTING-top.png and SETTING-SECTION.png for all settings and sections."""
    for setting, settings in SETTINGS.items():
        page = browser.new_page(reduced_motion="reduce", **settings)
        page.goto(report.absolute().as_uri())
        page.wait_for_timeout(1000)
        page.screenshot(path=folder / f"{setting}-top.png")
        page.evaluate("document.querySelector('nav').style.position = 'static'")  # or it covers a section's middle
        for section in page.locator("main > section[id]").all():
            section.screenshot(path=folder / f"{setting}-{section.get_attribute('id')}.png")
        page.close()


def main() -> None:
    """Take the pictures."""
    parser = ArgumentParser(description="Pictures of a report: desktop, dark, phone.")
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shoot(browser, asked.report, asked.folder)
        browser.close()


if __name__ == "__main__":
    main()
