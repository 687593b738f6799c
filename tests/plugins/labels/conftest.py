"""Samples for the tests of metrics on labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shoptune.components import Evaluation
from shoptune.data import Example, Invalid, Prediction, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INVALID = "?"
"""Stands for an invalid answer."""


def _evaluate(
    cases: Sequence[tuple[str, str]],
    choices: Sequence[str] = ("a", "b", "c"),
    queries: Sequence[str] = (),
    log_probabilities: Sequence[Sequence[float]] = (),
) -> Evaluation:
    """Make an evaluation of (right label, answer); `INVALID` is no answer, and "" in the first place no right label."""
    samples = []
    for number, (right, answer) in enumerate(cases):
        example = Example(
            id=str(number),
            group=str(number),
            messages=(),
            references=(right,) if right else (),
            choices=tuple(choices),
            facts={"query": queries[number]} if queries else {},
        )
        scores = tuple(log_probabilities[number]) if log_probabilities else ()
        prediction = Prediction(example_id=example.id, text=answer, choice_log_probabilities=scores)
        parsed = Invalid("none of the choices") if answer == INVALID else answer
        samples.append(Sample(example=example, prediction=prediction, answer=parsed))
    return Evaluation(samples=samples)


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Evaluation]:
    return _evaluate
