"""The HTML report."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from importlib import resources

import pytest
from bs4 import BeautifulSoup, Tag

from shoptune.comparison import Comparison, PromptSensitivity
from shoptune.components import Section
from shoptune_reports.formats.html import render_html

Build = Callable[..., Comparison]


def page(comparison: Comparison, *sections: Section) -> BeautifulSoup:
    soup = BeautifulSoup(render_html(comparison, sections)["report.html"], "html.parser")
    for place in soup.select("wbr"):
        place.decompose()
    soup.smooth()
    return soup


@pytest.fixture(scope="module")
def soup(comparison: Comparison) -> BeautifulSoup:
    """The page of the realistic comparison; tests only read it."""
    return page(comparison)


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


def text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def assert_harmless(soup: BeautifulSoup) -> None:
    """Nothing in the page runs, loads or leads anywhere but the page itself."""
    assert not soup.find_all(
        ["img", "iframe", "object", "embed", "link", "base", "form", "input", "textarea", "audio", "video"]
    )
    for tag in soup.find_all(True):
        for name, given in tag.attrs.items():
            assert not name.startswith("on"), f"{tag.name} has {name}"
            assert name not in ("src", "srcset", "style", "action", "formaction", "xlink:href")
            if name == "href":
                assert str(given).startswith("#")
    rules = dict(rule.split(" ", 1) for rule in str(one(soup, "meta[http-equiv]")["content"]).split("; "))
    assert rules["default-src"] == "'none'"
    assert not re.search("unsafe|http|data:|blob:|[*]", " ".join(rules.values()))
    for tag in soup.select("style, script:not([type])"):
        digest = base64.b64encode(hashlib.sha256((tag.string or "").encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules[f"{tag.name}-src"]


def test_the_page_is_whole_and_points_nowhere(soup: BeautifulSoup) -> None:
    assert_harmless(soup)


def test_hostile_text_stays_text(hostile: Comparison) -> None:
    evil = hostile.samples[0].prompt
    soup = page(hostile, Section(title=evil, markdown=evil))
    assert_harmless(soup)
    assert one(soup, "h1").get_text() == evil
    assert "{{ 7 * 7 }}" in text(one(soup, "#provenance"))


def test_the_verdict_comes_first(soup: BeautifulSoup) -> None:
    assert text(one(soup, "main > section:first-child .headline")) == "Ship sft."
    assert len(soup.select("#verdict .tiles li")) == 4
    assert "template, which is no model at all, is ahead of sft" in text(one(soup, ".cautions"))


def test_the_table_says_value_interval_difference_verdict_and_direction(
    comparison: Comparison, soup: BeautifulSoup
) -> None:
    table = one(soup, "table.comparison")
    assert [text(th) for th in table.select("thead th")] == [
        "Metric",
        "template",
        "base baseline",
        "few_shot",
        "sft",
        "dpo",
    ]
    rows = {text(row.select("th")[0]).split()[0]: row for row in table.select("tbody tr[id]")}
    assert sorted(rows) == sorted(metric.name for metric in comparison.metrics)
    assert text(rows["rouge_l"].select("td")[3]) == "0.313 [0.291, 0.335] ▲ +0.144 better [+0.122, +0.166]"
    assert "▼ +4.7 pp worse" in text(rows["copy_rate"].select("td")[2])
    assert "◆ −0.2 inconclusive" in text(rows["unsupported_claims"].select("td")[3])
    assert "lower is better" in text(rows["copy_rate"])
    assert "describes, no verdict" in text(rows["words"])
    assert "Holm" in text(one(soup, "#comparison"))


def test_likeness_to_the_reference_stands_beside_faithfulness(soup: BeautifulSoup) -> None:
    groups = [
        [text(row.select("th")[0]).split(" ")[0] for row in body.select("tr")]
        for body in soup.select("table.comparison tbody")
    ]
    assert groups == [
        ["Likeness", "rouge_l", "rouge_1", "chrf"],
        ["Faithfulness", "attribute_coverage", "unsupported_claims"],
        ["Form", "limits", "invalid_share", "words"],
        ["Originality", "copy_rate", "distinct_2"],
    ]
    tiles = [text(one(tile, ".tile-name")) for tile in soup.select("#verdict .tiles li")]
    assert tiles[:2] == ["Likeness to the reference", "Faithfulness to the facts"]


def test_what_an_engineer_asks_next_is_folded_away(soup: BeautifulSoup) -> None:
    table = one(soup, "#comparison details table")
    rows = [[text(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert ["rouge_l", "sft", "48", "0", "38", "10", "0", "0.001", "0.01", "0.031"] in rows
    assert ["rouge_l", "base", "48", "0", "–", "–", "–", "–", "–", "–"] in rows


def test_the_spread_over_prompts_is_shown(build: Build, comparison: Comparison) -> None:
    spread = PromptSensitivity(prompts=3, lowest=0.29, highest=0.33, deviation=0.02)
    results = [
        r.model_copy(update={"prompt_sensitivity": spread})
        if (r.metric, r.candidate, r.slice) == ("chrf", "sft", None)
        else r
        for r in comparison.results
    ]
    assert "over 3 prompts: 0.290 to 0.330 (sd 0.020)" in text(one(page(build(results=results)), "#comparison"))


def test_every_forest_plot_has_its_figures_and_says_them(soup: BeautifulSoup) -> None:
    data = json.loads(one(soup, "#page-data").string or "")
    drawn = soup.select("figure[data-chart=forest]")
    assert [figure["data-metric"] for figure in drawn] == [
        "rouge_l", "rouge_1", "chrf", "attribute_coverage", "unsupported_claims", "limits", "invalid_share",
        "copy_rate",
    ]  # fmt: skip
    label = str(drawn[0]["data-label"])
    assert label.startswith("rouge_l, difference to base: template +0.052 [")
    assert "sft +0.144 [+0.122, +0.166] better; dpo" in label
    assert set(data["forests"]["description"]) == {figure["data-metric"] for figure in drawn}


def test_links_lead_to_a_row(soup: BeautifulSoup) -> None:
    for id_, said in (
        ("metric.description.chrf", "chrf Character n-grams"),
        ("slice.description.category.Lighting.limits.sft", "category: Lighting limits"),
    ):
        row = one(soup, f"tr[id='{id_}']")
        assert text(row).startswith(said)
        assert one(row, "a")["href"] == f"#{id_}"


def test_it_can_be_read_without_eyes(soup: BeautifulSoup) -> None:
    assert_readable_without_eyes(soup)
    assert one(soup, "a.skip")["href"] == "#verdict"


def assert_readable_without_eyes(soup: BeautifulSoup) -> None:
    """Landmarks, captions, labels and headings are there, and links lead somewhere."""
    assert one(soup, "html")["lang"] == "en"
    assert soup.select("main")
    for table in soup.select("table"):
        assert table.caption is not None
        assert all(th.get("scope") in ("row", "col", "rowgroup") for th in table.select("th"))
    for region in soup.select("[role=region]"):
        assert region.get("aria-label")
        assert region.get("tabindex") == "0"
    for chart in soup.select("figure[data-chart]"):
        assert chart.has_attr("data-label")
        assert chart.figcaption is not None
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in soup.select("a")} <= set(ids)
    levels = [int(h.name[1]) for h in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_enough_contrast(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    css = asset("base.css")
    pairs_of = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", css))
    colours = {name: both.split(", ")[scheme == "dark"] for name, both in pairs_of.items()}
    pairs = [(ink, paper) for ink in ("ink", "muted", "accent", "good", "bad", "even") for paper in ("paper", "card")]
    pairs += [
        ("good", "good-paper"),
        ("bad", "bad-paper"),
        ("even", "even-paper"),
        ("ink", "even-paper"),
        ("muted", "even-paper"),
    ]
    for ink, paper in pairs:
        assert contrast(colours[ink], colours[paper]) >= 4.5, f"{ink} on {paper}, {scheme}"
    for number in range(4):  # 1.4.11: what a chart is drawn with, 3 to 1
        assert contrast(colours[f"line-{number}"], colours["card"]) >= 3


def asset(name: str) -> str:
    return resources.files("shoptune_reports").joinpath("assets", name).read_text(encoding="utf-8")


def contrast(one_: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one_), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_training_is_told_whatever_it_holds(soup: BeautifulSoup) -> None:
    training = one(soup, "#training")
    told = text(training)
    for part in ("fully masked 2", "share of tokens masked 0.412", "p99 231", "trained yes", "step"):
        assert part in told
    assert len(training.select("figure[data-chart=loss]")) == 2
    cost = text(one(soup, "#cost"))
    assert "4 min 12 s" in cost
    assert "1.2 GiB" in cost


def test_sections_of_plugins_are_rendered_without_links_images_or_html(comparison: Comparison) -> None:
    markdown = "Some *words*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b>x</b> [y](http://y.example) ![z](http://z.example/z.png)"
    section = one(page(comparison, Section(title="Notes", markdown=markdown)), "#section-1")
    assert text(one(section, "em")) == "words"
    assert [text(td) for td in section.select("td")] == ["1", "2"]
    assert not section.select("p a, img, b")


def test_empty_parts_leave_no_empty_headings(build: Build, comparison: Comparison) -> None:
    base = [candidate for candidate in comparison.candidates if candidate.name == "base"]
    bare = build(
        candidates=base,
        results=[r for r in comparison.results if r.candidate == "base" and r.slice is None],
        cost=[], training=[], gates=[], samples=[],
    )  # fmt: skip
    soup = page(bare)
    assert_harmless(soup)
    assert text(one(soup, ".headline")) == "No verdict."
    assert text(one(soup, ".reason")) == "base is the only candidate, and there is nothing to hold against it."
    assert [h.get_text() for h in soup.select("h2")] == ["Verdict", "Comparison", "Data", "Provenance"]


def test_a_metric_without_values_shows_a_dash(build: Build, comparison: Comparison) -> None:
    results = [
        r.model_copy(
            update={
                "value": None,
                "interval": None,
                "difference": None,
                "difference_interval": None,
                "verdict": None,
                "n": 0,
            }
        )
        if r.metric == "chrf"
        else r
        for r in comparison.results
        if r.metric != "limits"
    ]
    rows = {
        text(row.select("th")[0]).split()[0]: row
        for row in page(build(results=results)).select("table.comparison tbody tr")
    }
    assert {text(td) for td in rows["chrf"].select("td")} == {"– applies to no sample"}
    assert {text(td) for td in rows["limits"].select("td")} == {"–"}


def test_two_tasks_get_a_verdict_and_a_table_each(build: Build, comparison: Comparison) -> None:
    task, other = comparison.tasks[0], comparison.tasks[0].model_copy(update={"name": "title"})
    soup = page(
        build(
            tasks=[task, other],
            metrics=[*comparison.metrics, *(m.model_copy(update={"task": "title"}) for m in comparison.metrics)],
            results=[*comparison.results, *(r.model_copy(update={"task": "title"}) for r in comparison.results)],
            versus=[*comparison.versus, *(v.model_copy(update={"task": "title"}) for v in comparison.versus)],
        )
    )
    assert [text(p) for p in soup.select(".verdict .kicker")] == [
        "Verdict for all tasks",
        "Verdict for description",
        "Verdict for title",
    ]
    assert len(soup.select("table.comparison")) == 2
    assert [text(h) for h in soup.select("#comparison h3")] == ["description", "title"]
    assert_readable_without_eyes(soup)
