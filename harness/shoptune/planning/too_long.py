"""Prompts and training rows that are too long for a model or a method, found by the tokenizer before anything is tuned.

A backend that can't measure chats (`ModelBackend.measure_chats`), and a model that is not on this machine, say nothing
here; what is too long for them shows when they are tuned or asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shoptune.components import ChatLengths, ModelFiles
from shoptune.data import Example, Message
from shoptune.dataset.prepared_rows import read_rows
from shoptune.errors import ShoptuneError
from shoptune.formatting import integer, listed
from shoptune.planning.plan import Plan
from shoptune.plugins import Plugins
from shoptune.plugins.attribution import blaming
from shoptune.steps.models import ModelUse
from shoptune.steps.predict import ModelAnswers, PredictStep
from shoptune.steps.tune import TuneStep
from shoptune.storage.store import Store
from shoptune.training_rows import ROW_KINDS, TrainingRow

if TYPE_CHECKING:
    from shoptune.execution.progress import Display

__all__ = ["TooLong", "too_long"]

NAMED = 5
"""How many rows a message names; of the others it gives the number."""


@dataclass(frozen=True, kw_only=True)
class TooLong:
    """What is too long for a step that is still to be computed."""

    step: PredictStep | TuneStep
    refused: bool
    """Whether the step can't be computed at all; otherwise rows are cut or left out."""
    message: str
    """How many, which, how long, what the limit is, what happens with them, and what to do."""


class _Long(NamedTuple):
    row: TrainingRow
    tokens: int

    def __str__(self) -> str:
        place = f"{self.row.origin}, {self.row.id!r}" if self.row.origin else repr(self.row.id)
        return f"{place} ({self.tokens:,} tokens)"


def too_long(plan: Plan, store: Store, plugins: Plugins, display: Display | None = None) -> Iterator[TooLong]:
    """Yield what is too long for the tuning and asking that `plan` still takes, as far as the store knows the data.

    Args:
        plan: Its tuning and predicting that the store has are passed over.
        store: Where the prepared rows are.
        plugins: The experiment's.
        display: Where fetching a model that is elsewhere shows how far it is; None: nothing is said of such models.

    """
    measure = _Measure(plugins, display)
    for tune in plan.tunes.values():
        if store.find(tune.fingerprint) is None:
            yield from _taught(tune, store, measure)
    for step in plan.predictions.values():
        if store.find(step.fingerprint) is None and isinstance(step.answered_by, ModelAnswers):
            yield from _asked(step, step.answered_by, store, measure)


class _Measure:
    """Measures chats for the models of a plan, each time with their files at hand."""

    def __init__(self, plugins: Plugins, display: Display | None) -> None:
        self.plugins = plugins
        self.display = display

    def chats(self, use: ModelUse, chats: Sequence[Sequence[Message]]) -> ChatLengths | None:
        """Return how long they are for a model, tuned or not; None where that can't be told now."""
        backend = self.plugins.model_backends[use.backend].component
        if backend.measure_chats is None or (files := self._files(use)) is None:
            return None
        with blaming(self.plugins.loaded):
            try:
                return backend.measure_chats(files, chats)
            except ShoptuneError:  # the step itself will say it
                return None

    def texts(self, use: ModelUse, texts: Sequence[str]) -> Sequence[int]:
        """Return how many tokens texts have; zeros where that can't be told."""
        backend = self.plugins.model_backends[use.backend].component
        if not texts or backend.count_tokens is None or (files := self._files(use)) is None:
            return [0] * len(texts)
        with blaming(self.plugins.loaded):
            return backend.count_tokens(files, texts)

    def _files(self, use: ModelUse) -> ModelFiles | None:
        backend = self.plugins.model_backends[use.backend].component
        if backend.fetch is None:
            return None
        resolved = use.resolved
        if resolved.location and Path(resolved.location).is_dir():
            return ModelFiles(folder=Path(resolved.location), settings=resolved.settings)
        if self.display is None:
            return None
        name = f"files of {resolved.name}"
        progress = self.display.start(name)
        with blaming(self.plugins.loaded):
            try:
                return backend.fetch(resolved, progress)
            except ShoptuneError:  # the step itself will say it
                return None
            finally:
                self.display.abandon(name)


