"""A plugin whose models answer what a plain file says, so that it is known beforehand which of them is better.

``answers.json`` beside the experiment holds, for each manner of answering, the answer to each prompt's last turn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shoptune import hookimpl
from shoptune.components import (
    ContentIdentity,
    GenerationSettings,
    ModelBackend,
    ModelFiles,
    NoOptions,
    Options,
    Progress,
    ResolvedModel,
    TuningJob,
    TuningMethod,
    TuningReport,
)
from shoptune.data import Message, Prediction

FIRST_MANNER = "base"


def resolve(name: str, folder: Path, options: NoOptions) -> ResolvedModel:
    del options
    digest = hashlib.sha256((folder / "answers.json").read_bytes()).hexdigest()[:32]
    return ResolvedModel(name=name, identity=ContentIdentity(digest), source="the test", location=str(folder))


def fetch(model: ResolvedModel, progress: Progress) -> ModelFiles:
    del progress
    return ModelFiles(folder=Path(model.location))


class Session:
    def __init__(self, files: ModelFiles) -> None:
        self.info: Mapping[str, Any] = {}
        manner = (files.adapter / "manner.txt").read_text("utf-8") if files.adapter else FIRST_MANNER
        self._answers = json.loads((files.folder / "answers.json").read_text("utf-8"))[manner]

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        del settings, schemas
        yield [
            (place, Prediction(example_id="", text=self._answers[prompt[-1]["content"]]))
            for place, prompt in enumerate(prompts)
            if place not in done
        ]

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        del priors
        yield [
            (place, self._scored(prompt, choices[place])) for place, prompt in enumerate(prompts) if place not in done
        ]

    def _scored(self, prompt: Sequence[Message], choices: Sequence[str]) -> Prediction:
        answer = self._answers[prompt[-1]["content"]]
        return Prediction(
            example_id="",
            choice_log_probabilities=tuple(-1.0 if choice == answer else -9.0 for choice in choices),
            choice_tokens=(1,) * len(choices),
        )


@contextmanager
def open_model(files: ModelFiles) -> Iterator[Session]:
    yield Session(files)


class RehearseOptions(Options):
    manner: str


def rehearse(job: TuningJob[RehearseOptions]) -> TuningReport:
    (job.output / "adapter").mkdir()
    (job.output / "adapter" / "manner.txt").write_text(job.options.manner, "utf-8")
    return TuningReport(data={"used": len(job.rows["examples"])}, loss=[], tokens=0)


@hookimpl
def register_model_backends() -> Iterable[ModelBackend[Any]]:
    return [
        ModelBackend(
            name="on_purpose",
            summary="Answers what a file says.",
            options=NoOptions,
            abilities=frozenset({"write", "choose", "tune", "repeat"}),
            resolve=resolve,
            fetch=fetch,
            open=open_model,
        )
    ]


@hookimpl
def register_tuning_methods() -> Iterable[TuningMethod[Any]]:
    return [
        TuningMethod(
            name="rehearse",
            summary="Learns a manner of answering.",
            options=RehearseOptions,
            learns_from="examples",
            tune=rehearse,
        )
    ]
