"""Answers as their task reads them: parsed once, where they are made, and stored beside the predictions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from shoptune.components import AnyTask
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune.errors import PluginError
from shoptune.storage.jsonl import read_jsonl, write_jsonl
from shoptune.thoughts import refuse_unfinished, thought_and_answer, without_thoughts

__all__ = ["parsed", "read_samples", "write_samples"]


def parsed(task: AnyTask, example: Example, prediction: Prediction) -> Sample:
    """Let the task read an answer, without what was thought about it; a parse that raises makes its answer invalid."""
    example = without_thoughts(example)
    if prediction.finish not in {"baseline", "choice"}:
        thought, text = thought_and_answer(prediction.text)
        prediction = replace(prediction, text=text, thought=thought) if thought else prediction
        if unfinished := refuse_unfinished(thought, text):
            return Sample(example=example, prediction=prediction, answer=unfinished)
    try:
        answer = task.parse(prediction.text, example)
    except Exception as error:
        answer = Invalid(f"the task's parse raised {type(error).__name__}: {error}")
    return Sample(example=example, prediction=prediction, answer=answer)


def write_samples(folder: Path, samples: Sequence[Sample]) -> None:
    """Write ``predictions.jsonl`` and ``answers.jsonl``, a line for each sample."""
    write_jsonl(folder / "predictions.jsonl", (s.prediction for s in samples))
    with (folder / "answers.jsonl").open("wb") as file:
        file.writelines(map(_line, samples))


def read_samples(folder: Path, examples: Iterable[Example]) -> list[Sample]:
    """Read what `write_samples` wrote of these examples; others may stand in the files too."""
    answered = {p.example_id: (p, a) for p, a in zip(_predictions(folder), _answers(folder), strict=True)}
    found = map(without_thoughts, examples)
    return [Sample(example=e, prediction=answered[e.id][0], answer=answered[e.id][1]) for e in found]


def _line(sample: Sample) -> bytes:
    answer = sample.answer
    try:
        content = {"invalid": answer.reason} if isinstance(answer, Invalid) else {"answer": answer}
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass") + b"\n"
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the task's parse returned a {type(answer).__name__} for {sample.example.id!r}, which is not made of JSON "
            f"values ({error})"
        ) from error


def _predictions(folder: Path) -> Iterator[Prediction]:
    return read_jsonl(folder / "predictions.jsonl", Prediction)


def _answers(folder: Path) -> Iterator[object]:
    with (folder / "answers.jsonl").open("rb") as file:
        for line in file:
            found = _loaded(line)
            yield Invalid(found["invalid"]) if "invalid" in found else found["answer"]


def _loaded(line: bytes) -> dict[str, Any]:  # what the task made of an answer, or why it is invalid
    try:
        found: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:  # halves of surrogate pairs, and whole numbers beyond 64 bits
        found = json.loads(line.decode("utf-8", "surrogatepass"))
    return found
