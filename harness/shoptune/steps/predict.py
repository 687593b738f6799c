"""predict: a candidate answers a task's held-out examples."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from shoptune.components import ModelSession
from shoptune.data import Example, Message, Prediction, Sample
from shoptune.errors import StepError
from shoptune.execution.context import StepContext
from shoptune.step import ComponentUse, PluginIdentity, Resources, Step, StepCost
from shoptune.steps.asking import Asking, answers
from shoptune.steps.backends import able_to_choose, refuse_unable
from shoptune.steps.expand_prompts import ExpandPromptsStep
from shoptune.steps.models import ModelUse, backend_of, opened_model
from shoptune.steps.prepare import PrepareStep
from shoptune.steps.samples import parsed, read_samples, write_samples
from shoptune.storage.jsonl import read_jsonl

if TYPE_CHECKING:
    from shoptune.execution.elapsed import ResumableTimer
    from shoptune.storage.store import StoredStep

__all__ = ["ModelAnswers", "PredictStep", "samples_of", "with_shots"]


@dataclass(frozen=True, kw_only=True)
class ModelAnswers:
    """How a model answers."""

    model: ModelUse
    few_shot: int
    """Training examples in the prompt."""
    asking: Asking
    references: bool
    """Whether it also says how probable each example's first reference is."""
    seed: int


@dataclass(frozen=True, kw_only=True)
class PredictStep(Step):
    """Writes ``predictions.jsonl`` and ``answers.jsonl``, a line per example in the examples' order, and ``info.json``.

    Training examples with a canary are asked as well, after the held-out ones, where a metric needs them.
    """

    kind: ClassVar[str] = "predict"
    version: ClassVar[int] = 5

    component: ComponentUse
    """The task, which reads the answers."""
    examples: PrepareStep | ExpandPromptsStep
    """Where the held-out examples stand, in every prompt where the task has several."""
    scored_on: Literal["validation", "test"]
    canaries: bool
    answered_by: ModelAnswers | str
    """A model, or the name of one of the task's baselines."""

    @property
    def name(self) -> str:
        """``predict description with sft``."""
        return f"predict {self.task} with {self.candidate}"

    @property
    def done_by(self) -> PluginIdentity:
        """The backend's plugin; for a baseline, the task's."""
        return self.component.plugin if isinstance(self.answered_by, str) else self.answered_by.model.plugin

    @property
    def resources(self) -> Resources:
        """A device for a model."""
        return Resources(devices=0 if isinstance(self.answered_by, str) else 1)

    @property
    def prepared(self) -> PrepareStep:
        """Where the training examples stand."""
        return self.examples.prepared if isinstance(self.examples, ExpandPromptsStep) else self.examples

    def asked(self, stored: StoredStep, prepared: StoredStep) -> tuple[list[Example], list[Example]]:
        """Return the examples to answer and those of the training part, from what `examples` and `prepared` left."""
        training = list(read_jsonl(prepared.path("examples.train.jsonl"), Example))
        planted = [e for e in training if e.canary] if self.canaries else []
        return [*read_jsonl(stored.path(f"examples.{self.scored_on}.jsonl"), Example), *planted], training

    def prompts(
        self, by: ModelAnswers, examples: Sequence[Example], training: Sequence[Example]
    ) -> list[list[Message]]:
        """Return what the model is asked for each example; raises StepError where there are too few for `few_shot`."""
        shots = _shots(self.name, by, training)
        return [with_shots(e.messages, shots) for e in examples]

    def run(self, context: StepContext) -> StepCost:
        """Answer all examples; what a killed run answered is kept."""
        from shoptune.execution.elapsed import ResumableTimer  # noqa: PLC0415 - a plan measures nothing
        from shoptune.execution.resources import ResourceMonitor  # noqa: PLC0415

        task = context.plugins.tasks[self.component.name].component
        examples, training = self.asked(context.result(self.examples), context.result(self.prepared))
        if all(e.canary for e in examples):
            raise StepError(f"{self.name}: there are no {self.scored_on} examples; give that part of `split` a share")
        timer = ResumableTimer(context.work.state / "seconds", context.say)
        info: dict[str, object] = {}
        with ResourceMonitor() as monitor:
            if isinstance(self.answered_by, str):
                answer = task.baselines[self.answered_by]
                predictions = [Prediction(example_id=e.id, text=answer(e), finish="baseline") for e in examples]
            else:
                self._refuse_nothing_to_constrain(self.answered_by, examples)
                refuse_unable(backend_of(self.answered_by.model, context), examples, self.name)
                with opened_model(self.answered_by.model, context) as session:
                    predictions, info = self._answers(session, self.answered_by, examples, training, context, timer)
        samples = [parsed(task, e, p) for e, p in zip(examples, predictions, strict=True)]
        write_samples(context.work.output, samples)
        if said := _thoughts(samples):
            info = {**info, "thoughts": said}
        (context.work.output / "info.json").write_text(json.dumps(info, indent=1, ensure_ascii=False), "utf-8")
        return StepCost(
            seconds=timer.seconds,
            tokens_in=sum(p.prompt_tokens for p in predictions),
            tokens_out=sum(p.completion_tokens for p in predictions),
            peak_memory_bytes=monitor.peak_memory_bytes,
            peak_accelerator_bytes=monitor.peak_accelerator_bytes,
        )

    def _refuse_nothing_to_constrain(self, by: ModelAnswers, examples: Sequence[Example]) -> None:
        if by.asking.constrain and not any(e.answer_schema for e in examples):
            raise StepError(
                f"{self.name}: the task gives no schema of its answers, which `constrain` needs; "
                "take that out of `generate`"
            )

    def _answers(
        self,
        session: ModelSession,
        by: ModelAnswers,
        examples: Sequence[Example],
        training: Sequence[Example],
        context: StepContext,
        timer: ResumableTimer,
    ) -> tuple[list[Prediction], dict[str, object]]:
        from shoptune.steps.noise import noise_floor  # noqa: PLC0415 - a plan asks nothing

        prompts = self.prompts(by, examples, training)
        whose = f"{self.name}: the backend {by.model.backend!r}"
        found = answers(session, prompts, examples, by.asking, context, timer, whose=whose)
        if by.references:
            found = _with_references(session, prompts, examples, found, context)
        if "repeat" not in backend_of(by.model, context).abilities:
            return found, dict(session.info)
        floor = noise_floor(
            session,
            prompts,
            examples,
            found,
            by.asking.settings,
            schemas=by.asking.schemas(examples),
            normalise=by.asking.normalise,
        )
        return found, {**session.info, "noise": floor}


