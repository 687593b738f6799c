"""A backend as one for a provider would be: it can write and nothing else, and its models are known by name alone.

Nothing is sent anywhere.  ``asked.txt`` beside this file gets a line for each prompt that would have been paid for.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shoptune import hookimpl
from shoptune.components import GenerationSettings, ModelBackend, Options, RemoteIdentity, RemoteModel, ResolvedModel
from shoptune.data import Message, Prediction

ASKED = Path(__file__).with_name("asked.txt")


class WriteOnlyOptions(Options):
    endpoint: str = "https://models.invalid/v1"
    as_of: datetime.date
    """The day up to which its answers are taken to be this model's."""


def resolve(name: str, folder: Path, options: WriteOnlyOptions) -> ResolvedModel:
    identity = RemoteIdentity(options.endpoint, name, options.as_of.isoformat())
    return ResolvedModel(name=name, identity=identity, source=f"{identity.endpoint}, as of {identity.as_of}")


class Session:
    def __init__(self, model: RemoteModel) -> None:
        self.info: Mapping[str, Any] = {"endpoint": model.identity.endpoint, "as of": model.identity.as_of}

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Say the prompt's words but the first, and how many prompts came before: never the same answer again."""
        for place, prompt in enumerate(prompts):
            if place not in done:
                yield [(place, _answer(prompt, settings.max_new_tokens))]


def _answer(prompt: Sequence[Message], longest: int) -> Prediction:
    words = prompt[-1]["content"].split()[1:][: longest - 1]
    with ASKED.open("a+", encoding="utf-8") as file:
        file.seek(0)
        before = len(file.readlines())
        file.write(" ".join(words) + "\n")
    return Prediction(
        example_id="",
        text=f"{' '.join(words)} {before}",
        prompt_tokens=sum(len(message["content"].split()) for message in prompt),
        completion_tokens=len(words) + 1,
    )


@contextmanager
def open_model(model: RemoteModel) -> Iterator[Session]:
    yield Session(model)


@hookimpl
def register_model_backends() -> Iterable[ModelBackend[Any]]:
    return [
        ModelBackend(
            name="write_only",
            summary="Writes, somewhere else.",
            options=WriteOnlyOptions,
            abilities=frozenset({"write"}),
            sends_data=True,
            resolve=resolve,
            open=open_model,
        )
    ]
