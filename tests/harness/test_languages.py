"""Which answers are in a language that a metric does not cover.  All texts are invented."""

from __future__ import annotations

import pytest

from shoptune.data import Example, Prediction, Sample
from shoptune.languages import uncovered

COVERED = frozenset({"de", "en"})


def answered(text: str, **slices: str) -> Sample:
    example = Example(id="1", group="1", messages=(), slices=slices)
    return Sample(example=example, prediction=Prediction(example_id="1", text=text), answer=text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A squat teapot in speckled clay, with a lid that stays on when you pour.", None),
        ("Eine gedrungene Teekanne aus gesprenkeltem Ton, deren Deckel beim Gießen hält.", None),
        ("Une théière trapue en terre mouchetée, dont le couvercle tient quand on verse.", "fr"),
        ("Een gedrongen theepot van gespikkelde klei, met een deksel dat blijft zitten.", "nl"),
        ("Przysadzisty czajniczek z nakrapianej gliny, którego pokrywka nie spada.", "pl"),
        ("Приземистый чайник из крапчатой глины с плотной крышкой.", "ru"),
        ("Brand: Pellow. Material: clay. Capacity: 1.2 l", None),
        ("16GB DDR4 2x8 1.2V PC4-19200 CL17", None),
        ("no", None),
    ],
)
def test_by_the_answer(text: str, language: str | None) -> None:
    assert uncovered([answered(text)], COVERED) == [language]


def test_an_answer_too_short_to_tell_is_in_the_examples_language() -> None:
    assert uncovered([answered("Rouge", language="fr"), answered("Rouge", language="de")], COVERED) == ["fr", None]
    english = "A squat teapot in speckled clay, with a lid that stays on when you pour."
    assert uncovered([answered(english, language="fr")], COVERED) == [None], "what is written in English can be read"


def test_a_metric_that_names_no_language_covers_all() -> None:
    assert uncovered([answered("Une théière trapue en terre mouchetée.")], frozenset()) == [None]
