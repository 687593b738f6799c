"""Training, settings and versions in words."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparison import CandidateInfo, Comparison
from shoptune_reports.formats.html import render_html
from shoptune_reports.text.provenance import in_words, install, noise, runs
from shoptune_reports.text.training import how, learnt, lengths

GAP = "\N{NO-BREAK SPACE}"

DATA: dict[str, Any] = {
    "given": 80,
    "used": 78,
    "dropped": {"prompt leaves no room for an answer within max_length": {"count": 2, "ids": ["a", "b"]}},
    "truncated": 3,
    "tokens": 29_183,
    "tokens_trained": 14_437,
    "share_masked": 0.505,
    "lengths": {"prompt": {"p5": 85, "p50": 96, "p95": 105, "max": 109}},
    "weights": {"weighted": 78, "min": 0.308, "median": 0.643, "max": 1.0},
    "stop_token_trained": True,
    "stop_token_share": 1.0,
    "prompt_as_asked_share": 1.0,
    "validation": {"given": 13, "used": 13, "dropped": {}, "truncated": 0, "tokens": 4751},
}

INFO: dict[str, Any] = {
    "weights": 134_515_008,
    "trainable_weights": 4_884_480,
    "dtype": "bfloat16 autocast over float32 weights",
    "device": "cpu",
    "steps": 10,
    "epochs": 1.0,
    "rows_per_step": 8,
    "learning_rate": 2e-05,
    "max_length": 1024,
    "lora": {"r": 16, "alpha": 32, "dropout": 0.0, "layers": ["q"]},
    "continued_adapter": True,
    "trainer": {"gradient_accumulation_steps": 2},
}


def test_what_it_learnt_from() -> None:
    words = learnt(DATA)
    assert words.sentences == (
        "78 of 80 rows, 3 of them cut.",
        "Left out: prompt leaves no room for an answer within max_length (2).",
        f"14,437 of 29,183 tokens are learnt (49{GAP}%); the others, such as those of prompts, are only read.",
        "Rows count 0.31 to 1.00 times, at the median 0.64 times, as much as a plain one.",
        "Validated on all 13 rows.",
    )
    assert words.cautions == ()
    assert words.others == {}
    assert lengths(DATA)["prompt"]["p50"] == 96


def test_what_is_wrong_with_it() -> None:
    cautions = learnt({**DATA, "stop_token_trained": False, "stop_token_share": 0.996, "prompt_as_asked_share": 0.5})
    assert cautions.cautions == (
        f"Only 99{GAP}% of the answers teach where to end: texts may run on.",
        f"Only 50{GAP}% of the prompts are, token for token, as the model is asked later.",
    )


def test_how_it_trained() -> None:
    words, millions = how(INFO), f"4.9{GAP}million of 134.5{GAP}million"
    assert words.sentences == (
        f"{millions} weights are trained: the adapter that it had (LoRA, rank 16, alpha 32) on q.",
        "10 steps of 8 rows, one epoch.",
        "Learning rate 2e-05.",
        "Rows are cut at 1,024 tokens.",
        "Computed on cpu in bfloat16 autocast over float32 weights.",
    )
    assert words.others == {"trainer": {"gradient_accumulation_steps": 2}}


@pytest.mark.parametrize(("say", "known"), [(learnt, DATA), (how, INFO)])
@pytest.mark.parametrize("value", [None, "words", 3, -1.5, [], {}, {"count": 1}, [{"a": 1}]])
def test_another_methods_figures_of_the_same_name_are_shown_by_their_names(say: Any, known: Any, value: Any) -> None:
    for name in known:
        words = say({name: value, "more": 1})
        assert words.others["more"] == 1
        said = " ".join((*words.sentences, *words.cautions))
        assert name in words.others or said or value in (None, [], {})


NAMES = st.sampled_from([*DATA, *INFO, *DATA["weights"], *INFO["lora"], "p5", "count", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, ANYTHING))
def test_nothing_that_a_method_says_breaks_a_report(free: dict[str, Any]) -> None:
    for words in (learnt(free), how(free)):
        assert all(words.sentences)
    lengths(free)
    assert isinstance(in_words(free), str)


def test_settings_in_words() -> None:
    settings = {"dtype": "bfloat16", "chat_template": "model's own", "lora": {"r": 16}, "on": ["a", "b"], "cut": False}
    assert in_words(settings) == "dtype bfloat16, chat template model's own, lora (r 16), on a and b, cut no"


def test_candidates_that_ran_alike_are_told_together(comparison: Comparison) -> None:
    found = "Model smollm2-135m-instruct (local cache)."
    assert list(runs(comparison.candidates)) == [
        (
            "base",
            f"{found} Ran with dtype bfloat16, device cpu, chat template the model's own.",
        ),
        ("few_shot", found),
    ]
    base = comparison.candidates[1]
    again = base.model_copy(update={"name": "again", "info": {**base.info, "noise": {"description": {"texts": 4}}}})
    assert [names for names, _ in runs([base, again])] == ["base, again"]


def test_the_noise_of_each_task_is_told() -> None:
    floor = {"texts": 4, "same_texts": 3, "largest_difference": 0.00031}
    candidate = CandidateInfo(name="a", kind="model", summary="", info={"noise": {"title": floor, "labels": {}}})
    assert list(noise(candidate)) == [
        "On title, asked again in other batches: 3 of 4 texts the same; log-probabilities within 0.0004."
    ]


def test_the_versions_can_be_installed() -> None:
    versions = {"python": "3.11.7", "numpy": "2.4.6", "torch": "2.13.0+cpu"}
    assert install(versions) == "python -m pip install numpy==2.4.6 torch==2.13.0"


def test_the_page_shows_no_raw_mapping(comparison: Comparison) -> None:
    page = BeautifulSoup(render_html(comparison, [])["report.html"], "html.parser")
    for part in ("#training", "#provenance"):
        found = page.select_one(part)
        assert found is not None
        assert "{'" not in found.get_text()
    assert [command.get_text() for command in page.select("pre.command")] == [
        "shoptune run experiment.yaml",
        "python -m pip install shoptune==0.1.0 torch==2.13.0 trl==1.16.0",
    ]
