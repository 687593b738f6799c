"""Metrics that ask a model: about an answer, and about two answers side by side, in both orders.

The judge beside them is for longer texts, and has a known weakness for whatever stands first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from shoptune import hookimpl
from shoptune.components import (
    AdditiveMetric,
    ContentIdentity,
    Evaluation,
    FloatArray,
    GenerationSettings,
    Metric,
    ModelBackend,
    ModelFiles,
    NoOptions,
    Options,
    Progress,
    ResolvedModel,
)
from shoptune.data import Example, Message, Prediction, Sample
from shoptune.reductions import ratio

__version__ = "1.0"
HERE = Path(__file__).parent


def question(name: str, text: str, choices: tuple[str, ...]) -> Example:
    return Example(id=name, messages=({"role": "user", "content": text},), choices=choices, group="")


# --- one answer ------------------------------------------------------------------------------------------------------


def about_one(sample: Sample, _: Sample | None, options: NoOptions) -> Iterator[Example]:
    yield question("long", f"Is it long?\n{sample.text}", ("yes", "no"))


def said_yes(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    told = [evaluation.judgements[sample.example.id] for sample in evaluation.samples]
    return np.array([[answer.text == "yes", 1] for (answer,) in told], dtype=np.float64).reshape(-1, 2)


# --- two answers -----------------------------------------------------------------------------------------------------


def about_two(sample: Sample, baseline: Sample | None, options: NoOptions) -> Iterator[Example]:
    assert baseline is not None
    for order, (one, other) in enumerate(((sample, baseline), (baseline, sample))):
        yield question(f"order {order}", f"Which is better?\n{one.text}\n{other.text}", ("first", "second"))


def wins(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    """Return (1 for a win in both orders, 1/2 where the judge contradicts itself, 1) per sample."""
    rows = []
    for sample in evaluation.samples:
        as_first, as_second = evaluation.judgements[sample.example.id]
        rows.append([((as_first.text == "first") + (as_second.text == "second")) / 2, 1])
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


# --- the judge -------------------------------------------------------------------------------------------------------


class JudgeOptions(Options):
    weakness: int = 6
    """Characters that what stands first seems to be longer."""


class Judge:
    info: Mapping[str, Any] = {}

    def __init__(self, weakness: int) -> None:
        self._weakness = weakness

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        raise AssertionError("nobody asks it to write")

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        for index, prompt in enumerate(prompts):
            if index in done:
                continue
            if (stop := HERE / "stop at.txt").exists() and index == int(stop.read_text("utf-8")):
                raise ValueError(f"stopped at question {index}")
            with (HERE / "asked.txt").open("a", encoding="utf-8") as file:
                file.write("asked\n")
            _, *texts = prompt[-1]["content"].split("\n")
            first = len(texts[0]) >= 20 if len(texts) == 1 else len(texts[0]) + self._weakness > len(texts[1])
            scores = (-0.1, -2.0) if first else (-2.0, -0.1)
            answer = Prediction(example_id="", choice_log_probabilities=scores, choice_tokens=(1, 1), prompt_tokens=7)
            yield [(index, answer)]


@contextmanager
def opened(files: ModelFiles) -> Iterator[Judge]:
    yield Judge(files.settings["weakness"])


def resolve(name: str, folder: Path, options: JudgeOptions) -> ResolvedModel:
    digest = hashlib.sha256(f"{name} {options.weakness}".encode()).hexdigest()[:32]
    return ResolvedModel(
        name=name,
        identity=ContentIdentity(digest),
        source="the test",
        location=str(folder),
        settings=options.model_dump(),
    )


def fetch(model: ResolvedModel, progress: Progress) -> ModelFiles:
    return ModelFiles(folder=Path(model.location), settings=model.settings)


@hookimpl
def register_model_backends() -> Iterable[ModelBackend[Any]]:
    yield ModelBackend(
        name="length_judge",
        summary="Likes long texts.",
        options=JudgeOptions,
        abilities=frozenset({"choose", "repeat"}),
        resolve=resolve,
        fetch=fetch,
        open=opened,
    )


@hookimpl
def register_metrics() -> Iterable[Metric]:
    yield AdditiveMetric(
        name="found_long",
        summary="Share of answers that the judge finds long",
        options=NoOptions,
        rows=said_yes,
        reduce=ratio,
        higher_is_better=True,
        format="share",
        questions=about_one,
    )
    yield AdditiveMetric(
        name="preferred",
        summary="Share of answers that the judge prefers to the baseline's; a contradiction counts as a tie",
        options=NoOptions,
        rows=wins,
        reduce=ratio,
        higher_is_better=True,
        format="share",
        needs=frozenset({"baseline_answers"}),
        questions=about_two,
    )
