"""The samples in a browser: filters, search, sorting, marks, links and keys.  All texts are invented."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from shoptune.comparison import AnswerHighlight, Comparison, SampleAnswer, SampleInfo
from tests.plugins.reports.browser.conftest import Open, write_page
from tests.plugins.reports.conftest import HOSTILE, TASK

SOCK = "\N{SOCKS}"


def mark(text: str, words: str, kind: str, note: str) -> AnswerHighlight:
    start = text.index(words)
    return AnswerHighlight.model_validate(
        {"metric": "claims", "start": start, "end": start + len(words), "kind": kind, "note": note}
    )


def sample(number: int) -> SampleInfo:
    """Base scores 0.5; sft gains with the number, from loss to gain at 25; chrf says the opposite for the last five."""
    name = f"Product {number}"
    base = f"The {name} is made of wool."
    sft = f"{SOCK} The {name} is made of warm wool with 30 % silk."
    rouge, chrf = (number - 25) / 100, (25 - number if number >= 45 else number - 25) / 100
    return SampleInfo(
        task=TASK,
        id=f"p/{number:02d}",
        group=name,
        prompt=f"Describe {name}.",
        references=[f"The {name} is made of soft wool."],
        facts={"name": name, "material": "wool"},
        slices={"category": "Home"},
        answers={
            "base": SampleAnswer(
                text=base,
                finish="stop",
                invalid="no text" if number in (3, 4) else None,
                values={"rouge_l": 0.5, "chrf": 0.5, "copy_rate": 0.5, "words": 6.0},
            ),
            "sft": SampleAnswer(
                text=sft,
                finish="length",
                values={
                    "rouge_l": 0.5 + rouge,
                    "chrf": 0.5 + chrf,
                    "copy_rate": 0.5 - rouge,
                    "words": 11.0 if number != 7 else None,
                },
                highlights=[
                    mark(sft, "wool", "good", "states material: wool"),
                    mark(sft, "30 % silk", "bad", "no fact names silk"),
                ],
            ),
        },
    )


@pytest.fixture(scope="module")
def samples_page(build: Callable[..., Comparison], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty samples of one task."""
    plain = build()
    comparison = build(
        candidates=[candidate for candidate in plain.candidates if candidate.name in ("base", "sft")],
        results=[result for result in plain.results if result.candidate in ("base", "sft")],
        cost=[],
        training=[],
        samples=[sample(number) for number in range(50)],
    )
    return write_page(comparison, tmp_path_factory.mktemp("samples"))


def rows(page: Page) -> Locator:
    return page.locator("#samples details.sample")


def ids(page: Page) -> list[str]:
    return [text.removeprefix("p/") for text in page.locator("#samples summary bdi.muted").all_text_contents()]


def opened(page: Page) -> list[str]:
    return page.locator("#samples details.sample[open] > summary bdi.muted").all_text_contents()


def status(page: Page) -> Locator:
    return page.locator("#samples .samples-status")


def show(page: Page, label: str) -> None:
    page.get_by_role("radio", name=re.compile(label)).check()


def fragment(page: Page) -> str:
    return page.url.partition("#")[2]


