"""ROUGE: agreement with rouge-score, golden values from the paper, and every script."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from shoptune.components import AdditiveMetric, Evaluation, NoOptions
from shoptune_text.rouge import ROUGE_1, ROUGE_2, ROUGE_L
from shoptune_text.words import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.data import Invalid

KINDS = [(ROUGE_1, "rouge1"), (ROUGE_2, "rouge2"), (ROUGE_L, "rougeL")]
METRICS = [metric for metric, _ in KINDS]

# Few different words, so that texts share some; from scripts with and without spaces.
texts = st.lists(st.sampled_from(["wool", "soft", "2.5", "été", "हिन्दी", "丝绸", "ผ้าไหม", "Wool,", "—"])).map(" ".join)


def value(metric: AdditiveMetric[NoOptions], evaluation: Evaluation) -> float:
    return float(metric.reduce(metric.rows(evaluation, NoOptions()).sum(axis=0)))


@pytest.mark.parametrize(("metric", "kind"), KINDS)
@settings(deadline=None)  # the first example imports the metric's library
@given(cases=st.lists(st.tuples(st.one_of(texts, st.text()), st.one_of(texts, st.text())), min_size=1, max_size=8))
def test_agrees_with_rouge_score(
    metric: AdditiveMetric[NoOptions], kind: str, cases: list[tuple[str, str]], evaluate: Callable[..., Evaluation]
) -> None:
    rows = metric.rows(evaluate(*((answer, [reference]) for answer, reference in cases)), NoOptions())
    scorer = RougeScorer([kind], tokenizer=SimpleNamespace(tokenize=words))
    expected = [scorer.score(reference, answer)[kind].fmeasure for answer, reference in cases]
    np.testing.assert_allclose(rows[:, 0], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("metric", "answer", "expected"),
    [
        (ROUGE_L, "police kill the gunman", 3 / 4),
        (ROUGE_L, "the gunman kill police", 2 / 4),
        (ROUGE_L, "the gunman police killed", 2 / 4),
        (ROUGE_2, "police kill the gunman", 1 / 3),
        (ROUGE_2, "the gunman kill police", 1 / 3),
        (ROUGE_1, "the gunman kill police", 3 / 4),
    ],
)
def test_examples_of_the_paper(
    metric: AdditiveMetric[NoOptions], answer: str, expected: float, evaluate: Callable[..., Evaluation]
) -> None:
    """Lin (2004), section 3.1, where the reference is S1; precision equals recall, so F is either."""
    assert value(metric, evaluate((answer, ["police killed the gunman"]))) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("text", ["Crème brûlée", "丝绸围巾", "ผ้าไหมไทย", "सूती कपड़ा", "한국어 셔츠", "soft wool"])
def test_a_perfect_answer_scores_one_in_every_script(
    metric: AdditiveMetric[NoOptions], text: str, evaluate: Callable[..., Evaluation]
) -> None:
    assert value(metric, evaluate((text, [text]))) == pytest.approx(1)


@pytest.mark.parametrize("metric", METRICS)
def test_the_best_reference_counts(metric: AdditiveMetric[NoOptions], evaluate: Callable[..., Evaluation]) -> None:
    assert value(metric, evaluate(("soft warm wool", ["blue steel", "soft warm wool", ""]))) == pytest.approx(1)


@pytest.mark.parametrize("metric", METRICS)
def test_invalid_and_empty_answers_count_as_zero(
    metric: AdditiveMetric[NoOptions], evaluate: Callable[..., Evaluation], invalid: Invalid
) -> None:
    reference = ["soft warm wool"]
    evaluation = evaluate((invalid, reference), ("", reference), ("soft warm wool", reference))
    rows = metric.rows(evaluation, NoOptions())
    np.testing.assert_allclose(rows, [[0, 1], [0, 1], [1, 1]], atol=1e-12)


@pytest.mark.parametrize(("metric", "too_short"), [(ROUGE_1, "—"), (ROUGE_2, "wool"), (ROUGE_L, "—")])
def test_left_out_without_a_reference_that_could_be_met(
    metric: AdditiveMetric[NoOptions], too_short: str, evaluate: Callable[..., Evaluation]
) -> None:
    rows = metric.rows(evaluate(("soft wool", []), (too_short, [too_short])), NoOptions())
    assert not rows.any()


def test_the_order_of_words_matters_to_rouge_l_only(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(("wool warm soft", ["soft warm wool"]))
    assert value(ROUGE_1, evaluation) == pytest.approx(1)
    assert value(ROUGE_L, evaluation) == pytest.approx(1 / 3)
    assert value(ROUGE_2, evaluation) == 0
