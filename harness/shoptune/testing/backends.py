"""What holds for model backends: each of its claims is tried, and nothing that it does not claim.

Of one whose models can ``repeat``, an answer depends on its prompt alone, not on the batch, order or day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from math import isclose, isnan
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from shoptune.components import (
    Ability,
    AnyBackend,
    GenerationSettings,
    Model,
    ModelFiles,
    ModelSession,
    RemoteIdentity,
    ResolvedModel,
)
from shoptune.data import Message, Prediction
from shoptune.errors import ShoptuneError
from shoptune.steps.backends import able_to_choose, fetched, opened
from shoptune.testing.contract import Check, Finding, NotCheckedError, examine, insist, options_of, require
from shoptune.testing.methods import say_nothing
from shoptune.testing.samples import sample_attribute_examples, sample_examples, sample_label_examples

__all__ = ["backend_findings", "check_backend"]

SETTINGS = GenerationSettings(max_new_tokens=12)
COLOUR_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"color": {"enum": ["red", "blue"]}},
    "required": ["color"],
    "additionalProperties": False,
}
COLOUR_TOKENS = 32
"""Enough to write such an object, whatever the tokenizer."""
CLOSE = 1e-3
"""Difference of two scores, relative or in nats, that float32's rounding explains; another batch is another order of
sums."""

Prompts = Sequence[Sequence[Message]]
Answers = dict[int, Prediction]


@dataclass(frozen=True)
class Material:
    """A backend and the name of a model that it can load."""

    backend: AnyBackend
    model: str
    folder: Path
    given: BaseModel | None

    @cached_property
    def options(self) -> BaseModel:
        return options_of(self.backend.options, self.given)

    def resolve(self) -> ResolvedModel:
        """Find the model."""
        try:
            return self.backend.resolve(self.model, self.folder, self.options)
        except ShoptuneError as error:
            raise NotCheckedError(
                f"it can't load {self.model} ({error}): call the check with a model that it can"
            ) from None

    def fetch(self) -> Model:
        """Find the model, and bring it here if it has files."""
        return fetched(self.backend, self.resolve(), say_nothing)

    def session(self) -> AbstractContextManager[ModelSession]:
        """Load the model for as long as it is needed."""
        return opened(self.backend, self.fetch())

    @cached_property
    def prompts(self) -> Prompts:
        """Prompts of different length."""
        made = [*sample_examples(4), *sample_label_examples(3), *sample_attribute_examples(3)]
        return [example.messages for example in made]

    @cached_property
    def choices(self) -> list[tuple[str, ...]]:
        """Choices of different number and length, one set for each prompt."""
        known = ("yes", "no", "a red vase of oak", "irrelevant")
        return [known[: 2 + place % 3] for place in range(len(self.prompts))]


def check_backend(backend: AnyBackend, model: str, folder: Path, options: BaseModel | None = None) -> None:
    """Hold a model backend against its contract; raises `ContractError` with all that is wrong.

    What is asked goes by `ModelBackend.abilities`; one that ``sends_data`` sends the invented texts of this check.

    Args:
        backend: The backend.
        model: The model's name as in an experiment file, for example the folder of a `tiny_model`.
        folder: The folder that such a file would stand in.
        options: The backend's options; default: their defaults.

    """
    insist(backend_findings(backend, model, folder, options))


def backend_findings(backend: AnyBackend, model: str, folder: Path, options: BaseModel | None = None) -> list[Finding]:
    """Return what each check of `check_backend` found."""
    checks = [check for needed, check in CHECKS if needed <= backend.abilities]
    if backend.measure_chats is not None:
        checks.append(chats_are_measured_as_they_are_asked)
    return examine("model backend", backend.name, checks, Material(backend, model, folder, options))


def it_finds_the_same_model_again(material: Material) -> None:
    one, other = material.resolve(), material.resolve()
    require(one == other, f"resolved twice, {material.model} is {one} and {other}")


def its_claims_fit_together(material: Material) -> None:
    backend = material.backend
    unknown = sorted(backend.abilities - set(get_args(Ability)))
    require(not unknown, f"it claims {unknown}; abilities are {', '.join(get_args(Ability))}")
    require(backend.abilities & {"write", "choose"}, "it can neither write nor choose, so it can answer nothing")
    remote = isinstance(material.resolve().identity, RemoteIdentity)
    require(remote == (backend.fetch is None), "a model has either files to `fetch` or a RemoteIdentity")
    with material.session():  # which has the methods that go with the claims
        pass


def its_models_have_files(material: Material) -> None:
    model = material.fetch()
    require(isinstance(model, ModelFiles), f"it can tune, and gives a {type(model).__name__}; needed are ModelFiles")


def every_prompt_is_answered_once(material: Material) -> None:
    with material.session() as session:
        places = [place for batch in session.generate(material.prompts, SETTINGS) for place, _ in batch]
    wanted = list(range(len(material.prompts)))
    require(sorted(places) == wanted, f"of {len(wanted)} prompts it answered those at {sorted(places)}")


def answers_are_deterministic(material: Material) -> None:
    found = []
    for _ in range(2):
        with material.session() as session:
            found.append(_generated(session, material.prompts))
    _require_same_texts(found[0], found[1], "asked again in a new session")


def answers_do_not_depend_on_the_batch(material: Material) -> None:
    prompts, last = material.prompts, len(material.prompts) - 1
    with material.session() as session:
        together = _generated(session, prompts)
        backwards = _generated(session, prompts[::-1])
        alone = {place: _generated(session, [prompt])[0] for place, prompt in enumerate(prompts)}
    _require_same_texts(together, {last - place: p for place, p in backwards.items()}, "asked in reverse order")
    _require_same_texts(together, alone, "asked alone")


def what_is_done_is_left_out(material: Material) -> None:
    done = {0, 3, 4}
    with material.session() as session:
        rest = _generated(session, material.prompts, done)
    _require_without(done, rest, material)


def answers_do_not_depend_on_what_is_done(material: Material) -> None:
    done = {0, 3, 4}
    with material.session() as session:
        whole = _generated(session, material.prompts)
        rest = _generated(session, material.prompts, done)
    _require_same_texts({place: whole[place] for place in rest}, rest, f"asked with {sorted(done)} done")


def every_choice_is_scored(material: Material) -> None:
    done = {0, 3, 4}
    with material.session() as session:
        together, rest = _scored(session, material), _scored(session, material, done)
    _require_without(set(), together, material)
    _require_without(done, rest, material)
    for place, choices in enumerate(material.choices):
        scores = together[place].choice_log_probabilities
        require(len(scores) == len(choices), f"it gave {len(scores)} scores for {len(choices)} choices")
        require(not any(map(isnan, scores)), f"it gave {scores} as scores")


def scores_do_not_depend_on_the_batch(material: Material) -> None:
    with material.session() as session:
        choose = able_to_choose(session).choose
        together = _scored(session, material)
        for place, (prompt, choices) in enumerate(zip(material.prompts, material.choices, strict=True)):
            scores = together[place].choice_log_probabilities
            alone = _answers(choose([prompt], [choices[::-1]]))[0].choice_log_probabilities[::-1]
            one = _answers(choose([prompt], [choices[:1]]))[0].choice_log_probabilities
            _require_close(scores, alone, f"{choices}: alone, the other way round")
            _require_close(scores[:1], one, f"{choices[:1]}: without the other choices")


def answers_keep_to_their_schema(material: Material) -> None:
    settings = GenerationSettings(max_new_tokens=COLOUR_TOKENS)
    prompts = material.prompts[:2]
    with material.session() as session:
        answers = _answers(session.generate(prompts, settings, schemas=[COLOUR_SCHEMA, {}]))
    answer = answers[0]
    require(answer.finish != "length", f"it wrote {answer.text!r} where an object with a color was wanted")
    try:
        found = json.loads(answer.text)
    except ValueError:
        found = answer.text
    require(found in [{"color": "red"}, {"color": "blue"}], f"the schema {COLOUR_SCHEMA} was answered {answer.text!r}")


def chats_are_measured_as_they_are_asked(material: Material) -> None:
    measure, files = material.backend.measure_chats, material.fetch()
    if measure is None or not isinstance(files, ModelFiles):
        raise NotCheckedError("its models have no files that could be measured by")
    taught = [[*prompt, Message(role="assistant", content="a red vase of oak")] for prompt in material.prompts]
    found = measure(files, [*material.prompts, *taught])
    if found is None:
        raise NotCheckedError(f"it can't tell how long chats are for {material.model}")
    count = len(material.prompts)
    require(len(found.tokens) == 2 * count, f"it measured {2 * count} chats and gave {len(found.tokens)} lengths")
    for place, (asked, learnt) in enumerate(zip(found.tokens[:count], found.tokens[count:], strict=True)):
        require(asked < learnt, f"prompt {place} is {asked} tokens long, and {learnt} with an answer")
    if "write" in material.backend.abilities:
        with material.session() as session:
            said = [_generated(session, material.prompts)[place].prompt_tokens for place in range(count)]
        require(list(found.tokens[:count]) == said, f"it measured {found.tokens[:count]} tokens, and asked {said}")


CHECKS: tuple[tuple[frozenset[Ability], Check[Material]], ...] = (
    (frozenset(), it_finds_the_same_model_again),
    (frozenset(), its_claims_fit_together),
    (frozenset({"tune"}), its_models_have_files),
    (frozenset({"write"}), every_prompt_is_answered_once),
    (frozenset({"write"}), what_is_done_is_left_out),
    (frozenset({"write", "repeat"}), answers_are_deterministic),
    (frozenset({"write", "repeat"}), answers_do_not_depend_on_the_batch),
    (frozenset({"write", "repeat"}), answers_do_not_depend_on_what_is_done),
    (frozenset({"choose"}), every_choice_is_scored),
    (frozenset({"choose", "repeat"}), scores_do_not_depend_on_the_batch),
    (frozenset({"write", "constrain"}), answers_keep_to_their_schema),
)
"""What a backend must be able to do for a check, and the check."""


def _answers(batches: Iterable[Sequence[tuple[int, Prediction]]]) -> Answers:
    return {place: prediction for batch in batches for place, prediction in batch}


def _generated(session: ModelSession, prompts: Prompts, done: Collection[int] = ()) -> Answers:
    return _answers(session.generate(prompts, SETTINGS, done=done))


def _scored(session: ModelSession, material: Material, done: Collection[int] = ()) -> Answers:
    return _answers(able_to_choose(session).choose(material.prompts, material.choices, done=done))


def _require_without(done: Collection[int], answers: Answers, material: Material) -> None:
    again = sorted(set(done) & set(answers))
    require(not again, f"it answered {again} although they were done")
    missing = sorted(set(range(len(material.prompts))) - set(done) - set(answers))
    require(not missing, f"with {sorted(done)} done it left out {missing} as well")


def _require_same_texts(one: Answers, other: Answers, how: str) -> None:
    for place, prediction in one.items():
        text = other[place].text if place in other else None
        require(prediction.text == text, f"prompt {place} is answered {prediction.text!r}, and {text!r} when {how}")


def _require_close(one: Sequence[float], other: Sequence[float], how: str) -> None:
    close = all(isclose(a, b, rel_tol=CLOSE, abs_tol=CLOSE) for a, b in zip(one, other, strict=True))
    require(close, f"scores are {one}, and {other} for {how}")
