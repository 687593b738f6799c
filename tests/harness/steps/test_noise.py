"""The noise floor, with a session whose answers change with their neighbours in a known way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shoptune.components import GenerationSettings
from shoptune.data import Example, Message, Prediction
from shoptune.steps.noise import ASKED_AGAIN, TOKENS_AGAIN, noise_floor
from tests.fakes import Shop

GREEDY = GenerationSettings(max_new_tokens=8)
MINUS_INFINITY = float("-inf")


class Noisy:
    """Says what it is asked, and notes what that was; `noise` is added to the last choice's log-probability."""

    info: Mapping[str, Any] = {}

    def __init__(self, noise: float = 0.0, wrong: Collection[str] = ()) -> None:
        self.noise, self.wrong = noise, wrong
        self.written: list[str] = []
        self.schemas: list[Any] = []
        self.scored: list[str] = []

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        asked = [prompt[-1]["content"] for prompt in prompts]
        self.written += asked
        self.schemas += schemas
        for i in reversed(range(len(prompts))):  # in an order of its own
            yield [(i, Prediction(example_id="", text="wrong" if asked[i] in self.wrong else asked[i]))]

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        self.scored += [prompt[-1]["content"] for prompt in prompts]
        for i in reversed(range(len(prompts))):
            *others, last = LOGS[: len(choices[i])]
            scores = (*others, last + self.noise)
            yield [(i, Prediction(example_id="", choice_log_probabilities=scores))]


LOGS = (-1.0, -1.5, -1.001)


def examples(n: int, *, choices: bool = False) -> list[Example]:
    return [
        Example(
            id=str(i),
            messages=({"role": "user", "content": f"say {i}"},),
            choices=("a", "b", "c") if choices else (),
            references=("a",),
            group=str(i),
        )
        for i in range(n)
    ]


def floor(session: Noisy, asked: Sequence[Example], settings: GenerationSettings = GREEDY, **more: Any) -> Any:
    changes = more.pop("changes", {})
    answers = [
        Prediction(
            example_id=e.id,
            text="a" if e.choices else e.messages[-1]["content"],
            choice_log_probabilities=LOGS if e.choices else (),
            choice_tokens=(1, 1, 1) if e.choices else (),
        )
        for e in asked
    ]
    answers = [replace(a, **changes) for a in answers]
    return noise_floor(session, [e.messages for e in asked], asked, answers, settings, **more)


def test_texts_that_come_out_the_same_are_counted() -> None:
    session = Noisy(wrong=["say 5", "say 6"])
    assert floor(session, examples(20)) == {"texts": 4, "same_texts": 3}
    assert session.written == ["say 0", "say 5", "say 10", "say 15"], "evenly spread"


@pytest.mark.parametrize(("n", "again"), [(1, 1), (2, 1), (3, 2), (5, 3), (7, 4), (8, 4), (1000, ASKED_AGAIN)])
def test_of_few_examples_half_are_asked_so_that_the_batch_is_another_one(n: int, again: int) -> None:
    assert floor(Noisy(), examples(n)) == {"texts": again, "same_texts": again}


def test_long_texts_are_not_all_written_again() -> None:
    assert floor(Noisy(), examples(20), changes={"completion_tokens": TOKENS_AGAIN})["texts"] == 1
    assert floor(Noisy(), examples(20), changes={"completion_tokens": TOKENS_AGAIN // 2})["texts"] == 2
    assert floor(Noisy(), examples(20), changes={"completion_tokens": TOKENS_AGAIN - 1})["texts"] == 2


def test_sampled_texts_are_left_out_and_choices_are_not() -> None:
    session = Noisy()
    found = floor(session, [*examples(8), *examples(8, choices=True)], replace(GREEDY, temperature=0.5))
    assert (found["choices"], session.written) == (4, [])
    assert "texts" not in found


def test_each_prompt_has_its_schema() -> None:
    session = Noisy()
    floor(session, examples(20), schemas=[{"title": str(i)} for i in range(20)])
    assert session.schemas == [{"title": title} for title in ("0", "5", "10", "15")]


@pytest.mark.parametrize(("noise", "same"), [(0.0, 4), (0.0005, 4), (0.002, 0)])
def test_choices(noise: float, same: int) -> None:
    found = floor(Noisy(noise), examples(8, choices=True))
    assert found == {"choices": 4, "same_choices": same, "largest_difference": pytest.approx(noise, abs=1e-9)}


def test_the_choice_is_taken_as_the_experiment_takes_it() -> None:
    tokens = {"choice_tokens": (1, 10, 1), "choice_priors": (0.0, 0.0, -5.0)}
    for normalise in ("length", "prior"):
        assert floor(Noisy(0.002), examples(8, choices=True), normalise=normalise, changes=tokens)["same_choices"] == 4


def test_references() -> None:
    found = floor(Noisy(0.25), examples(8), changes={"reference_log_probability": -1.0})
    assert found == {"texts": 4, "same_texts": 4, "largest_difference": 0.25}


def test_what_is_impossible_both_times_is_the_same() -> None:
    found = floor(Noisy(MINUS_INFINITY), examples(8), changes={"reference_log_probability": MINUS_INFINITY})
    assert found["largest_difference"] == 0


def test_every_model_says_it_and_no_baseline(shop: Shop) -> None:
    shop.run()
    info = {c["name"]: c["info"] for c in shop.comparison()["candidates"]}
    assert info["silence"] == {}
    assert {name: of["noise"] for name, of in info.items() if of} == {
        name: {"echo": {"texts": 4, "same_texts": 4}} for name in ("base", "few_shot", "drilled", "preferred")
    }
