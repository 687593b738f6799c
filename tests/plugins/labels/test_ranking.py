"""nDCG and MRR: stated examples, ties by all orders, and how samples become rankings."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import log, log2
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.errors import UsageError
from shoptune_labels.ordering import discounted_gain, reciprocal_rank
from shoptune_labels.ranking import MRR, NDCG, RankingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shoptune.components import AdditiveMetric, Evaluation

pytestmark = pytest.mark.filterwarnings("error")

both = pytest.mark.parametrize("metric", [NDCG, MRR], ids=["ndcg", "mrr"])
lists = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 0.1, 1.0]), st.sampled_from([-1.0, 0.0, 0.5, 2.0])), min_size=1, max_size=6
)
CHOICES = ("good", "fair", "bad")
GAINS = {"gains": (1.0, 0.5, 0.0)}


def value(metric: AdditiveMetric[Any], evaluation: Evaluation, **options: Any) -> float:
    return float(metric.reduce(metric.rows(evaluation, metric.options(**options)).sum(axis=0)))


# --- naive definitions: the mean over all orders that the scores allow ------------------------------------------------


def orders(scores: Sequence[float]) -> list[tuple[int, ...]]:
    places = range(len(scores))
    return [
        order
        for order in permutations(places)
        if all(scores[one] >= scores[next_one] for one, next_one in pairwise(order))
    ]


def naive_dcg(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def naive_reciprocal_rank(relevant: Sequence[bool]) -> float:
    return 1 / (1 + list(relevant).index(True))


@given(lists)
def test_ties_are_worth_the_mean_of_all_orders(items: list[tuple[float, float]]) -> None:
    gains, scores = (np.array(column) for column in zip(*items, strict=True))
    allowed = orders(scores.tolist())
    expected = np.mean([naive_dcg([gains[place] for place in order]) for order in allowed])
    assert discounted_gain(gains, scores) == pytest.approx(expected)
    relevant = gains == gains.max()
    expected = np.mean([naive_reciprocal_rank([bool(relevant[place]) for place in order]) for order in allowed])
    assert reciprocal_rank(relevant, scores) == pytest.approx(expected)


def test_against_stated_examples() -> None:
    """Gains 3, 2, 3, 0, 1, 2 in this order: DCG 6.861, of the best order 7.141, nDCG 0.961.

    From Wikipedia's article "Discounted cumulative gain", as for MRR that on "Mean reciprocal rank": 1/3, 1/2 and 1.
    """
    gains, order = np.array([3.0, 2, 3, 0, 1, 2]), -np.arange(6.0)
    assert discounted_gain(gains, order) == pytest.approx(6.861, abs=5e-4)
    assert discounted_gain(gains, gains) == pytest.approx(7.141, abs=5e-4)
    assert discounted_gain(gains, order) / discounted_gain(gains, gains) == pytest.approx(0.961, abs=5e-4)
    found = [reciprocal_rank(np.arange(3) == place, -np.arange(3.0)) for place in (2, 1, 0)]
    assert found == pytest.approx([1 / 3, 1 / 2, 1])
    assert np.mean(found) == pytest.approx(0.61, abs=5e-3)


# --- rankings of samples ---------------------------------------------------------------------------------------------


def test_a_query_counts_once_on_its_first_sample(evaluate: Callable[..., Evaluation]) -> None:
    cases = [("bad", "good"), ("good", "good"), ("good", "fair"), ("good", "bad")]
    evaluation = evaluate(cases, CHOICES, queries=["p", "q", "p", "q"])
    rows = MRR.rows(evaluation, RankingOptions(**GAINS))
    assert rows.tolist() == [[1 / 2, 1], [1, 1], [0, 0], [0, 0]]
    ndcg = (1 / log2(3)) / 1
    expected = np.array([[ndcg, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(NDCG.rows(evaluation, RankingOptions(**GAINS)), expected)
    assert value(NDCG, evaluation, **GAINS) == pytest.approx((ndcg + 1) / 2)


def test_products_are_ranked_by_the_gain_that_is_expected(evaluate: Callable[..., Evaluation]) -> None:
    """0.5 x 1 + 0.5 x 0 is less than 0.2 x 1 + 0.8 x 0.5, although the one is more often good."""
    sure, hedged = [log(0.5), log(1e-9), log(0.5)], [log(0.2), log(0.8), log(1e-9)]
    cases = [("good", "good"), ("bad", "fair")]
    asked = {"choices": CHOICES, "queries": ["q", "q"]}
    assert value(MRR, evaluate(cases, **asked, log_probabilities=[sure, hedged]), **GAINS) == 1 / 2
    assert value(MRR, evaluate(cases, **asked, log_probabilities=[hedged, sure]), **GAINS) == 1
    far_off = [[score - 2000 for score in scores] for scores in (hedged, sure)]  # long choices; exp() would be 0
    assert value(MRR, evaluate(cases, **asked, log_probabilities=far_off), **GAINS) == 1


def test_the_same_answer_for_all_is_worth_what_chance_is(evaluate: Callable[..., Evaluation]) -> None:
    for cases in ([("good", "good"), ("bad", "good")], [("bad", "good"), ("good", "good")]):
        assert value(MRR, evaluate(cases, CHOICES, queries=["q", "q"]), **GAINS) == (1 + 1 / 2) / 2


def test_invalid_answers_come_last(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate([("good", "?"), ("bad", "bad")], CHOICES, queries=["q", "q"])
    assert value(MRR, evaluation, **GAINS) == 1 / 2


def test_queries_that_found_nothing_are_left_out(evaluate: Callable[..., Evaluation]) -> None:
    twice = [(right, right) for right in ("bad", "fair", "good") for _ in range(2)]
    evaluation = evaluate(twice, CHOICES, queries=list("ppqqrr"))
    assert NDCG.applies(NDCG.rows(evaluation, RankingOptions(**GAINS))).tolist()[::2] == [False, True, True]
    assert MRR.applies(MRR.rows(evaluation, RankingOptions(**GAINS))).tolist()[::2] == [False, False, True]


@both
def test_a_query_with_one_product_has_no_order(
    metric: AdditiveMetric[Any], evaluate: Callable[..., Evaluation]
) -> None:
    evaluation = evaluate([("good", "bad"), ("good", "good")], CHOICES, queries=["p", "q"])
    assert not metric.rows(evaluation, metric.options(**GAINS)).any()


@both
@given(cases=st.lists(st.tuples(st.sampled_from(CHOICES), st.sampled_from("pqr")), max_size=12))
def test_queries_add_up_and_to_be_right_is_best(
    metric: AdditiveMetric[Any], cases: list[tuple[str, str]], evaluate: Callable[..., Evaluation]
) -> None:
    def rows(some: list[tuple[str, str]], answer: Callable[[str], str]) -> Any:
        answers = [(right, answer(right)) for right, _ in some]
        evaluation = evaluate(answers, CHOICES, queries=[query for _, query in some])
        return metric.rows(evaluation, metric.options(**GAINS))

    totals = [rows([c for c in cases if c[1] == query], lambda _: "good").sum(axis=0) for query in "pqr"]
    np.testing.assert_allclose(rows(cases, lambda _: "good").sum(axis=0), np.sum(totals, axis=0))
    best = metric.reduce(rows(cases, lambda right: right).sum(axis=0))
    assert np.isnan(best) or best == pytest.approx(1)


@both
def test_what_can_not_be_ranked(metric: AdditiveMetric[Any], evaluate: Callable[..., Evaluation]) -> None:
    with pytest.raises(UsageError, match="without a fact 'query'"):
        value(metric, evaluate([("good", "good")], CHOICES), **GAINS)
    with pytest.raises(UsageError, match=r"has 3 choices \(good, fair, bad\), and `gains` has 4 figures"):
        value(metric, evaluate([("good", "good")], CHOICES, queries=["q"]))
    with pytest.raises(UsageError, match="none of its choices is said to be right"):
        value(metric, evaluate([("", "good")], CHOICES, queries=["q"]), **GAINS)


@pytest.mark.parametrize("gains", [(), (1.0,), (1.0, 1.0), (1.0, -0.5), (1.0, float("nan"))])
def test_gains_that_say_nothing(gains: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        RankingOptions(gains=gains)
