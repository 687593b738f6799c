"""Samples for the tests of text metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from shoptune.components import Evaluation
from shoptune.data import Example, Invalid, Prediction, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _evaluate(
    *cases: tuple[object, Sequence[str]],
    training: Sequence[str] = (),
    finish: Literal["stop", "length", "baseline"] = "stop",
) -> Evaluation:
    """Make an evaluation of (parsed answer, references) pairs and training texts."""
    samples = []
    for number, (answer, references) in enumerate(cases):
        example = Example(id=str(number), group=str(number), messages=(), references=tuple(references))
        text = answer if isinstance(answer, str) else "raw text of an answer that is not text"
        prediction = Prediction(example_id=example.id, text=text, finish=finish)
        samples.append(Sample(example=example, prediction=prediction, answer=answer))
    learnt = [Example(id=f"t{n}", group=f"t{n}", messages=(), references=(text,)) for n, text in enumerate(training)]
    return Evaluation(samples=samples, training=lambda: learnt)


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Evaluation]:
    return _evaluate


@pytest.fixture(scope="session")
def invalid() -> Invalid:
    return Invalid("no JSON object found")
