"""chrF: agreement with sacrebleu for any text, and a value worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune_text.chrf import CHRF, ChrfOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.components import Evaluation
    from shoptune.data import Invalid

PLAIN, PLUS_PLUS = ChrfOptions(), ChrfOptions(word_order=2)

# Few different characters, so that texts share n-grams of several lengths; and any text at all.
texts = st.one_of(st.text("ab. 丝é", max_size=12), st.text(max_size=12))


def value(evaluation: Evaluation, options: ChrfOptions = PLAIN) -> float:
    return float(CHRF.reduce(CHRF.rows(evaluation, options).sum(axis=0)))


@pytest.mark.parametrize("options", [PLAIN, PLUS_PLUS], ids=["chrF", "chrF++"])
@settings(deadline=None)  # the first example imports the metric's library
@given(cases=st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=6))
def test_agrees_with_sacrebleu(
    options: ChrfOptions, cases: list[tuple[str, str, str]], evaluate: Callable[..., Evaluation]
) -> None:
    answers, *references = map(list, zip(*cases, strict=True))
    expected = sacrebleu.corpus_chrf(answers, references, word_order=options.word_order).score
    got = value(evaluate(*((answer, both) for answer, *both in cases)), options)
    assert np.nan_to_num(got) == pytest.approx(expected, abs=1e-9)  # sacrebleu says 0 where nothing was counted


def test_worked_out_by_hand(evaluate: Callable[..., Evaluation]) -> None:
    """Precision is 1; recall is 2/3 of characters and 1/2 of pairs, so 7/12; the answer has no triple to count."""
    precision, recall = 1, (2 / 3 + 1 / 2) / 2
    assert value(evaluate(("ab", ["abc"]))) == pytest.approx(100 * 5 * precision * recall / (4 * precision + recall))


def test_counts_are_summed_before_they_are_scored(evaluate: Callable[..., Evaluation]) -> None:
    good, bad = ("soft warm wool from Peru", ["soft warm wool from Peru"]), ("x", ["silk"])
    mean = (value(evaluate(good)) + value(evaluate(bad))) / 2
    assert value(evaluate(good, bad)) > mean + 10


@pytest.mark.parametrize("text", ["Crème brûlée", "丝绸围巾", "ผ้าไหมไทย", "सूती कपड़ा", "한국어 셔츠"])
@pytest.mark.parametrize("options", [PLAIN, PLUS_PLUS], ids=["chrF", "chrF++"])
def test_a_perfect_answer_scores_a_hundred(
    options: ChrfOptions, text: str, evaluate: Callable[..., Evaluation]
) -> None:
    assert value(evaluate((text, ["something else", text])), options) == pytest.approx(100)


def test_invalid_answers_count_as_wrong(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    good = ("soft wool", ["soft wool"])
    assert value(evaluate(good, (invalid, ["soft wool"]))) == value(evaluate(good, ("", ["soft wool"])))
    assert value(evaluate(good, (invalid, ["soft wool"]))) < 60
    assert value(evaluate((invalid, ["soft wool"]))) == 0


def test_left_out_without_references(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(("soft wool", []), ("soft wool", [""]))
    assert not CHRF.rows(evaluation, PLAIN).any()
    assert np.isnan(value(evaluation))
