"""Sample examples with answers of all qualities: what metrics are checked on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shoptune.components import Evaluation
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune.testing.hostile import ANSWERS
from shoptune.testing.samples import sample_attribute_examples, sample_examples, sample_label_examples

__all__ = ["QUALITIES", "Answered", "sample_answers"]

QUALITIES = ("perfect", "another's", "the same for all", "memorised", "cut off", "invalid")
"""``perfect``: the reference; ``another's``: that of another example; ``the same for all``: the first one's;
``memorised``: that of a training example."""
BORROWED = ("another's", "the same for all")
"""Those that are the reference of another example."""

TOKEN = 4
"""Characters of a token, where some number is wanted."""
CANARY = "zq-81-vx-44"
TRAINING = replace(
    sample_examples(1)[0],
    id="training",
    references=("Sold with ribbon inside every box, our present keeps what we promised last year.",),
)
"""A training example that shares no word with the others, so that a copy can be told."""


def _text(text: str, _: Example) -> str | Invalid:
    return text or Invalid("empty")


def _object(text: str, _: Example) -> dict[str, str] | Invalid:
    """Read a JSON object of texts, as tasks of attributes do."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Invalid("no JSON")
    valid = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    return found if valid else Invalid("no object of texts")


def _label(text: str, example: Example) -> str | Invalid:
    return text if text in example.choices else Invalid("none of the choices")


@dataclass(frozen=True)
class Answered:
    """Examples, and how their answers are read."""

    name: str
    examples: Sequence[Example]
    parse: Callable[[str, Example], object]

    def of_quality(self, quality: str) -> Evaluation:
        """Return the examples with answers of one of the `QUALITIES`."""
        return self.evaluation([self._sample(place, quality) for place in range(len(self.examples))])

    def mixed(self) -> Evaluation:
        """Return the examples with answers of all qualities in turn, and with every hostile answer."""
        # Where there are no choices, an answer to one example is no answer to another, to any metric.
        qualities = QUALITIES if self.examples[0].choices else [q for q in QUALITIES if q not in BORROWED]
        places = range(len(self.examples))
        samples = [self._sample(place, qualities[place % len(qualities)]) for place in places]
        for number, text in enumerate(ANSWERS):
            example = self.examples[number % len(places)]
            samples.append(self._answer(replace(example, id=f"{example.id} again {number}"), text, "stop", -9.0))
        return self.evaluation(samples)

    def evaluation(self, samples: Sequence[Sample]) -> Evaluation:
        """Return what a metric sees: these samples, training examples and one canary."""
        planted = replace(self.examples[0], id="canary", canary=CANARY)
        canaries = [self._answer(planted, planted.references[0], "stop", -1.0)] if samples else []
        return Evaluation(samples=samples, training=lambda: [TRAINING], canaries=canaries)

    def _sample(self, place: int, quality: str) -> Sample:
        example = self.examples[place]
        if quality == "perfect":
            return self._answer(example, example.references[0], "stop", -0.1)
        if quality == "another's":
            return self._answer(example, self.examples[place - 1].references[0], "stop", -2.0)
        if quality == "the same for all":
            return self._answer(example, self.examples[0].references[0], "stop", -2.0)
        if quality == "memorised":
            return self._answer(example, TRAINING.references[0], "stop", -2.0)
        if quality == "cut off":
            text = example.references[0]
            return self._answer(example, text[: len(text) // 2], "length", -2.0)
        return self._answer(example, "", "stop", -5.0)

    def _answer(self, example: Example, text: str, finish: Literal["stop", "length"], nats: float) -> Sample:
        """Return the example answered with `text`; `nats` is the log-probability per token of its reference."""
        chosen = text in example.choices
        tokens = 1 + len(example.references[0]) // TOKEN
        prediction = Prediction(
            example_id=example.id,
            text=text,
            choice_log_probabilities=tuple(-0.1 if c == text else -4.0 for c in example.choices) if chosen else (),
            choice_tokens=tuple(1 + len(c) // TOKEN for c in example.choices) if chosen else (),
            reference_log_probability=nats * tokens,
            reference_tokens=tokens,
            prompt_tokens=10,
            completion_tokens=len(text) // TOKEN,
            finish="choice" if chosen else finish,
        )
        return Sample(example=example, prediction=prediction, answer=self.parse(text, example))


def sample_answers() -> Iterator[Answered]:
    """Yield texts to write, labels to choose and attributes to read; a metric is checked on those that it is for."""
    yield Answered("texts", sample_examples(24), _text)
    yield Answered("labels", sample_label_examples(), _label)
    yield Answered("attributes", sample_attribute_examples(), _object)
