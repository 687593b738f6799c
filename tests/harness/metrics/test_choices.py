"""Answers that are chosen: the arithmetic, and what the step predict makes of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Example, Prediction
from shoptune.metrics.choices import Normalise, best_choice, choice_scores
from shoptune.steps.noise import ASKED_AGAIN
from shoptune.storage.jsonl import read_jsonl
from tests.fake_plugin import log_probability
from tests.fakes import Shop

SORT = {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}
NORMALISE: tuple[Normalise, ...] = get_args(Normalise)

# --- scores ----------------------------------------------------------------------------------------------------------


def prediction(log_probabilities: Any, tokens: Any = (), priors: Any = ()) -> Prediction:
    return Prediction(
        example_id="",
        choice_log_probabilities=tuple(log_probabilities),
        choice_tokens=tuple(tokens) or (1,) * len(log_probabilities),
        choice_priors=tuple(priors) or (0.0,) * len(log_probabilities),
    )


nats = st.floats(-500, 0)
choices = st.lists(st.tuples(nats, st.integers(1, 40), nats), min_size=1, max_size=8)


def test_by_hand() -> None:
    of = prediction([-2.0, -3.0, -4.0], tokens=[1, 2, 5], priors=[-1.0, -2.5, -6.0])
    assert choice_scores(of, "none").tolist() == [-2, -3, -4]
    assert choice_scores(of, "length").tolist() == [-2, -1.5, -0.8]
    assert choice_scores(of, "prior").tolist() == [-1, -0.5, 2]
    assert [best_choice(of, normalise) for normalise in NORMALISE] == [0, 2, 2]


def test_the_prior_is_what_makes_a_rare_answer_win() -> None:
    """PMI(choice, prompt) = log p(choice | prompt) / p(choice): twice as likely beats barely changed."""
    of = prediction(np.log([0.4, 0.02]), priors=np.log([0.4, 0.01]))
    assert best_choice(of, "none") == 0
    assert best_choice(of, "prior") == 1
    assert choice_scores(of, "prior") == pytest.approx([0, math.log(2)])


@given(choices)
def test_the_best_has_the_highest_score_and_is_the_first_of_equals(drawn: list[tuple[float, int, float]]) -> None:
    of = prediction(*zip(*drawn, strict=True))
    for normalise in NORMALISE:
        scores, best = choice_scores(of, normalise).tolist(), best_choice(of, normalise)
        assert scores[best] == max(scores)
        assert best == scores.index(max(scores))


@given(choices, st.randoms(use_true_random=False))
def test_a_choices_score_depends_neither_on_its_place_nor_on_the_others(
    drawn: list[tuple[float, int, float]], random: Any
) -> None:
    some = random.sample(drawn, random.randint(1, len(drawn)))
    for normalise in NORMALISE:
        alone = [choice_scores(prediction(*zip(*[one], strict=True)), normalise)[0] for one in some]
        assert choice_scores(prediction(*zip(*some, strict=True)), normalise).tolist() == alone


@given(st.lists(nats, min_size=1, max_size=8), st.integers(1, 40), nats)
def test_normalising_by_what_all_share_decides_nothing(
    log_probabilities: list[float], tokens: int, prior: float
) -> None:
    n = len(log_probabilities)
    of = prediction(log_probabilities, [tokens] * n, [prior] * n)
    for normalise in NORMALISE:
        best = log_probabilities[best_choice(of, normalise)]
        assert best == pytest.approx(max(log_probabilities), abs=1e-9)


# --- predict ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose texts are also sorted: three examples of four have choices."""
    shop.set("tasks.sort", dict(SORT))
    shop.experiment["candidates"] = {
        name: shop.experiment["candidates"][name] for name in ("silence", "base", "drilled")
    }
    return shop


def examples(shop: Shop, task: str = "sort") -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task=task).path("examples.test.jsonl"), Example))


def answers_file(shop: Shop, candidate: str = "base", task: str = "sort") -> Path:
    return shop.stored("predict", task=task, candidate=candidate).path("predictions.jsonl")