def test_only_a_page_of_samples_is_in_the_document(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    expect(status(page)).to_have_text("50 of 50 samples, page 1 of 3")
    assert rows(page).count() == 20
    assert page.locator("#samples .answer").count() == 3  # of the first, which is open
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("button", name="Next page").click()
    assert rows(page).count() == 10
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()


def test_filters_say_how_many_there_are_and_show_them(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    labels = [" ".join(label.split()) for label in page.locator("#samples .filters label").all_text_contents()]
    assert labels == ["All 50", "Improved 24", "Regressed 25", "Metrics disagree 5", "Invalid 2"]
    show(page, "Regressed")
    expect(status(page)).to_have_text("25 of 50 samples, page 1 of 2")
    show(page, "Invalid")
    assert sorted(ids(page)) == ["03", "04"]
    show(page, "disagree")
    assert sorted(ids(page)) == ["45", "46", "47", "48", "49"]


def test_another_metric_filters_otherwise(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    show(page, "Improved")
    page.get_by_label("Metric", exact=True).select_option("chrf")
    expect(status(page)).to_have_text("19 of 50 samples")
    page.get_by_label("Metric", exact=True).select_option("copy_rate")
    page.get_by_label("Sort by").select_option(label="gain against the baseline")
    expect(status(page)).to_have_text("24 of 50 samples, page 1 of 2")
    pill = page.locator("#samples summary", has_text="p/49").locator(".pill")
    assert " ".join(pill.inner_text().split()) == "▲ −24.0 pp better"  # of it less is better


def test_search_finds_words_in_all_texts_in_any_case(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    page.get_by_role("searchbox").fill("SILK describe 41")
    expect(status(page)).to_have_text("1 of 50 samples")
    assert ids(page) == ["41"]
    page.get_by_role("searchbox").fill("porcelain")
    expect(status(page)).to_have_text("0 of 50 samples")
    assert rows(page).count() == 0


def test_samples_are_sorted_by_a_metric_or_by_the_gain(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    sort = page.get_by_label("Sort by")
    sort.select_option(label="gain against the baseline")
    assert ids(page)[:3] == ["49", "48", "47"]
    page.get_by_label("Order", exact=True).select_option("up")
    assert ids(page)[:3] == ["00", "01", "02"]
    sort.select_option(label="words of sft")
    for _ in range(2):
        page.get_by_role("button", name="Next page").click()
    assert ids(page)[-1] == "07"  # what has no value is last, whatever the order


def test_a_view_can_be_shared_by_its_address(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    show(page, "Improved")
    page.get_by_label("Metric", exact=True).select_option("chrf")
    page.get_by_label("Sort by").select_option(label="rouge_l of sft")
    page.get_by_label("Order", exact=True).select_option("up")
    page.get_by_role("searchbox").fill("product")
    page.wait_for_url(re.compile("q=product"))
    shared = fragment(page)
    other = open_page(samples_page, f"#{shared}")
    assert (fragment(other), ids(other)) == (shared, ids(page))
    assert ids(other)[0] == "26"
    expect(other.get_by_role("searchbox")).to_have_value("product")
    expect(other.get_by_role("radio", name=re.compile("Improved"))).to_be_checked()


@pytest.mark.parametrize(
    "strange", ["samples=__proto__&metric=nothing&page=-3&sort=x&way=y", "samples=all&page=1e9", "samples", "sample="]
)
def test_a_strange_address_does_no_harm(open_page: Open, samples_page: Path, strange: str) -> None:
    page = open_page(samples_page, f"#{strange}")
    expect(status(page)).to_contain_text("50 of 50 samples")


def test_a_link_opens_one_sample_wherever_it_is(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    page.locator("#samples details.sample").last.locator("summary").click()
    href = page.locator("#samples details.sample").last.get_by_role("link").get_attribute("href")
    (_, last) = opened(page)
    other = open_page(samples_page, str(href))
    assert last in opened(other)
    deep = open_page(samples_page, f"#sample={TASK}%2Fp%2F24")
    assert "p/24" in opened(deep)
    expect(deep.locator("#samples summary:focus bdi.muted")).to_have_text("p/24")
    none = open_page(samples_page, f"#sample={TASK}/p/99")
    expect(status(none)).to_contain_text(f"Sample {TASK}/p/99 is not on this page")


def test_keys_step_through_the_samples_and_over_pages(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    order = ids(page)
    page.locator("#samples summary").first.focus()
    page.keyboard.press("j")
    assert opened(page) == [f"p/{order[1]}"]
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert opened(page) == [f"p/{order[0]}"]
    for _ in range(20):
        page.keyboard.press("j")
    expect(status(page)).to_have_text("50 of 50 samples, page 2 of 3")
    assert opened(page) == [f"p/{ids(page)[0]}"]
    page.get_by_role("button", name="← Previous", exact=True).click()
    assert opened(page) == [f"p/{order[19]}"]


def test_letters_typed_into_the_search_are_no_keys(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    first = opened(page)
    page.get_by_role("searchbox").press("j")
    assert opened(page) == first


def test_marks_and_differences_leave_the_text_as_it_was(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page, f"#sample={TASK}/p/30")
    answer = page.locator("#samples details[open] .answer", has_text="sft")
    text = answer.locator(".text")
    written = sample(30).answers["sft"].text
    assert (
        text.evaluate(
            "box => { for (const gone of box.querySelectorAll('del')) gone.remove(); return box.textContent }"
        )
        == written
    )
    assert answer.locator("mark.good").all_text_contents() == ["wool"]
    assert answer.locator("mark.bad").all_text_contents() == ["30 % silk"]
    assert answer.locator("mark.bad").get_attribute("title") == "no fact names silk"
    expect(answer.locator(".faults li")).to_have_text(re.compile("30 % silk.*no fact names silk"))
    expect(answer.locator(".tag.warn")).to_have_text("cut off")


def test_words_are_held_against_the_reference_the_baseline_or_nothing(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page, f"#sample={TASK}/p/30")

    def words(tag: str) -> list[str]:
        page.evaluate("for (const row of document.querySelectorAll('details.sample')) row.open = true")
        answer = page.locator("#samples details.sample", has_text="p/30").locator(".answer", has_text="sft")
        answer.wait_for()
        return [word.strip() for word in answer.locator(tag).all_text_contents() if word.strip()]

    assert words("del") == ["soft"]
    assert words("ins")[:2] == [SOCK, "warm"]
    compare = page.get_by_label("Highlight words unlike")
    compare.select_option("baseline")
    page.get_by_role("searchbox").fill("p/30")
    expect(status(page)).to_have_text("1 of 50 samples")
    assert words("del") == []
    assert words("ins")[:2] == [SOCK, "warm"]
    compare.select_option("nothing")
    assert words("ins") == []


def test_facts_are_ticked_for_those_who_state_them(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page, f"#sample={TASK}/p/30")
    table = page.locator("#samples details[open] table.facts").last
    assert [" ".join(row.split()) for row in table.locator("tr").all_inner_texts()] == [
        "fact value sft", "name Product 30 · not stated", "material wool ✓ stated",
    ]  # fmt: skip


def test_hostile_text_stays_text(open_page: Open, hostile_page: Path) -> None:
    page = open_page(hostile_page, viewport={"width": 360, "height": 800})
    page.locator("#samples .steps").wait_for()
    assert page.locator("#samples").locator("script:not(#samples-data), img, iframe").count() == 0
    links = page.locator("#samples a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert {link[:1] for link in links} == {"#"}
    for box in page.locator("#samples .text").all():
        assert box.get_attribute("dir") == "auto"
    text = page.locator("#samples .given .text").first
    assert text.evaluate("box => box.textContent") == HOSTILE
    assert page.locator("#samples").evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_what_was_opened_is_printed_and_no_control(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(opened(page)) == 1
    expect(page.locator("#samples .samples-controls")).to_be_hidden()
    expect(page.locator("#samples .answer").first).to_be_visible()


def test_a_phone_scrolls_down_and_not_sideways(open_page: Open, samples_page: Path) -> None:
    page = open_page(samples_page, viewport={"width": 360, "height": 800})
    page.get_by_role("button", name="Open all").click()
    expect(page.get_by_role("button", name="Close all")).to_be_visible()
    assert page.locator("html").evaluate("html => html.scrollWidth") == 360
