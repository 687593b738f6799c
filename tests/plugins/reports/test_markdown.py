"""The Markdown report."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.deciding.recommend import recommend
from shoptune.prices import Prices
from shoptune.testing.hostile import CONTROLS, everywhere
from shoptune_reports.formats.markdown import LIMIT, render_markdown
from shoptune_reports.text.fit import length
from shoptune_reports.text.markdown import escape
from shoptune_reports.text.plain import one_line
from tests.plugins.reports.hostile import texts

Build = Callable[..., Comparison]

UNSEEN = re.compile("[\u200b\u202a-\u202e\u2066-\u2069]")
"""Signs that nobody sees: the one that `escape` puts in, and those that turn the direction, which it leaves out."""


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
    assert [td.get_text() for td in gates.select("tbody td:first-child")] == ["◆ inconclusive", "✓ passed"]
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
    shown = cells[0].get_text().replace("\N{ZERO WIDTH SPACE}", "") if cells else ""
    wanted = one_line(UNSEEN.sub("", anything))
    assert " ".join(shown.split()) == " ".join(wanted.split())
    assert [
        tag.name for tag in soup.find_all(True) if tag.name not in ("table", "thead", "tbody", "tr", "th", "td")
    ] == []


@pytest.mark.parametrize("start", ["# x", "- x", "+ x", "1. x", "2) x", "> x", "=== x", "---", "```x", "~~~"])
def test_text_at_the_start_of_a_line_is_no_block(start: str) -> None:
    (paragraph,) = as_html(escape(start)).find_all(True)
    assert (paragraph.name, paragraph.get_text()) == ("p", start)


@pytest.mark.parametrize(("each", "said"), [(250.0, "1,500.00"), (0.0005, "0.0030"), (None, "0.00")])
def test_money_is_said_where_there_are_prices(
    build: Build, comparison: Comparison, each: float | None, said: str
) -> None:
    paid = [cost.model_copy(update={"money": each}) for cost in comparison.cost]
    assert render(build(cost=paid, prices=Prices(currency="CHF"))).endswith(
        f" 132,755 tokens; {said}\N{NO-BREAK SPACE}CHF.\n"
    )


def test_doubt_that_a_gate_allows_is_said(build: Build, comparison: Comparison) -> None:
    allowed = comparison.gates[1].model_copy(update={"on_inconclusive": "pass"})
    assert "| ◆ inconclusive, which this gate allows | description: " in render(build(gates=[allowed]))


def test_what_does_not_fit_is_left_out_by_name(comparison: Comparison) -> None:
    text = render(
        comparison, Section(title="Novel", markdown="word " * 20_000), Section(title="Notes", markdown="short")
    )
    assert length(text) <= LIMIT
    assert "_Left out, since a comment may not be longer: Novel." in text
    assert "## Notes\n\nshort\n" in text


def larger(plain: Comparison, times: int, wide: int = 1) -> Comparison:
    """The comparison with many times as many metrics, regressions and gates, and names `wide` times as long."""
    metrics, results, versus = [], [], []
    for number in range(times):
        suffix = f"_{number}" * wide
        metrics += [m.model_copy(update={"name": m.name + suffix}) for m in plain.metrics]
        results += [r.model_copy(update={"metric": r.metric + suffix}) for r in plain.results]
        versus += [v.model_copy(update={"metric": v.metric + suffix}) for v in plain.versus]
    failed = [g.model_copy(update={"outcome": "failed", "saw": f"gate {n}"}) for n, g in enumerate(plain.gates * times)]
    return plain.model_copy(
        update={"metrics": metrics, "results": results, "versus": versus, "gates": failed[:-1] + plain.gates[:1]}
    )


def test_a_large_experiment_is_cut_between_rows(comparison: Comparison) -> None:
    plain = larger(comparison, 60)
    text = render(plain)
    assert LIMIT - 2000 < length(text) <= LIMIT
    figures, worst, gates = as_html(text).find_all("table")
    assert len(worst.select("tbody tr")) == 5
    shown, asked = len(figures.select("tbody tr")), len(gates.select("tbody tr"))
    assert f"_{len(plain.metrics) - shown} of {len(plain.metrics)} left out here._" in text
    assert {len(row.find_all(["td", "th"])) for row in figures.find_all("tr")} == {len(plain.candidates) + 1}
    assert asked == len(plain.gates)
    assert [row.td.get_text() for row in gates.select("tbody tr") if row.td][-1] == "✓ passed"
    assert "**Data:**" in text
    assert "**Cost:**" in text


@pytest.mark.parametrize(("tasks", "wide"), [(40, 1), (3, 4000)])
def test_no_experiment_is_too_large(comparison: Comparison, tasks: int, wide: int) -> None:
    one = larger(comparison, 1, wide)
    names = [f"task_{number}" for number in range(tasks)]
    many = one.model_copy(
        update={
            "tasks": [one.tasks[0].model_copy(update={"name": name}) for name in names],
            "metrics": [m.model_copy(update={"task": name}) for name in names for m in one.metrics],
            "results": [r.model_copy(update={"task": name}) for name in names for r in one.results],
            "versus": [v.model_copy(update={"task": name}) for name in names for v in one.versus],
        }
    )
    text = render(many.model_copy(update={"recommendation": recommend(many, many.gates)}))
    assert length(text) <= LIMIT
    assert text.startswith("# Field &amp; Hearth descriptions\n\n## Verdict\n\n**Ship sft.** All ")
    assert "\n## Verdict of task\\_0\n" in text
    assert "## Gates" in text
    if tasks == 40:
        assert "and more. The HTML report has it all._" in text


def test_control_characters_in_names_stay_in_their_cells(comparison: Comparison) -> None:
    soup = as_html(render(everywhere(comparison, CONTROLS)))
    figures, worst, gates = soup.find_all("table")
    assert len(figures.select("tbody tr")) == len(comparison.metrics)
    assert {len(row.find_all(["td", "th"])) for row in figures.find_all("tr")} == {len(comparison.candidates) + 1}
    assert len(worst.select("tbody tr")) == 5
    assert len(gates.select("tbody tr")) == 2
    assert not re.search("[\u202a-\u202e\0\x1b]", soup.get_text())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_name_leaves_the_tables_whole(comparison: Comparison, text: str) -> None:
    written = render(everywhere(comparison, text))
    assert length(written) <= LIMIT
    for table in as_html(written).find_all("table"):
        assert len({len(row.find_all(["td", "th"])) for row in table.find_all("tr")}) == 1


def test_empty_parts_are_left_out(build: Build, comparison: Comparison) -> None:
    base = [candidate for candidate in comparison.candidates if candidate.name == "base"]
    results = [r for r in comparison.results if r.candidate == "base" and r.slice is None]
    text = render(build(candidates=base, results=results, cost=[], training=[], gates=[], samples=[]))
    assert "**No verdict.**" in text
    assert "Gates" not in text
    assert "Cost" not in text
    assert "regressions" not in text