def answers(shop: Shop, candidate: str = "base", task: str = "sort") -> list[Prediction]:
    return list(read_jsonl(answers_file(shop, candidate, task), Prediction))


def log_probabilities(example: Example, choices: tuple[str, ...], skill: float = 0.5) -> list[float]:
    asked = f"{skill:.6f} {[m['content'] for m in example.messages]}"
    return [log_probability(asked, choice) for choice in choices]


def scored(shop: Shop) -> list[str]:
    return [line for line in shop.journal() if line.startswith("scored")]


def test_chosen_and_written_answers_stand_in_the_examples_order(shop: Shop) -> None:
    shop.run()
    for candidate, skill in (("base", 0.5), ("drilled", 1 - 0.5 * 0.5**4)):
        found = answers(shop, candidate)
        assert [p.example_id for p in found] == [e.id for e in examples(shop)]
        assert {bool(e.choices) for e in examples(shop)} == {True, False}
        for answer, example in zip(found, examples(shop), strict=True):
            if example.choices:
                expected = log_probabilities(example, example.choices, skill)
                assert answer.choice_log_probabilities == pytest.approx(expected)
                assert answer.choice_tokens == (1, 1, 5)
                assert answer.text == example.choices[int(np.argmax(expected))]
                assert answer.finish == "choice"
            else:
                assert answer.finish == "stop"
                assert answer.choice_log_probabilities == ()
                assert set(answer.text.split()) <= set(example.messages[-1]["content"].split())
            assert (answer.choice_priors, answer.reference_log_probability) == ((), None)


def test_a_baseline_answers_both_kinds(shop: Shop) -> None:
    shop.set("candidates.silence.baseline", "echo").run()
    assert {p.finish for p in answers(shop, "silence")} == {"baseline"}
    assert [p.text for p in answers(shop, "silence")] == [e.references[0] for e in examples(shop)]


@pytest.mark.parametrize("normalise", NORMALISE)
def test_the_experiment_says_how_scores_are_normalised(shop: Shop, normalise: Normalise) -> None:
    shop.set("tasks.sort.choose", {"normalise": normalise}).run()
    taken, by_raw_score = [], []
    for answer, example in zip(answers(shop), examples(shop), strict=True):
        if example.choices:
            scores = np.array(log_probabilities(example, example.choices))
            priors = np.array([log_probability("", choice) for choice in example.choices])
            by = {"none": scores, "length": scores / [1, 1, 5], "prior": scores - priors}
            assert answer.text == example.choices[int(np.argmax(by[normalise]))]
            assert answer.choice_priors == (tuple(priors) if normalise == "prior" else ())
            taken.append(answer.text)
            by_raw_score.append(example.choices[int(np.argmax(scores))])
    assert (taken == by_raw_score) == (normalise == "none"), "it decides something"


def test_another_normalisation_asks_again_and_measures_again_that_task_alone(shop: Shop) -> None:
    shop.run()
    shop.journal()
    shop.set("tasks.sort.choose", {"normalise": "length"}).run()
    begun = [line for line in shop.journal() if line.startswith("before")]
    assert sorted(begun) == sorted(
        f"before {what} with {candidate}"
        for candidate in ("base", "drilled")
        for what in ("predict sort", "measure overlap of sort")
    )


def test_answers_do_not_depend_on_the_batch(shop: Shop) -> None:
    shop.set("tasks.sort.metrics", PERPLEXITY).run()
    found = answers(shop)
    shop.set("candidates.base.batch", 3).run()
    assert answers(shop) == found


PERPLEXITY = ["overlap", "perplexity"]