def _thoughts(samples: Sequence[Sample]) -> str:
    """Say how many answers were thought about; empty where none was."""
    thought = [s for s in samples if s.prediction.thought]
    if not thought:
        return ""
    unfinished = sum(not s.prediction.text for s in thought)
    ended = f"; {unfinished:,} end within it, and so are no answers" if unfinished else ""
    return f"{len(thought):,} of {len(samples):,} answers come after a thought, which is no part of them{ended}"


def held_out_of(step: PredictStep, context: StepContext) -> list[Example]:
    """The scored examples, in every prompt where the task has several."""
    path = context.result(step.examples).path(f"examples.{step.scored_on}.jsonl")
    return list(read_jsonl(path, Example))


def samples_of(step: PredictStep, context: StepContext) -> list[Sample]:
    """The scored examples with the candidate's answers, as they were parsed."""
    return read_samples(context.result(step).folder, held_out_of(step, context))


def with_shots(messages: Sequence[Message], shots: Sequence[Example]) -> list[Message]:
    """Return the prompt with `shots` as earlier turns, after the system message if there is one."""
    head = [m for m in messages[:1] if m["role"] == "system"]
    turns: list[Message] = []
    for shot in shots:
        turns += [m for m in shot.messages if m["role"] != "system"]
        turns.append({"role": "assistant", "content": shot.references[0]})
    return [*head, *turns, *messages[len(head) :]]


def _shots(name: str, by: ModelAnswers, training: Sequence[Example]) -> list[Example]:
    """Choose the few-shot examples, by the seed: the same for every example, asked as the task itself asks."""
    usable = [e for e in training if e.references and e.weight and not e.canary]
    if by.few_shot > len(usable):
        raise StepError(f"{name}: few_shot is {by.few_shot}, and only {len(usable)} training examples have a reference")
    return random.Random(by.seed).sample(usable, by.few_shot)  # noqa: S311 - a choice, no secret


def _with_references(
    session: ModelSession,
    prompts: Sequence[Sequence[Message]],
    examples: Sequence[Example],
    found: Sequence[Prediction],
    context: StepContext,
) -> list[Prediction]:
    """Add how probable each example's first reference is as an answer; quick enough to be done again after a kill."""
    answered = list(found)
    with_reference = [i for i, e in enumerate(examples) if e.references]
    scored = able_to_choose(session).choose(
        [prompts[i] for i in with_reference], [examples[i].references[:1] for i in with_reference]
    )
    done = 0
    for batch in scored:
        for index, prediction in batch:
            i = with_reference[index]
            answered[i] = replace(
                answered[i],
                reference_log_probability=prediction.choice_log_probabilities[0],
                reference_tokens=prediction.choice_tokens[0],
            )
        done += len(batch)
        context.progress(done, len(with_reference), "references")
    return answered
