"""Which samples a page holds, and the pack that its scripts read.  All texts are invented."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparison import AnswerHighlight, Comparison, SampleAnswer, SampleInfo
from shoptune.task_results import task_results
from shoptune_reports.formats.html import render_html
from shoptune_reports.html import samples as sample_data
from shoptune_reports.html.sample_selection import rank, select
from shoptune_reports.html.samples import LARGEST_PACK, MOST_SAMPLES, PageSamples, page_samples
from tests.plugins.reports.conftest import HOSTILE, TASK

Build = Callable[..., Comparison]


def chosen(comparison: Comparison, candidate: str, limit: int, seed: int = 7) -> list[tuple[str, str]]:
    shown = select(rank(task_results(comparison)[0], comparison.samples, candidate, seed), limit)
    return [(each.why, each.sample.id) for each in shown]


def page_of(comparison: Comparison, candidate: str = "sft") -> PageSamples:
    featured = [(task, candidate) for task in task_results(comparison)]
    return page_samples(featured, comparison.samples, seed=7)


def unpacked(page: PageSamples) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(page.pack, validate=True)))


def with_answers(sample: SampleInfo, **answers: SampleAnswer) -> SampleInfo:
    return sample.model_copy(update={"answers": sample.answers | answers})


def answer(text: str, *, highlights: tuple[AnswerHighlight, ...] = (), invalid: str | None = None) -> SampleAnswer:
    return SampleAnswer(text=text, finish="stop", highlights=list(highlights), invalid=invalid)


def good(start: int, end: int, note: str) -> AnswerHighlight:
    return AnswerHighlight(metric="attribute_coverage", start=start, end=end, kind="good", note=note)


# --- which ------------------------------------------------------------------------------------------------------------


def test_the_biggest_gains_and_losses_come_first_and_others_fill_up(comparison: Comparison) -> None:
    shown = chosen(comparison, "sft", 10)
    # By construction sft gains with the product's number, and loses on the first two.
    assert shown[:4] == [("gain", "p011"), ("gain", "p010"), ("loss", "p000"), ("loss", "p001")]
    assert [why for why, _ in shown[4:]] == ["random"] * 6


@pytest.mark.parametrize("limit", [1, 5, 12, 60])
def test_no_sample_is_shown_twice_nor_more_than_asked_for(comparison: Comparison, limit: int) -> None:
    ids = [id_ for _, id_ in chosen(comparison, "sft", limit)]
    assert len(ids) == len(set(ids)) == min(limit, 12)


def test_random_samples_depend_on_the_seed_alone(comparison: Comparison, build: Build) -> None:
    orders = {seed: chosen(comparison, "base", 12, seed) for seed in (1, 2)}
    assert orders[1] == chosen(build(samples=comparison.samples[::-1]), "base", 12, 1)
    assert orders[1] != orders[2]


def test_a_metric_where_less_is_better_counts_the_other_way(build: Build, comparison: Comparison) -> None:
    rouge = next(m for m in comparison.metrics if m.name == "rouge_l")
    flipped = build(metrics=[rouge.model_copy(update={"higher_is_better": False})])
    assert chosen(flipped, "sft", 5)[0] == ("gain", "p000")


def test_invalid_answers_are_shown_and_the_candidates_own_before_others(build: Build, comparison: Comparison) -> None:
    broken = answer("", invalid="empty")
    samples = [
        with_answers(s, dpo=broken) if s.id == "p005" else with_answers(s, sft=broken) if s.id == "p006" else s
        for s in comparison.samples
    ]
    shown = chosen(build(samples=samples), "sft", 10)
    assert [id_ for why, id_ in shown if why == "invalid"] == ["p006", "p005"]


def test_metrics_disagree_where_both_have_moved_far(build: Build, comparison: Comparison) -> None:
    moved = {"p004": (0.3, -0.3), "p005": (0.5, -0.01), "p006": (0.0, 0.0)}
    samples = [
        s.model_copy(
            update={
                "answers": {
                    name: SampleAnswer(text="", finish="stop", values={"rouge_l": 0.5 + up, "chrf": 0.5 + down})
                    for name, (up, down) in {"base": (0.0, 0.0), "sft": moved[s.id]}.items()
                }
            }
        )
        for s in comparison.samples
        if s.id in moved
    ]
    ranking = rank(task_results(comparison)[0], samples, "sft", seed=7)
    assert [samples[index].id for index in ranking.orders["disagreement"]] == ["p004", "p005"]


# --- the pack ---------------------------------------------------------------------------------------------------------


def test_the_pack_holds_what_the_page_shows(comparison: Comparison) -> None:
    (task,) = unpacked(page_of(comparison))
    assert (task["name"], task["baseline"], task["featured"]) == (TASK, "base", "sft")
    assert task["candidates"] == [candidate.name for candidate in comparison.candidates]
    assert [(m["name"], m["up"], m["format"]) for m in task["metrics"]] == [
        ("rouge_l", True, "score"), ("chrf", True, "score"), ("attribute_coverage", True, "share"),
    ]  # fmt: skip
    (sample,) = (s for s in task["samples"] if s["id"] == "p011")
    original = comparison.samples[11]
    assert (sample["prompt"], sample["references"]) == (original.prompt, original.references)
    assert [fact[:2] for fact in sample["facts"]] == [list(fact) for fact in original.facts.items()]
    assert sample["slices"] == [["category", "Home"]]
    base = sample["answers"][task["candidates"].index("base")]
    assert (base["text"], base["cut"], base["invalid"]) == (original.answers["base"].text, True, None)
    assert base["values"] == [0.15, 0.24, None]


def test_a_candidate_without_an_answer_is_null(build: Build, comparison: Comparison) -> None:
    sample = comparison.samples[0]
    alone = sample.model_copy(update={"answers": {"base": sample.answers["base"]}})
    (task,) = unpacked(page_of(build(samples=[alone])))
    assert [a is None for a in task["samples"][0]["answers"]] == [True, False, True, True, True]


def test_facts_are_ticked_for_those_whose_words_state_them(build: Build, comparison: Comparison) -> None:
    states = good(0, 6, "states outer material: Waxed cotton")
    claims = AnswerHighlight(metric="unsupported_claims", start=0, end=6, kind="bad", note="states color: red")
    sample = with_answers(
        comparison.samples[0], sft=answer("Cotton", highlights=(states,)), dpo=answer("Red", highlights=(claims,))
    )
    sample = sample.model_copy(update={"facts": {"outer_material": "Waxed cotton", "color": "Moss"}})
    (task,) = unpacked(page_of(build(samples=[sample])))
    ticked = {name: [task["candidates"][index] for index in by] for name, _, by in task["samples"][0]["facts"]}
    assert ticked == {"outer_material": ["sft"], "color": []}


@given(before=st.text(max_size=20), marked=st.text(min_size=1, max_size=20), after=st.text(max_size=20))
def test_marks_are_counted_as_javascript_counts(before: str, marked: str, after: str) -> None:
    text = before + marked + after
    ((start, end, is_good, note),) = sample_data._marks(text, [good(len(before), len(before + marked), "states it")])
    units = text.encode("utf-16-le")
    assert units[2 * start : 2 * end].decode("utf-16-le") == marked
    assert (is_good, note) == (True, "states it")


def test_half_a_surrogate_pair_does_not_stop_the_page(comparison: Comparison) -> None:
    broken = comparison.samples[0].model_copy(update={"prompt": "half \ud83e of a sock"})
    (task,) = unpacked(page_of(comparison.model_copy(update={"samples": [broken]})))
    assert task["samples"][0]["prompt"] == "half ? of a sock"


def test_the_same_comparison_gives_the_same_pack(comparison: Comparison) -> None:
    assert page_of(comparison).pack == page_of(comparison).pack


def test_a_page_holds_a_stated_selection_of_many_samples(build: Build, comparison: Comparison) -> None:
    many = [
        sample.model_copy(update={"id": f"{sample.id}-{copy}"}) for copy in range(60) for sample in comparison.samples
    ]
    page = page_of(build(samples=many))
    (stated,) = page.tasks
    (task,) = unpacked(page)
    assert (stated.shown, stated.total) == (MOST_SAMPLES, 720)
    assert len(task["samples"]) == MOST_SAMPLES
    assert stated.reasons["gain"] == stated.reasons["loss"] == MOST_SAMPLES // 5


def test_long_texts_make_the_selection_smaller_rather_than_the_page_larger(
    build: Build, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LARGEST_PACK < 1_400_000
    monkeypatch.setattr(sample_data, "LARGEST_PACK", 60_000)
    noise = random.Random(1)
    many = [
        sample.model_copy(update={"id": f"{sample.id}-{copy}", "prompt": noise.randbytes(200).hex()})
        for copy in range(40)
        for sample in comparison.samples
    ]
    page = page_of(build(samples=many))
    assert 40_000 < len(page.pack) <= 60_000
    assert 50 < page.tasks[0].shown == len(unpacked(page)[0]["samples"]) < 480


def test_tasks_share_the_page_and_those_without_samples_are_left_out(build: Build, comparison: Comparison) -> None:
    names = (TASK, "title", "bullets")
    many = build(
        tasks=[comparison.tasks[0].model_copy(update={"name": name}) for name in names],
        samples=[
            sample.model_copy(update={"task": name, "id": f"{sample.id}-{copy}"})
            for name in names[:2]
            for copy in range(30)
            for sample in comparison.samples
        ],
    )
    assert [(task.task.name, task.shown) for task in page_of(many).tasks] == [(TASK, 250), ("title", 250)]


# --- the page ---------------------------------------------------------------------------------------------------------


def section_of(comparison: Comparison) -> Any:
    return BeautifulSoup(render_html(comparison, [])["report.html"], "html.parser").select_one("#samples")


def test_the_page_says_what_it_holds_and_where_the_rest_is(build: Build, comparison: Comparison) -> None:
    assert "All 12 samples; those on which sft gained or lost most against base come first." in words(comparison)
    many = [
        sample.model_copy(update={"id": f"{sample.id}-{copy}"}) for copy in range(60) for sample in comparison.samples
    ]
    told = words(build(samples=many))
    assert "500 of 720 samples, selected for sft: 100 on which it gained most against base, 100 on which" in told
    assert "at random (seed 7)" in told
    assert "samples.jsonl" in told


def words(comparison: Comparison) -> str:
    return " ".join(section_of(comparison).get_text().split())


def test_without_javascript_the_page_says_where_the_samples_are(comparison: Comparison) -> None:
    assert "samples.jsonl" in section_of(comparison).select_one("noscript").get_text()


def test_hostile_text_is_in_the_pack_and_nowhere_else_in_the_section(hostile: Comparison, build: Build) -> None:
    evil = hostile.samples[0].model_copy(update={"id": HOSTILE, "prompt": HOSTILE})
    section = section_of(build(samples=[evil]))
    assert section.select_one("#samples-data").string.isascii()
    assert "alert" not in str(section)


def test_there_is_no_section_without_samples(build: Build) -> None:
    assert section_of(build(samples=[])) is None
