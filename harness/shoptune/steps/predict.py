"""predict: a candidate answers a task's held-out examples."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

from shoptune.components import GenerationSettings, ModelSession
from shoptune.data import Example, Message, Prediction
from shoptune.errors import StepError
from shoptune.execution.elapsed import ResumableTimer
from shoptune.execution.resources import ResourceMonitor
from shoptune.metrics.choices import Normalise, best_choice
from shoptune.step import Step
from shoptune.steps.backends import able_to_choose, opened, refuse_unable
from shoptune.steps.context import StepContext, component_and_options, held_out_file, model_of
from shoptune.steps.noise import noise_floor
from shoptune.storage.jsonl import read_jsonl, to_line, write_jsonl

__all__ = ["predict", "with_shots"]


def predict(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``predictions.jsonl``, one line per example in the examples' order, and ``info.json``.

    Training examples with a canary are asked as well, after the held-out ones.
    """
    prepared = context.input(step, "examples")
    examples = list(read_jsonl(held_out_file(step, context), Example))
    if not examples:
        raise StepError(
            f"{step.name}: there are no {step.settings['scored_on']} examples; give that part of `split` a share"
        )
    training = list(read_jsonl(prepared.path("examples.train.jsonl"), Example))
    examples += [e for e in training if e.canary]
    elapsed = ResumableTimer(context.work.state / "seconds")
    info: dict[str, Any] = {}
    with ResourceMonitor() as usage:
        if "baseline" in step.settings:
            predictions = _answers_of_baseline(step, context, examples)
        else:
            if step.settings["generate"]["constrain"] and not any(e.answer_schema for e in examples):
                raise StepError(
                    f"{step.name}: the task gives no schema of its answers, which `constrain` needs; "
                    "take that out of `generate`"
                )
            shots = _shots(step, training)
            predictions, info = _answers_of_model(step, context, examples, shots, elapsed)
    write_jsonl(context.work.output / "predictions.jsonl", predictions)
    (context.work.output / "info.json").write_text(json.dumps(info, indent=1, ensure_ascii=False), "utf-8")
    return {
        "seconds": elapsed.seconds,
        "tokens_in": sum(p.prompt_tokens for p in predictions),
        "tokens_out": sum(p.completion_tokens for p in predictions),
        "peak_memory_bytes": usage.peak_memory_bytes,
        "peak_accelerator_bytes": usage.peak_accelerator_bytes,
    }


def with_shots(messages: Sequence[Message], shots: Sequence[Example]) -> list[Message]:
    """Return the prompt with `shots` as earlier turns, after the system message if there is one."""
    head = [m for m in messages[:1] if m["role"] == "system"]
    turns: list[Message] = []
    for shot in shots:
        turns += [m for m in shot.messages if m["role"] != "system"]
        turns.append({"role": "assistant", "content": shot.references[0]})
    return [*head, *turns, *messages[len(head) :]]


def _shots(step: Step, training: Sequence[Example]) -> list[Example]:
    """Choose the few-shot examples, by the seed: the same for every example, asked as the task itself asks."""
    count: int = step.settings["few_shot"]
    usable = [e for e in training if e.references and e.weight and not e.canary]
    if count > len(usable):
        raise StepError(f"{step.name}: few_shot is {count}, and only {len(usable)} training examples have a reference")
    return random.Random(step.settings["seed"]).sample(usable, count)  # noqa: S311 - a choice, no secret


def _answers_of_baseline(step: Step, context: StepContext, examples: Sequence[Example]) -> list[Prediction]:
    task, _ = component_and_options(context.plugins.tasks, step.settings["task"])
    answer = task.baselines[step.settings["baseline"]]
    return [Prediction(example_id=e.id, text=answer(e), finish="baseline") for e in examples]


