"""Copy rate and distinct-n, counted by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shoptune.metrics.additive import judged_of
from shoptune_text.originality import COPY_RATE, DISTINCT_N, CopyRateOptions, DistinctOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.components import Evaluation
    from shoptune.data import Invalid


def test_copy_rate_counts_ngrams_of_the_training_texts(evaluate: Callable[..., Evaluation]) -> None:
    training = ["A soft scarf of merino wool.", "Made in Peru by hand"]
    evaluation = evaluate(
        ("a SOFT scarf of silk", []),  # a soft scarf, soft scarf of | scarf of silk
        ("wool made in Peru", []),  # made in Peru | wool made in: no n-gram reaches from one text into the next
        ("made of silk, a", []),
        training=training,
    )
    rows = COPY_RATE.rows(evaluation, CopyRateOptions(n=3))
    assert rows[:, :2].tolist() == [[2, 3], [1, 2], [0, 2]]
    assert COPY_RATE.reduce(rows.sum(axis=0)) == pytest.approx(3 / 7)


def test_copy_rate_counts_every_occurrence(evaluate: Callable[..., Evaluation]) -> None:
    rows = COPY_RATE.rows(evaluate(("soft wool soft wool", []), training=["soft wool"]), CopyRateOptions(n=2))
    assert rows[:, :2].tolist() == [[2, 3]]


def test_copy_rate_leaves_out_what_is_too_short(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    evaluation = evaluate(("five words are not six", []), ("", []), (invalid, []), training=["five words are not six"])
    assert not COPY_RATE.rows(evaluation, CopyRateOptions()).any()


def test_the_shops_own_copying_stands_beside_it(evaluate: Callable[..., Evaluation]) -> None:
    """A shop whose texts repeat one another: a model that writes as they do copies no more than they do."""
    own = "made by hand in our own mill"
    evaluation = evaluate((own, [f"{own} of wool"]), ("no", [own]), training=[own])
    rows = COPY_RATE.rows(evaluation, CopyRateOptions(n=3))
    assert rows.tolist() == [[5, 5, 5, 7], [0, 0, 5, 5]]
    assert COPY_RATE.applies(rows).tolist() == [True, False]
    assert COPY_RATE.reference is not None
    assert COPY_RATE.reference(rows.sum(axis=0)) == pytest.approx(10 / 12)
    assert judged_of(COPY_RATE, rows.sum(axis=0)) == pytest.approx(1 - 10 / 12)
    assert judged_of(COPY_RATE, np.array([2.0, 10, 5, 10])) == 0, "less than the shop copies is no merit either"


def test_copy_rate_has_no_value_where_there_is_nothing_to_copy(evaluate: Callable[..., Evaluation]) -> None:
    """Nothing copied of nothing would look like a merit."""
    assert not COPY_RATE.rows(evaluate(("one two three four five six", [])), CopyRateOptions()).any()


def test_a_recited_text_is_copied_whole_in_any_script(evaluate: Callable[..., Evaluation]) -> None:
    for text in ("Crème brûlée d’été, à la façon de grand-mère", "这条丝绸围巾柔软轻盈", "ผ้าไหมไทยทอมือ"):
        rows = COPY_RATE.rows(evaluate((text, []), training=["other", text]), CopyRateOptions())
        assert COPY_RATE.reduce(rows[0]) == 1


def test_distinct_n_is_over_all_answers_together(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(("soft warm wool", []), ("warm wool, soft", []))  # "warm wool" is there twice
    assert DISTINCT_N.value(evaluation, DistinctOptions()) == pytest.approx(3 / 4)
    assert DISTINCT_N.value(evaluation, DistinctOptions(n=1)) == pytest.approx(3 / 6)
    assert DISTINCT_N.value(evaluation, DistinctOptions(n=3)) == 1


def test_distinct_n_of_nothing_is_undefined(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    assert math.isnan(DISTINCT_N.value(evaluate((invalid, []), ("wool", [])), DistinctOptions()))
