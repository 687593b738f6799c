"""Samples for the tests of catalogue metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shoptune.components import Evaluation
from shoptune.data import Example, Prediction, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _evaluate(*cases: tuple[object, Mapping[str, str]]) -> Evaluation:
    """Make an evaluation of (parsed answer, facts) pairs."""
    samples = []
    for number, (answer, facts) in enumerate(cases):
        example = Example(id=str(number), group=str(number), messages=(), facts=facts)
        prediction = Prediction(example_id=example.id, text="raw text with 12 kg of brass, SALE")
        samples.append(Sample(example=example, prediction=prediction, answer=answer))
    return Evaluation(samples=samples)


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Evaluation]:
    return _evaluate