def _answers_of_model(
    step: Step, context: StepContext, examples: Sequence[Example], shots: Sequence[Example], elapsed: ResumableTimer
) -> tuple[list[Prediction], dict[str, Any]]:
    backend, model = model_of(step, context)
    refuse_unable(backend, examples, step.name)
    prompts = [with_shots(e.messages, shots) for e in examples]
    log = context.work.state / "predictions.jsonl"
    index_of = {e.id: i for i, e in enumerate(examples)}
    answers = {index_of[p.example_id]: p for p in _flushed(log)}
    with opened(backend, model) as session, log.open("ab") as file:
        context.progress(len(answers), len(examples), "answers")
        for batch in _batches(step, session, prompts, examples, set(answers)):
            named = [(i, replace(prediction, example_id=examples[i].id)) for i, prediction in batch]
            answers.update(named)
            file.writelines(to_line(prediction) for _, prediction in named)
            file.flush()
            os.fsync(file.fileno())
            elapsed.note()
            context.progress(len(answers), len(examples), "answers")
        missing = [e.id for i, e in enumerate(examples) if i not in answers]
        if missing:
            raise StepError(
                f"{step.name}: the backend {backend.name!r} gave no answer to {len(missing)}: {missing[:5]}"
            )
        answered = [answers[i] for i in range(len(examples))]
        if step.settings["perplexity"]:
            answered = _with_references(session, prompts, examples, answered, context)
        if "repeat" not in backend.abilities:
            return answered, dict(session.info)
        settings, schemas = _generation(step, examples)
        normalise: Normalise = step.settings["choose"]["normalise"]
        floor = noise_floor(session, prompts, examples, answered, settings, schemas=schemas, normalise=normalise)
        return answered, {**session.info, "noise": floor}


def _batches(
    step: Step,
    session: ModelSession,
    prompts: Sequence[Sequence[Message]],
    examples: Sequence[Example],
    done: set[int],
) -> Iterator[list[tuple[int, Prediction]]]:
    """Ask for answers: generated ones, then those that are chosen among an example's choices."""
    settings, every_schema = _generation(step, examples)
    normalise: Normalise = step.settings["choose"]["normalise"]
    open_ended = [i for i, e in enumerate(examples) if not e.choices]
    if open_ended:
        of = {i: place for place, i in enumerate(open_ended)}
        asked = [prompts[i] for i in open_ended]
        schemas = [every_schema[i] for i in open_ended] if every_schema else ()
        for batch in session.generate(asked, settings, schemas=schemas, done={of[i] for i in done if i in of}):
            yield [(open_ended[place], prediction) for place, prediction in batch]
    closed = [i for i, e in enumerate(examples) if e.choices]
    if closed:
        of = {i: place for place, i in enumerate(closed)}
        for batch in able_to_choose(session).choose(
            [prompts[i] for i in closed],
            [examples[i].choices for i in closed],
            priors=normalise == "prior",
            done={of[i] for i in done if i in of},
        ):
            yield [
                (closed[place], _chosen(examples[closed[place]], prediction, normalise)) for place, prediction in batch
            ]


def _generation(step: Step, examples: Sequence[Example]) -> tuple[GenerationSettings, Sequence[Mapping[str, Any]]]:
    """Return how texts are generated, and the schemas that they must follow, if they must."""
    settings = {**step.settings["generate"], "stop": tuple(step.settings["generate"]["stop"])}
    schemas = [e.answer_schema for e in examples] if settings.pop("constrain") else ()
    return GenerationSettings(**settings, seed=step.settings["seed"]), schemas


def _chosen(example: Example, prediction: Prediction, normalise: Normalise) -> Prediction:
    """Take the choice that the model is most for; refuses scores that a backend must not give."""
    scores = prediction.choice_log_probabilities
    if len(scores) != len(example.choices) or any(map(isnan, scores)):
        raise StepError(f"the backend gave {scores} as scores of the {len(example.choices)} choices of {example.id!r}")
    return replace(prediction, text=example.choices[best_choice(prediction, normalise)], finish="choice")


def _with_references(
    session: ModelSession,
    prompts: Sequence[Sequence[Message]],
    examples: Sequence[Example],
    answers: Sequence[Prediction],
    context: StepContext,
) -> list[Prediction]:
    """Add how probable each example's first reference is as an answer; quick enough to be done again after a kill."""
    answered = list(answers)
    with_reference = [i for i, e in enumerate(examples) if e.references]
    scored = able_to_choose(session).choose(
        [prompts[i] for i in with_reference], [examples[i].references[:1] for i in with_reference]
    )
    done = 0
    for batch in scored:
        for place, prediction in batch:
            i = with_reference[place]
            answered[i] = replace(
                answered[i],
                reference_log_probability=prediction.choice_log_probabilities[0],
                reference_tokens=prediction.choice_tokens[0],
            )
        done += len(batch)
        context.progress(done, len(with_reference), "references")
    return answered


def _flushed(log: Path) -> list[Prediction]:
    """Return what an earlier run answered; a last line that a kill tore is cut off."""
    try:
        content = log.read_bytes()
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        log.write_bytes(whole)
    return list(read_jsonl(log, Prediction))
