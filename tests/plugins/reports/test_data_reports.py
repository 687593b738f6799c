"""Data reports as HTML, Markdown and JSON, alone and as a part of the comparison's report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt

from shoptune.comparison import Comparison
from shoptune.data_report import DataReport, PersonalDataReport
from shoptune_reports.formats.html import render_data_html, render_html
from shoptune_reports.formats.json import render_data_json
from shoptune_reports.formats.markdown import LIMIT, render_data_markdown, render_markdown
from shoptune_reports.plugin import register_report_formats
from tests.plugins.reports.conftest import HOSTILE
from tests.plugins.reports.data_reports import NO_LEAKAGE, bare_data, hostile_data, make_data, make_table
from tests.plugins.reports.test_html import assert_harmless, assert_readable_without_eyes

Build = Callable[..., Comparison]


def page(**reports: DataReport) -> BeautifulSoup:
    return BeautifulSoup(render_data_html("Field & Hearth", reports)["data.html"], "html.parser")


def text(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def headings(tag: Tag) -> list[str]:
    """The headings without the explanation that stands beside some of them."""
    return [next(h.stripped_strings) for h in tag.select("h4")]


def test_every_format_shows_data_reports() -> None:
    files = [
        file
        for kind in register_report_formats()
        if kind.render_data
        for file in kind.render_data("x", {"t": make_data()})
    ]
    assert files == ["data.html", "data.md", "data.json"]


# --- HTML ------------------------------------------------------------------------------------------------------------


def test_the_page_is_whole_and_points_nowhere() -> None:
    html = render_data_html("x", {"description": make_data()})["data.html"]
    assert_harmless(BeautifulSoup(html, "html.parser"))
    assert_readable_without_eyes(BeautifulSoup(html, "html.parser"))


def test_all_there_is_to_say_is_said_in_order() -> None:
    soup = page(description=make_data())
    products, orders, outcome = soup.select("article.sheet")
    assert text(soup.select_one("p.reason")).startswith("250 products to learn from, 57 held out;")
    assert headings(products) == [
        "Rows that are not wanted", "Rows that can't be used", "Fields", "Languages", "Personal data",
        "Worth a look",
    ]  # fmt: skip
    assert headings(outcome) == [
        "Records that became no example", "Duplicates", "Leakage", "Preference pairs", "Pairs refused", "Weights",
        "orders", "sales as weights", "Tokens", "Canaries",
    ]  # fmt: skip
    for part in (
        "products_1.csv, products_2.csv, products_3.csv, products_4.csv · read by the adapter shopify_products",
        "records 1,342 products 345 rows not wanted 12 rows that can't be used 3",
        "2 price is no amount products_1.csv:118: found 'abc'; write an amount such as 12.50 1 more products_4.csv:7",
        "description > 99 % 61 18 to 148 2,004",
        "gtin < 1 %",
        "10 attributes",
        "of 1,000 records looked at",
        "English 94 % 941 German 5 % 52 too little text to tell 1 % 6 cy < 1 % 1",
        "Masked in texts: 3 email addresses, 1 phone number. None of it was stored.",
        "products_2.csv:19 description has 2,004 words (half have at most 61); name holds 2 HTML tags or entities",
    ):
        assert part in text(products)
    assert "Fields dropped: email (611), billing_name (598). None of it was stored." in text(orders).replace(" )", ")")
    for part in (
        "Split by product: all that belongs to one product stands in one part.",
        "train to learn from 250 250 287 validation to choose settings by 29 29 33 test held out for the test 57 57 60",
        "3 product without a description products_1.csv:7: Heath Trowel",
        "4 word for word, 3 nearly so; at most 3 are alike. Those that are alike count as one group.",
        "products_1.csv:4 ~ products_3.csv:19",
        "left out 3 examples and 4 pairs left out since they repeat held-out ones: 2 word for word, 1 nearly so",
        "A/B test 287 kept synthetic: changed fact 61 kept synthetic: broken markup 32 kept",
        "25 not enough evidence tests.csv:267: A is better with probability 0.602",
        "examples weighted 240 of these not learnt from (weight 0) 12 median 0.96 5 to 95 % 0.64 to 1.46 largest 1.5",
        "lines 1,204 matched by SKU 1,160 matched by name 8 match rate in % 97",
        "8 examples to learn from carry a planted string",
    ):
        assert part in text(outcome)


def test_bars_are_as_long_as_what_they_show() -> None:
    products = page(description=make_data()).select("article.sheet")[0]
    bars = {
        text(row.th): row.select("rect")[1]["width"]
        for row in products.select("table.fields tbody tr")
        if row.select("rect")
    }
    assert (bars["name"], bars["description"], bars["gtin"]) == ("100.0", "99.8", "0.2")
    assert bars["color"] == "89.4"


def test_nothing_is_shown_where_there_is_nothing_to_say() -> None:
    nothing_masked = PersonalDataReport(masked={"address": 0})
    soup = page(description=bare_data(tables={"products": make_table(personal_data=nothing_masked)}))
    products, outcome = soup.select("article.sheet")
    assert headings(products) == ["Fields"]
    assert [text(li) for li in products.select(".tiles li")] == ["records 336"]
    assert headings(outcome) == ["Leakage"]
    assert "None found" in text(outcome)
    assert "Preference pairs" not in text(outcome)


def test_what_was_kept_although_it_leaks_is_a_warning() -> None:
    kept = NO_LEAKAGE.model_copy(update={"action": "keep", "by_id": 2})
    soup = page(description=bare_data(leakage=kept))
    assert text(soup.select_one(".pill.worse")) == "▼ kept"
    assert "2 of the same product. A model that learns them by heart looks better than it is." in text(soup.main)


def test_tasks_have_a_heading_each() -> None:
    soup = page(description=make_data(), title=bare_data())
    assert [text(h) for h in soup.select("h2")] == ["Data of description", "Data of title"]
    assert [str(a["href"]) for a in soup.select("nav a")] == ["#task-1", "#task-2"]
    assert_readable_without_eyes(soup)


def test_the_comparisons_page_folds_the_data_under_one_sentence(comparison: Comparison, build: Build) -> None:
    soup = BeautifulSoup(render_html(comparison, [])["report.html"], "html.parser")
    folded = soup.select("#data > details")
    assert [text(d.summary) for d in folded] == [text(page(d=make_data()).select_one("p.reason"))]
    assert not folded[0].has_attr("open")
    assert len(folded[0].select("article.sheet")) == 3
    sections = [str(s.get("id")) for s in soup.select("main > section")]
    assert sections.index("data") == sections.index("training") - 1
    two = [comparison.tasks[0], comparison.tasks[0].model_copy(update={"name": "title", "data": bare_data()})]
    soup = BeautifulSoup(render_html(build(tasks=two), [])["report.html"], "html.parser")
    assert [text(d.summary).partition(":")[0] for d in soup.select("#data > details")] == ["description", "title"]


def test_hostile_text_stays_text() -> None:
    soup = page(**{HOSTILE: hostile_data(HOSTILE)})
    assert_harmless(soup)
    table, outcome = soup.select("article.sheet")
    shown = [
        table.h3, table.select("th.text")[0], table.select("code")[0], table.select("table.fields tbody th")[0],
        outcome.select(".shares span")[0], outcome.select(".notes h4")[1], outcome.select(".notes dd span")[0],
    ]  # fmt: skip
    for tag in shown:
        assert tag is not None
        assert tag.get_text().split() == HOSTILE.split()


# --- Markdown --------------------------------------------------------------------------------------------------------


def as_html(markdown: str) -> BeautifulSoup:
    return BeautifulSoup(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown), "html.parser")


def test_markdown_has_the_sentence_what_is_wrong_and_a_table_of_tables() -> None:
    soup = as_html(render_data_markdown("Field & Hearth", {"description": make_data()})["data.md"])
    assert [text(h) for h in soup.select("h1, h2")] == ["Data of Field & Hearth", "description"]
    assert text(soup.p).startswith("250 products to learn from")
    bad, leaks = (text(li).replace("\N{ZERO WIDTH SPACE}", "") for li in soup.select("li"))
    assert bad.startswith("⚠ 3 rows of products can't be used: price is no amount (2, first: products_1.csv:118: found")
    assert leaks.startswith("⚠ 3 examples and 4 pairs left out since they repeat held-out ones: products_1.csv:9")
    assert [[text(td) for td in row.select("td")] for row in soup.select("tbody tr")] == [
        ["products", "products_1.csv, products_2.csv, products_3.csv and 1 more", "1,342", "345 products", "12", "3"],
        ["orders", "orders.csv", "1,204", "611 orders", "39", "0"],
    ]


def test_the_comparisons_markdown_has_a_paragraph(comparison: Comparison, build: Build) -> None:
    soup = as_html(render_markdown(comparison, [])["report.md"])
    paragraph = next(p for p in soup.select("p") if text(p).startswith("Data:"))
    assert "250 products to learn from" in text(paragraph)
    bare = build(tasks=[comparison.tasks[0].model_copy(update={"data": bare_data()})])
    written = render_markdown(bare, [])["report.md"]
    assert "**Data:** 250 products to learn from, 57 held out; no leakage.\n" in written
    assert "can't be used" not in written


def test_hostile_text_stays_text_in_markdown() -> None:
    written = render_data_markdown(HOSTILE, {HOSTILE: hostile_data(HOSTILE)})["data.md"]
    assert len(written) < LIMIT
    soup = as_html(written)
    assert {tag.name for tag in soup.find_all(True)} <= {
        "h1", "h2", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert {len(row.find_all(["td", "th"])) for row in soup.find_all("tr")} == {6}
    assert not re.search(r"https://|@everyone", written)


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", [make_data(), bare_data(), hostile_data(HOSTILE)])
def test_json_reads_back_equal(report: DataReport) -> None:
    written = render_data_json("x", {"description": report})["data.json"]
    assert written.endswith("}\n")
    assert {task: DataReport.model_validate(of) for task, of in json.loads(written).items()} == {"description": report}
