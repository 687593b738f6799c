"""The contract of backends: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoptune.components import (
    Ability,
    ChatLengths,
    ContentIdentity,
    GenerationSettings,
    ModelBackend,
    ModelFiles,
    NoOptions,
    RemoteIdentity,
    RemoteModel,
    ResolvedModel,
)
from shoptune.data import Message, Prediction
from shoptune.testing import check_backend
from shoptune.testing.backends import backend_findings
from tests.harness.testing.faults import broken


class Session:
    """Repeats the prompt's last word, and scores a choice by its length; a fault is planted by its name."""

    def __init__(self, fault: str) -> None:
        self.info: Mapping[str, Any] = {}
        self.fault = fault

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        left = [place for place in range(len(prompts)) if self.fault == "done" or place not in done]
        for start in range(0, len(left), 3):
            batch = left[start : start + 3]
            yield [
                (
                    place,
                    Prediction(
                        example_id="",
                        text=self._text(prompts[place], batch, schemas and schemas[place]),
                        prompt_tokens=words(prompts[place]),
                    ),
                )
                for place in batch
            ]
            if self.fault == "forgets":
                return

    def _text(self, prompt: Sequence[Message], batch: Sequence[int], schema: object) -> str:
        words = prompt[-1]["content"].split()
        if self.fault == "batch":  # as padding that attention sees
            words = words[min(len(batch), 2) :]
        if schema and self.fault != "schema":
            return '{"color": "red"}'
        return f"{words[-1]} {len(words)} {random.random() if self.fault == 'chance' else ''}"

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        for place, these in enumerate(choices):
            if place not in done:
                scores = [-0.1 * len(choice) for choice in these]
                if self.fault == "normalised":
                    scores = [float(s - np.log(np.exp(scores).sum())) for s in scores]
                yield [(place, Prediction(example_id="", choice_log_probabilities=tuple(scores)))]


def words(chat: Sequence[Message]) -> int:
    return sum(len(message["content"].split()) for message in chat)


ABLE: frozenset[Ability] = frozenset({"write", "choose", "constrain", "tune", "repeat"})


def backend(fault: str = "", abilities: frozenset[Ability] = ABLE) -> ModelBackend[NoOptions, ModelFiles]:
    @contextmanager
    def opened(files: ModelFiles) -> Iterator[Session]:
        yield Session(fault)

    def resolve(name: str, folder: Path, options: NoOptions) -> ResolvedModel:
        identity = ContentIdentity(str(random.random()) if fault == "fingerprint" else "1f")
        return ResolvedModel(name=name, identity=identity, source="the test", location=str(folder))

    def measured(files: ModelFiles, chats: Sequence[Sequence[Message]]) -> ChatLengths:
        begun = 4 if fault == "length" else 0  # as a template counts that asking does not use
        return ChatLengths(tokens=[words(chat) + begun for chat in chats], context=None)

    return ModelBackend(
        name="parrot",
        summary="Repeats",
        options=NoOptions,
        abilities=abilities,
        resolve=resolve,
        fetch=lambda located, progress: ModelFiles(folder=Path(located.location)),
        open=opened,
        measure_chats=measured,
    )


class Writer:
    """A remote model that answers otherwise each time, and scores nothing."""

    info: Mapping[str, Any] = {}

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        for place in range(len(prompts)):
            if place not in done:
                yield [(place, Prediction(example_id="", text=f"{random.random()}"))]


def remote(abilities: frozenset[Ability]) -> ModelBackend[NoOptions, RemoteModel]:
    @contextmanager
    def opened(model: RemoteModel) -> Iterator[Writer]:
        yield Writer()

    def resolve(name: str, folder: Path, options: NoOptions) -> ResolvedModel:
        identity = RemoteIdentity("https://models.invalid/v1", name, "2026-11-30")
        return ResolvedModel(name=name, identity=identity, source="the test")

    return ModelBackend(
        name="writer", summary="Writes", options=NoOptions, abilities=abilities, resolve=resolve, open=opened
    )


FAULTY_BACKENDS = {
    "batch": "answers do not depend on the batch",
    "chance": "answers are deterministic",
    "done": "what is done is left out",
    "forgets": "every prompt is answered once",
    "normalised": "scores do not depend on the batch",
    "fingerprint": "it finds the same model again",
    "schema": "answers keep to their schema",
    "length": "chats are measured as they are asked",
}


def test_a_healthy_backend_passes(tmp_path: Path) -> None:
    check_backend(backend(), "any", tmp_path)


@pytest.mark.parametrize("fault", FAULTY_BACKENDS)
def test_a_faulty_backend_is_found(fault: str, tmp_path: Path) -> None:
    assert FAULTY_BACKENDS[fault] in broken(lambda: check_backend(backend(fault), "any", tmp_path))


def test_a_backend_is_not_asked_for_what_it_does_not_claim(tmp_path: Path) -> None:
    found = backend_findings(remote(frozenset({"write"})), "any", tmp_path)
    assert {finding.check for finding in found if finding.outcome == "passed"} == {
        "it finds the same model again",
        "its claims fit together",
        "every prompt is answered once",
        "what is done is left out",
    }
    assert len(found) == 4


FALSE_CLAIMS: list[tuple[frozenset[Any], str]] = [
    (frozenset({"write", "choose"}), "its session has no method `choose`"),
    (frozenset({"write", "tune"}), "it can tune, and gives a RemoteModel"),
    (frozenset({"write", "repeat"}), "when asked again in a new session"),
    (frozenset({"write", "sing"}), "it claims ['sing']"),
    (frozenset({"repeat"}), "it can neither write nor choose"),
]


@pytest.mark.parametrize(("abilities", "message"), FALSE_CLAIMS)
def test_a_claim_that_does_not_hold_is_a_fault(abilities: frozenset[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        check_backend(remote(abilities), "any", tmp_path)
    assert message in str(caught.value)


def test_a_model_has_files_or_a_remote_name(tmp_path: Path) -> None:
    both = replace(remote(frozenset({"write"})), fetch=backend().fetch)
    assert broken(lambda: check_backend(both, "any", tmp_path)) == {"its claims fit together"}


@pytest.mark.parametrize(
    ("endpoint", "as_of", "message"),
    [
        ("https://models.invalid", "", "Invalid isoformat"),
        ("https://models.invalid", "last week", "Invalid isoformat"),
        ("https://models.invalid", "20261130", "a date such as 2026-11-30; found '20261130'"),
        ("", "2026-11-30", "needs an endpoint"),
    ],
)
def test_a_remote_model_is_known_up_to_a_day(endpoint: str, as_of: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RemoteIdentity(endpoint, "any", as_of)


def test_a_model_without_a_hash_is_not_known_by_its_content() -> None:
    with pytest.raises(ValueError, match="needs a hash"):
        ContentIdentity("")