def _taught(step: TuneStep, store: Store, measure: _Measure) -> Iterator[TooLong]:
    """Yield the training rows that are cut, and those whose prompt leaves no room for an answer."""
    method = measure.plugins.tuning_methods[step.method.name].component
    with blaming(measure.plugins.loaded):
        limit = method.max_length(step.method.options)
    prepared = [store.find(source.prepared.fingerprint) for source in step.sources]
    if limit is None or not all(prepared):
        return
    kind = ROW_KINDS[method.learns_from]
    found = step.chosen([row for stored in prepared if stored for row in read_rows(stored, kind, "train")])
    rows = [row for row in found if row.weight and not kind.useless(row)]
    answers = [(row, answer) for row in rows for answer in kind.answers(row)]
    chats = [_chat(row, answer) for row, answer in answers]
    lengths = measure.chats(step.model, [*chats, *(row.messages for row in rows)])
    if lengths is None:
        return
    longest: dict[int, int] = {}
    for (row, _), tokens in zip(answers, lengths.tokens, strict=False):
        longest[id(row)] = max(longest.get(id(row), 0), tokens)
    prompts = lengths.tokens[len(chats) :]
    left_out = [_Long(row, tokens) for row, tokens in zip(rows, prompts, strict=True) if tokens >= limit]
    out = {id(long.row) for long in left_out}
    cut = [_Long(row, longest[id(row)]) for row in rows if id(row) not in out and longest.get(id(row), 0) > limit]
    for long, what in (
        (cut, "are longer than that with their answers, and cut at the end"),
        (left_out, "have prompts that leave no room for an answer, and are not learnt from"),
    ):
        if long:
            yield TooLong(
                step=step,
                refused=False,
                message=f"{step.name} learns at most {limit:,} tokens of a row: {len(long):,} of {len(rows):,} "
                f"{kind.title} {what}: {_named(long)}. Raise `max_length`, or shorten their texts.",
            )


def _chat(row: TrainingRow, answer: str) -> list[Message]:
    return [*row.messages, {"role": "assistant", "content": answer}]


def _asked(step: PredictStep, by: ModelAnswers, store: Store, measure: _Measure) -> Iterator[TooLong]:
    """Yield the prompts that leave no room for an answer in the model's context."""
    stored, prepared = store.find(step.examples.fingerprint), store.find(step.prepared.fingerprint)
    if stored is None or prepared is None:
        return
    examples, training = step.asked(stored, prepared)
    try:
        prompts = step.prompts(by, examples, training)
    except ShoptuneError:  # the step itself will say it
        return
    lengths = measure.chats(by.model, prompts)
    if lengths is None or lengths.context is None:
        return
    room = _room(by, examples, measure)
    long = [
        _Long(example, tokens)
        for example, tokens, answer in zip(examples, lengths.tokens, room, strict=True)
        if tokens + answer > lengths.context
    ]
    if long:
        yield TooLong(
            step=step,
            refused=True,
            message=f"{len(long):,} of {len(examples):,} prompts of {step.task} do not fit into the context of "
            f"{step.candidate}, {integer(lengths.context)} tokens, with an answer of up to {integer(max(room))}: "
            f"{_named(long)}. A model that can't be asked them all is left out of the comparison. Lower "
            "`max_new_tokens` or `few_shot`, or shorten their texts.",
        )


def _room(by: ModelAnswers, examples: Sequence[Example], measure: _Measure) -> list[int]:
    """Return how many tokens the answer to each example may take: written, chosen, or given as its reference."""
    given = [[*e.choices, *(e.references[:1] if by.references else ())] for e in examples]
    counted = iter(measure.texts(by.model, [text for texts in given for text in texts]))
    longest = [max((next(counted) for _ in texts), default=0) for texts in given]
    written = by.asking.settings.max_new_tokens
    return [most if e.choices else max(most, written) for e, most in zip(examples, longest, strict=True)]


def _named(long: Sequence[_Long]) -> str:
    """Name the longest ones."""
    shown = sorted(long, key=lambda one: -one.tokens)[:NAMED]
    return listed([str(one) for one in shown], len(long) - len(shown))
