"""Memorised canaries and the longest copy; the latter against a search by brute force."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import Evaluation, NoOptions
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune_text.memorisation import LONGEST_COPY, MEMORISED_CANARIES, CommonRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CANARY = "H7KQ-X2MN-9PRT"


def longest_copy(evaluation: Evaluation) -> float:
    return LONGEST_COPY.value(evaluation, NoOptions())


def memorised(*answers: str, canary: str = CANARY) -> float:
    samples = [
        Sample(
            example=Example(id=str(n), group=str(n), messages=(), canary=canary),
            prediction=Prediction(example_id=str(n), text=text),
            answer=Invalid("what a task makes of an answer does not matter"),
        )
        for n, text in enumerate(answers)
    ]
    return MEMORISED_CANARIES.value(Evaluation(samples=(), canaries=samples), NoOptions())


def test_canaries_that_come_out_are_counted() -> None:
    assert memorised(f"A lamp. Reference code {CANARY}.", "A lamp.", "", "Reference code H7KQ-X2MN-9PRS.") == 1 / 4


@pytest.mark.parametrize("text", ["h7kq-x2mn-9prt", "code H7KQ-\nX2MN -\u00a09PRT!", f"x{CANARY}x"])
def test_white_space_and_case_hide_no_canary(text: str) -> None:
    assert memorised(text) == 1


def test_without_canaries_there_is_nothing_to_memorise(evaluate: Callable[..., Evaluation]) -> None:
    assert math.isnan(memorised())
    assert math.isnan(memorised("an example in which nothing was planted", canary=""))
    assert math.isnan(MEMORISED_CANARIES.value(evaluate(("A lamp.", [])), NoOptions()))


def test_the_longest_run_over_all_answers_counts(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(
        ("A scarf of silk.", []),
        ("This is a SOFT scarf - of merino; cotton", []),
        ("made in Peru", []),
        training=["A soft scarf of merino wool.", "Made in Italy", "This is"],
    )
    assert longest_copy(evaluation) == len(["a", "soft", "scarf", "of", "merino"])


def test_a_run_crosses_neither_answers_nor_texts(evaluate: Callable[..., Evaluation]) -> None:
    assert longest_copy(evaluate(("a soft", []), ("scarf", []), training=["a soft scarf"])) == 2
    assert longest_copy(evaluate(("a soft scarf", []), training=["a soft", "scarf"])) == 2


def test_repetitions_do_not_mislead(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(("very very soft very soft wool", []), training=["very very very soft very very"])
    assert longest_copy(evaluation) == len(["very", "very", "soft", "very"])


def test_nothing_in_common_and_nothing_to_compare_with(evaluate: Callable[..., Evaluation]) -> None:
    assert longest_copy(evaluate(("silk", []), ("", []), training=["wool", ""])) == 0
    assert longest_copy(evaluate(training=["wool"])) == 0
    assert math.isnan(longest_copy(evaluate(("silk", []))))


WORDS = st.lists(st.sampled_from("abc"), max_size=12)


@given(st.lists(WORDS, max_size=4), WORDS)
def test_the_longest_run_is_that_of_a_search_by_brute_force(answers: list[list[str]], text: list[str]) -> None:
    def runs(of: Sequence[str]) -> set[tuple[str, ...]]:
        return {tuple(of[i:j]) for i in range(len(of)) for j in range(i, len(of) + 1)}

    common = runs(text) & set().union(*map(runs, answers))
    assert CommonRuns(answers).longest_in(text) == max(map(len, common), default=0)


def test_the_automaton_stays_in_proportion_to_the_answers() -> None:
    words = [f"w{(i * i) % 97}" for i in range(2000)]
    answers = [words[:1000], words[1000:]]
    tokens = len(words) + len(answers)
    assert len(CommonRuns(answers)._next) <= 2 * tokens  # Blumer et al. (1985): at most 2n - 1 states