class TestPerplexity:
    def test_the_first_reference_is_scored_as_an_answer_to_the_same_prompt(self, shop: Shop) -> None:
        shop.set("tasks.sort.metrics", PERPLEXITY).set("tasks.echo.metrics", PERPLEXITY).run()
        for task in ("sort", "echo"):
            for answer, example in zip(answers(shop, task=task), examples(shop, task), strict=True):
                (expected,) = log_probabilities(example, example.references)
                assert answer.reference_log_probability == pytest.approx(expected)
                assert answer.reference_tokens == len(example.references[0].split())
        assert {p.reference_log_probability for p in answers(shop, "silence")} == {None}

    def test_it_changes_no_answer(self, shop: Shop) -> None:
        shop.run()
        before = [(p.text, p.choice_log_probabilities, p.finish) for p in answers(shop)]
        shop.set("tasks.sort.metrics", PERPLEXITY).run()
        assert [(p.text, p.choice_log_probabilities, p.finish) for p in answers(shop)] == before

    def test_what_has_no_reference_is_left_out(self, shop: Shop) -> None:
        shop.plugin_source(
            'references=(record.fields["category"],),',
            'references=(record.fields["category"],) if number % 3 else (),',
        )
        shop.plugin_source("s.example.references[0]", '(s.example.references or ("",))[0]')
        shop.set("tasks.sort.metrics", PERPLEXITY).run()
        for answer, example in zip(answers(shop), examples(shop), strict=True):
            assert (answer.reference_log_probability is None) == (not example.references)
            assert bool(answer.reference_tokens) == bool(example.references)


class TestInterrupted:
    @pytest.fixture
    def undisturbed(self, tmp_path: Path, shop: Shop) -> Shop:
        other = Shop(tmp_path / "undisturbed")
        other.experiment = shop.experiment
        return other

    def same(self, shop: Shop, undisturbed: Shop, *tasks: str) -> None:
        undisturbed.run()
        for task in tasks:
            for candidate in ("base", "drilled"):
                found, expected = (answers_file(s, candidate, task).read_bytes() for s in (shop, undisturbed))
                assert found == expected
        assert shop.comparison() == undisturbed.comparison()

    @pytest.mark.parametrize("normalise", NORMALISE)
    def test_in_the_middle_of_choices_it_goes_on_with_the_others(
        self, shop: Shop, undisturbed: Shop, normalise: Normalise
    ) -> None:
        shop.set("tasks.sort.choose", {"normalise": normalise})
        shop.fail("choices 2")
        assert shop.run().code == 3
        wanted = sum(bool(e.choices) for e in examples(shop))
        assert 4 < wanted < len(examples(shop))
        assert scored(shop) == ["scored 12 choices for 4"]
        shop.heal()
        outcome = shop.run()
        assert outcome.code == 0
        assert "predict sort with base (resuming)" in outcome.output
        again = [int(line.rpartition(" ")[2]) for line in scored(shop)]
        expected = 2 * wanted - 4 + 2 * ASKED_AGAIN
        assert sum(again) == expected, "for base what was left, for drilled everything, and both noise floors"
        self.same(shop, undisturbed, "echo", "sort")

    def test_what_was_written_is_not_written_again(self, shop: Shop) -> None:
        shop.fail("choices 1")
        assert shop.run().code == 3
        at_fault = shop.journal()
        assert at_fault[-2:] == ["answered 3", "failed predict sort with base: ValueError"]
        shop.heal()
        shop.run()
        journal = shop.journal()
        assert "answered 3" not in journal[: journal.index("after predict sort with base")]

    def test_in_the_middle_of_the_references_these_alone_are_scored_again(self, shop: Shop, undisturbed: Shop) -> None:
        shop.set("tasks.echo.metrics", PERPLEXITY).fail("choices 2")
        assert shop.run().code == 3
        assert sum(line.startswith("answered") for line in shop.journal()) == 3
        shop.heal()
        shop.run()
        journal = shop.journal()
        kinds = [line.split()[0] for line in journal[: journal.index("after predict echo with base")]]
        assert (kinds.count("answered"), kinds.count("scored")) == (1, 4), "once more each, for the noise floor"
        self.same(shop, undisturbed, "echo")


def test_a_backend_that_leaves_choices_out_is_told(shop: Shop) -> None:
    shop.plugin_source('note(f"scored', 'left = left[1:]\n                note(f"scored')
    outcome = shop.run()
    assert outcome.code == 3
    assert "predict sort with base: the backend 'fake' gave no answer to" in outcome.output
