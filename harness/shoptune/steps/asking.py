"""Asks a model, resumably: what was answered before a kill is not asked again, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from shoptune.components import GenerationSettings, ModelSession
from shoptune.data import Example, Message, Prediction
from shoptune.errors import StepError
from shoptune.execution.context import StepContext
from shoptune.execution.elapsed import ResumableTimer
from shoptune.leftovers import keep_lines, kept_lines
from shoptune.metrics.choices import Normalise, best_choice
from shoptune.steps.backends import able_to_choose
from shoptune.storage.jsonl import from_line, to_line

__all__ = ["Asking", "answers"]

Prompt = Sequence[Message]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How a model is asked."""

    settings: GenerationSettings
    constrain: bool = False
    """Whether it can write only what an example's JSON Schema allows."""
    normalise: Normalise = "none"

    def schemas(self, examples: Sequence[Example]) -> Sequence[Mapping[str, object]]:
        """The schema that each text must follow; empty where texts are free."""
        return [e.answer_schema for e in examples] if self.constrain else ()


def answers(
    session: ModelSession,
    prompts: Sequence[Prompt],
    examples: Sequence[Example],
    asking: Asking,
    context: StepContext,
    timer: ResumableTimer,
    *,
    whose: str,
) -> list[Prediction]:
    """Return the answer to each example, in their order; `whose` names the step and its backend in messages.

    Every batch is on the disk before the next one is asked for.
    """
    log = context.work.state / "predictions.jsonl"
    index_of = {e.id: i for i, e in enumerate(examples)}
    lines, lost = kept_lines(log)
    if lost:
        context.say(f"{whose}: {lost:,} answers that an interrupted run left are damaged, and asked for again")
    earlier = [from_line(line, Prediction) for line in lines]
    found = {index_of[p.example_id]: p for p in earlier}
    with log.open("ab") as file:
        context.progress(len(found), len(examples), "answers")
        for batch in _batches(session, prompts, examples, asking, set(found)):
            named = [(i, replace(prediction, example_id=examples[i].id)) for i, prediction in batch]
            found.update(named)
            keep_lines(file, (to_line(prediction) for _, prediction in named))
            timer.note()
            context.progress(len(found), len(examples), "answers")
    missing = [e.id for i, e in enumerate(examples) if i not in found]
    if missing:
        raise StepError(f"{whose} gave no answer to {len(missing)}: {missing[:5]}")
    return [found[i] for i in range(len(examples))]


def _batches(
    session: ModelSession, prompts: Sequence[Prompt], examples: Sequence[Example], asking: Asking, done: set[int]
) -> Iterator[list[tuple[int, Prediction]]]:
    """Ask for answers: generated ones, then those that are chosen among an example's choices."""
    every_schema = asking.schemas(examples)
    open_ended = [i for i, e in enumerate(examples) if not e.choices]
    if open_ended:
        index_of = {i: index for index, i in enumerate(open_ended)}
        asked = [prompts[i] for i in open_ended]
        schemas = [every_schema[i] for i in open_ended] if every_schema else ()
        answered = {index_of[i] for i in done if i in index_of}
        for batch in session.generate(asked, asking.settings, schemas=schemas, done=answered):
            yield [(open_ended[index], prediction) for index, prediction in batch]
    closed = [i for i, e in enumerate(examples) if e.choices]
    if closed:
        index_of = {i: index for index, i in enumerate(closed)}
        for batch in able_to_choose(session).choose(
            [prompts[i] for i in closed],
            [examples[i].choices for i in closed],
            priors=asking.normalise == "prior",
            done={index_of[i] for i in done if i in index_of},
        ):
            yield [
                (closed[index], _chosen(examples[closed[index]], prediction, asking.normalise))
                for index, prediction in batch
            ]


def _chosen(example: Example, prediction: Prediction, normalise: Normalise) -> Prediction:
    """Take the choice that the model is most for; refuses scores that a backend must not give."""
    scores = prediction.choice_log_probabilities
    if len(scores) != len(example.choices) or any(map(isnan, scores)):
        raise StepError(f"the backend gave {scores} as scores of the {len(example.choices)} choices of {example.id!r}")
    return replace(prediction, text=example.choices[best_choice(prediction, normalise)], finish="choice")
