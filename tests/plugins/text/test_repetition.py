"""Repetition and loops, counted by hand.  All texts are invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shoptune_text.repetition import LOOPING_SHARE, REPETITION, LoopingOptions, RepetitionOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.components import Evaluation
    from shoptune.data import Invalid

GOOD = "A kettle of steel that holds one litre. Its handle stays cool, and its lid stays on."
LOOP = "It is 97 cm long, so you can sit. " * 3


def test_a_run_of_words_that_stood_before_counts(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(
        ("a red mug, a red mug, A RED MUG", []),  # a red mug | again; red mug a | again; mug a red | again; a red mug
        ("a red mug and a blue mug", []),
        ("two words", []),
    )
    rows = REPETITION.rows(evaluation, RepetitionOptions(n=3))
    assert rows.tolist() == [[4, 7], [0, 5], [0, 0]]
    assert REPETITION.reduce(rows.sum(axis=0)) == pytest.approx(4 / 12)


def test_a_good_text_repeats_nothing(evaluate: Callable[..., Evaluation]) -> None:
    assert REPETITION.rows(evaluate((GOOD, [])), RepetitionOptions())[0, 0] == 0
    assert LOOPING_SHARE.rows(evaluate((GOOD, [])), LoopingOptions())[0].tolist() == [0, 1]


def test_a_loop_is_a_run_that_stands_three_times(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    texts = [LOOP, "It is 97 cm long, so you can sit. " * 2, "mug", "", invalid]
    rows = LOOPING_SHARE.rows(evaluate(*((text, []) for text in texts)), LoopingOptions())
    assert rows.tolist() == [[1, 1], [0, 1], [0, 1], [0, 0], [0, 0]]
    twice = LOOPING_SHARE.rows(evaluate((texts[1], [])), LoopingOptions(times=2))
    assert twice.tolist() == [[1, 1]]


def test_what_is_said_again_is_marked_once_and_whole(evaluate: Callable[..., Evaluation]) -> None:
    (sample,) = evaluate((LOOP + "It ends here.", [])).samples
    assert REPETITION.highlights is not None
    (mark,) = REPETITION.highlights(sample, RepetitionOptions())
    assert sample.text[mark.start : mark.end] == ("It is 97 cm long, so you can sit. " * 2 + "It")
    assert mark.kind == "bad"


def test_stretches_apart_are_marked_apart(evaluate: Callable[..., Evaluation]) -> None:
    text = "One two three four. Five six seven eight. One two three four, not five six seven eight."
    (sample,) = evaluate((text, [])).samples
    assert REPETITION.highlights is not None
    marked = [text[mark.start : mark.end] for mark in REPETITION.highlights(sample, RepetitionOptions())]
    assert marked == ["One two three four", "five six seven eight"]
