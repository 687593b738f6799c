"""Rows that ask something are duplicates where question and answer both are."""

import random

import numpy as np
import pytest

from shoptune.dataset.row_texts import SAMPLE, RowTexts
from tests.fakes import WORDS


def words(seed: int, count: int) -> str:
    return " ".join(random.Random(seed).choices([f"{word}{i}" for word in WORDS for i in range(9)], k=count))


def labels(*rows: tuple[str, str]) -> list[int]:
    texts = RowTexts()
    for learnt, question in rows:
        texts.add(learnt, question)
    assert len(texts) == len(rows)
    return list(texts.clusters(0.8).labels)


LETTER, OTHER_LETTER = words(1, 50), words(2, 50)


def test_one_letter_answers_many_questions() -> None:
    assert labels(*((LETTER, f"{words(i, 6)}?") for i in range(10, 60))) == list(range(50))


def test_one_long_instruction_stands_before_many_answers() -> None:
    boilerplate = words(3, 80)
    assert labels(*((words(i, 12), f"{boilerplate} {i}") for i in range(10, 60))) == list(range(50))


@pytest.mark.parametrize("spelling", ["Where is my order?", "where is my  ORDER", "Where is -- my order ?!"])
def test_the_same_question_and_answer_in_another_spelling_are_duplicates(spelling: str) -> None:
    assert labels((LETTER, "Where is my order?"), (OTHER_LETTER, spelling), (LETTER.upper(), spelling)) == [0, 1, 0]


def test_rows_without_a_question_are_duplicates_by_what_is_learnt() -> None:
    assert labels((LETTER, ""), (LETTER, "Where is it?"), (f"{LETTER} end", ""), (LETTER, "Where is it?")) == [
        0,
        1,
        0,
        1,
    ]
    assert labels((LETTER, ""), (OTHER_LETTER, ""), (LETTER, "")) == [0, 1, 0]


def test_texts_are_those_of_both_word_for_word() -> None:
    texts = RowTexts()
    for learnt, question in [(LETTER, "How much?"), (f"{LETTER} end", "How much?"), (LETTER, "how much")]:
        texts.add(learnt, question)
    found = texts.clusters(0.8)
    assert (list(found.texts), list(found.labels)) == ([0, 1, 0], [0, 0, 0])
    assert found.texts.dtype == np.int64


@pytest.mark.parametrize(
    "form", ["{boilerplate}. {own}", "{own}\n\n{boilerplate}", "Hello! {boilerplate}: {own}\n{boilerplate}"]
)
def test_boilerplate_makes_no_duplicates_where_few_labels_answer(form: str) -> None:
    boilerplate = words(3, 80)
    rows = [("Mugs", form.format(boilerplate=boilerplate, own=words(i, 4))) for i in range(10, 60)]
    assert labels(*rows) == list(range(50))
    assert labels(*rows, rows[7])[-1] == 7, "but the same question is the same still"


def test_what_most_ask_word_for_word_is_a_question_all_the_same() -> None:
    rows = [(LETTER, "Where is my order?")] * 12 + [(LETTER, "Where is my order? It is late.")]
    assert labels(*rows) == [*[0] * 12, 12]


def test_more_rows_than_are_looked_at() -> None:
    boilerplate = words(3, 80)
    rows = [("Mugs", f"{boilerplate}. {words(i, 6)}") for i in range(SAMPLE + 50)]
    found = labels(*rows, rows[3])
    assert found[-1] == 3
    assert len(set(found)) > SAMPLE + 40
