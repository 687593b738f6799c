"""The contract of backends: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoptune.components import (
    GenerationSettings,
    ModelBackend,
    ModelFiles,
    NoOptions,
    ResolvedModel,
)
from shoptune.data import Message, Prediction
from shoptune.testing import (
    check_backend,
)
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
            yield [(place, Prediction(example_id="", text=self._text(prompts[place], batch))) for place in batch]
            if self.fault == "forgets":
                return

    def _text(self, prompt: Sequence[Message], batch: Sequence[int]) -> str:
        words = prompt[-1]["content"].split()
        if self.fault == "batch":  # as padding that attention sees
            words = words[min(len(batch), 2) :]
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


def backend(fault: str = "") -> ModelBackend[NoOptions]:
    @contextmanager
    def opened(files: ModelFiles) -> Iterator[Session]:
        yield Session(fault)

    def resolve(name: str, folder: Path, options: NoOptions) -> ResolvedModel:
        digest = str(random.random()) if fault == "fingerprint" else "1f"
        return ResolvedModel(name=name, fingerprint=digest, source="the test", location=str(folder))

    return ModelBackend(
        name="parrot",
        summary="Repeats",
        options=NoOptions,
        resolve=resolve,
        fetch=lambda located, progress: ModelFiles(folder=Path(located.location)),
        open=opened,
    )


FAULTY_BACKENDS = {
    "batch": "answers do not depend on the batch",
    "chance": "answers are deterministic",
    "done": "what is done is left out",
    "forgets": "every prompt is answered once",
    "normalised": "scores do not depend on the batch",
    "fingerprint": "it finds the same model again",
}


def test_a_healthy_backend_passes(tmp_path: Path) -> None:
    check_backend(backend(), "any", tmp_path)


@pytest.mark.parametrize("fault", FAULTY_BACKENDS)
def test_a_faulty_backend_is_found(fault: str, tmp_path: Path) -> None:
    assert FAULTY_BACKENDS[fault] in broken(lambda: check_backend(backend(fault), "any", tmp_path))
