"""The Markdown report."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune_reports.as_markdown import LIMIT, render_markdown
from shoptune_reports.markdown_text import escape

Build = Callable[..., Comparison]


def render(comparison: Comparison, *sections: Section) -> str:
    return render_markdown(comparison, sections)["report.md"]


def as_html(markdown: str) -> BeautifulSoup:
    """As a site renders it that lets HTML through."""
    return BeautifulSoup(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown), "html.parser")


def test_it_says_verdict_figures_gates_regressions_and_cost(comparison: Comparison) -> None:
    text = render(comparison)
    soup = as_html(text)
    assert [h.get_text() for h in soup.find_all(["h1", "h2", "h3"])] == [
        "Field & Hearth descriptions", "Verdict", "Worst regressions", "Gates",
    ]  # fmt: skip
    strong = soup.find("strong")
    assert strong is not None
    assert strong.get_text() == "Ship sft."
    figures, worst, gates = soup.find_all("table")
    assert len(figures.select("tbody tr")) == len(comparison.metrics)
    assert "▲ +0.144" in figures.get_text()
    assert "▼ +4.7\N{NO-BREAK SPACE}pp" in figures.get_text()
    assert len(worst.select("tbody tr")) == 5
    assert [td.get_text() for td in gates.select("tbody td:first-child")] == ["✓ passed", "◆ inconclusive"]
    assert text.rstrip().endswith("132,755 tokens.")


def test_hostile_text_stays_text(hostile: Comparison) -> None:
    text = render(hostile)
    assert len(text) < LIMIT
    soup = as_html(text)
    assert {tag.name for tag in soup.find_all(True)} <= {
        "h1", "h2", "h3", "p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "br", "sub", "em",
    }  # fmt: skip
    widths = {len(row.find_all(["td", "th"])) for row in soup.find_all("table")[1].find_all("tr")}
    assert widths == {6}
    assert "https://" not in text
    assert "@everyone" not in text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_shown_as_it_is(anything: str) -> None:
    soup = as_html(f"| a |\n|---|\n| {escape(anything)} |\n")
    cells = soup.find_all("td")
    # markdown-it replaces NUL, as CommonMark demands.
    shown = cells[0].get_text().replace("\N{ZERO WIDTH SPACE}", "") if cells else ""
    wanted = " ".join(anything.split()).replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\N{ZERO WIDTH SPACE}", "")
    assert " ".join(shown.split()) == " ".join(wanted.split())
    assert [
        tag.name for tag in soup.find_all(True) if tag.name not in ("table", "thead", "tbody", "tr", "th", "td")
    ] == []


@pytest.mark.parametrize("start", ["# x", "- x", "+ x", "1. x", "2) x", "> x", "=== x", "---", "```x", "~~~"])
def test_text_at_the_start_of_a_line_is_no_block(start: str) -> None:
    (paragraph,) = as_html(escape(start)).find_all(True)
    assert (paragraph.name, paragraph.get_text()) == ("p", start)


def test_what_does_not_fit_is_left_out_by_name(comparison: Comparison) -> None:
    text = render(
        comparison, Section(title="Novel", markdown="word " * 20_000), Section(title="Notes", markdown="short")
    )
    assert len(text) < LIMIT
    assert "_Left out, since a comment may not be longer: Novel." in text
    assert "## Notes\n\nshort\n" in text


def test_empty_parts_are_left_out(build: Build, comparison: Comparison) -> None:
    base = [candidate for candidate in comparison.candidates if candidate.name == "base"]
    results = [r for r in comparison.results if r.candidate == "base" and r.slice is None]
    text = render(build(candidates=base, results=results, cost=[], training=[], gates=[], samples=[]))
    assert "**No verdict.**" in text
    assert "Gates" not in text
    assert "Cost" not in text
    assert "regressions" not in text
