"""Copy rate and distinct-n, counted by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

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
    assert rows.tolist() == [[2, 3], [1, 2], [0, 2]]
    assert COPY_RATE.reduce(rows.sum(axis=0)) == pytest.approx(3 / 7)


def test_copy_rate_counts_every_occurrence(evaluate: Callable[..., Evaluation]) -> None:
    rows = COPY_RATE.rows(evaluate(("soft wool soft wool", []), training=["soft wool"]), CopyRateOptions(n=2))
    assert rows.tolist() == [[2, 3]]


def test_copy_rate_leaves_out_what_is_too_short(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    evaluation = evaluate(("five words are not six", []), ("", []), (invalid, []), training=["five words are not six"])
    assert not COPY_RATE.rows(evaluation, CopyRateOptions()).any()


def test_copy_rate_is_zero_where_nothing_was_trained_on(evaluate: Callable[..., Evaluation]) -> None:
    assert COPY_RATE.rows(evaluate(("one two three four five six", [])), CopyRateOptions()).tolist() == [[0, 1]]


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
