"""Length, invalid and cut-off answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune.components import Evaluation, NoOptions
from shoptune_text.answers import CUT_OFF_SHARE, INVALID_SHARE, OUTPUT_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.data import Invalid

NONE = NoOptions()


def test_length_is_in_words_of_the_answers_there_are(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    evaluation = evaluate(("soft, warm wool", []), ("丝绸 2.5", []), ("", []), (invalid, []))
    rows = OUTPUT_LENGTH.rows(evaluation, NONE)
    assert rows.tolist() == [[3, 1], [3, 1], [0, 0], [0, 0]]
    assert OUTPUT_LENGTH.reduce(rows.sum(axis=0)) == 3


def test_invalid_are_the_unparsed_and_the_blank(evaluate: Callable[..., Evaluation], invalid: Invalid) -> None:
    evaluation = evaluate((invalid, []), ("", []), (" \n", []), ("wool", []), ({"material": "wool"}, []), ([], []))
    rows = INVALID_SHARE.rows(evaluation, NONE)
    assert rows.tolist() == [[1, 1], [1, 1], [1, 1], [0, 1], [0, 1], [0, 1]]
    assert INVALID_SHARE.reduce(rows.sum(axis=0)) == 0.5


def test_cut_off_are_those_that_ran_into_the_limit(evaluate: Callable[..., Evaluation]) -> None:
    for finish, row in {"length": [1, 1], "stop": [0, 1], "baseline": [0, 1]}.items():
        assert CUT_OFF_SHARE.rows(evaluate(("soft", []), finish=finish), NONE).tolist() == [row]
