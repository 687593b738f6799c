import math
from dataclasses import replace

import numpy as np
import pytest

from shoptune.components import Evaluation, NoOptions
from shoptune.data import Example, Prediction, Sample
from shoptune_text.perplexity import PERPLEXITY


def sample(log_probability: float | None, tokens: int) -> Sample:
    example = Example(id="1", group="1", messages=(), references=("a lamp",))
    prediction = Prediction(example_id="1", reference_log_probability=log_probability, reference_tokens=tokens)
    return Sample(example=example, prediction=prediction, answer="a lamp")


def value(*samples: Sample) -> float:
    rows = PERPLEXITY.rows(Evaluation(samples=samples), NoOptions())
    return float(PERPLEXITY.reduce(rows.sum(axis=0)))


@pytest.mark.parametrize("tokens", [1, 7])
def test_of_a_uniform_model_it_is_the_size_of_its_vocabulary(tokens: int) -> None:
    assert value(sample(-tokens * math.log(400), tokens)) == pytest.approx(400)


def test_texts_weigh_by_their_tokens() -> None:
    found = value(sample(-3 * math.log(2), 3), sample(-1 * math.log(16), 1))
    assert found == pytest.approx(2 ** (7 / 4))


def test_of_what_was_not_scored_nothing_is_said() -> None:
    assert math.isnan(value(sample(None, 0)))
    scored = sample(-math.log(5), 1)
    assert value(scored, sample(None, 0)) == pytest.approx(5)


def test_a_certain_model_is_not_surprised() -> None:
    certain = sample(0.0, 4)
    assert value(certain) == 1
    rows = PERPLEXITY.rows(Evaluation(samples=[certain, replace(certain)]), NoOptions())
    assert PERPLEXITY.applies(np.asarray(rows)).all()
