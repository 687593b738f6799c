"""What may stand in an experiment file: its shape, as pydantic models.

Options of components (an adapter's, a task's, a tuning method's) stand beside the component's name;
`shoptune.experiment.check` holds them against the component's own model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from shoptune.components import Options
from shoptune.dataset.splits import Split
from shoptune.deciding.gates import Gate
from shoptune.described import Described
from shoptune.experiment.validation import validate
from shoptune.experiment.yaml_file import YamlFile, read_yaml
from shoptune.metrics.choices import Normalise
from shoptune.prices import Prices

__all__ = [
    "CandidateUse",
    "Choosing",
    "Compare",
    "DataFile",
    "ExecutorUse",
    "ExperimentFile",
    "Generation",
    "JudgeUse",
    "MetricUse",
    "Part",
    "Select",
    "TaskUse",
    "Tune",
    "read_experiment_file",
]

Part = Literal["validation", "test"]
"""The parts that answers are scored on."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]


class WithOptions(Described):
    """A mapping that names a component; the keys it does not know are that component's options."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    @property
    def options(self) -> dict[str, object]:
        """The component's options as they stand in the file."""
        return dict(self.model_extra or {})


class DataFile(WithOptions):
    """One table of a shop, and how to read it."""

    path: str
    """A file, or a pattern such as ``exports/products_*.csv`` whose files are read as one table; relative to the
    experiment file."""
    adapter: str | None = None
    """The data adapter that reads it. None: the installed plugins are asked which one recognises the file."""
    on_bad_row: Literal["stop", "skip"] | None = None
    """What happens at a row that can't be used: stop with an error, or skip and report it. None: skip, but stop where
    more than 1 % of the rows and more than 20 are bad, or most of them."""


def _path_alone(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class Generation(Options):
    """How answers are generated; greedy unless a temperature is given."""

    max_new_tokens: int | None = Field(None, gt=0)
    """The longest an answer may get, in tokens. None: the task's own limit."""
    temperature: float = Field(0.0, ge=0)
    """Sampling temperature; 0 is greedy decoding, which is deterministic and best for comparisons."""
    repetition_penalty: float = Field(1.0, gt=0)
    """Divides the scores of tokens that have already occurred (Keskar et al., 2019); 1 changes nothing, above 1
    discourages repetition."""
    stop: tuple[str, ...] = ()
    """Strings at which generation ends, beside the model's own end-of-sequence token."""
    constrain: bool = False
    """Whether decoding is constrained to the task's JSON Schema, so that a model isn't marked down for its form."""


class Choosing(Options):
    """How an answer is chosen among an example's choices by their log-probabilities."""

    normalise: Normalise = "none"
    """How log-probabilities are made comparable. ``none``: as they are, summed over the choice's tokens; ``length``:
    per token, so that long choices aren't at a disadvantage; ``prior``: less their log-probability after a prompt that
    says nothing, so that likely words aren't at an advantage (Holtzman et al., "Surface Form Competition", 2021)."""


class MetricUse(WithOptions):
    """A metric of a task, with its options; `name` tells two uses of one metric apart."""

    metric: str
    """The metric's name, as ``shoptune metrics`` lists it."""
    name: str | None = None
    """What it is called in reports and gates, to tell two uses of one metric apart. None: the metric's own name."""
    judge: str | None = None
    """Which of `judges` is asked, by a metric that asks a model. None: the only one that there is."""


def _metric_alone(value: object) -> object:
    return {"metric": value} if isinstance(value, str) else value


class TaskUse(WithOptions):
    """A task on a shop's data."""

    task: str
    """The task component's name, as ``shoptune tasks`` lists it."""
    data: str
    """The data that examples are made of: a key of ``data``."""
    split: Split = Split()
    """What is held out for validation and test."""
    score_on: Part = "test"
    """The part that models are scored on. Choose settings on ``validation``; look at ``test`` once, at the end."""
    test_data: str | None = None
    """Data (a key of ``data``) whose examples all form the test part, such as a published split. None: a share of
    `data`, as `split` says."""
    validation_data: str | None = None
    """Data (a key of ``data``) whose examples all form the validation part. None: a share of `data`, as `split`
    says."""
    canaries: int = Field(0, ge=0, le=1000)
    """How many training texts get a random string planted, which a tuned model must not reproduce."""
    metrics: (
        tuple[Annotated[MetricUse, BeforeValidator(_metric_alone, json_schema_input_type=str | MetricUse)], ...] | None
    ) = None
    """What is measured: names of metrics, or mappings with a metric and its options. None: the task's own metrics."""
    generate: Generation = Generation()
    """How answers are generated."""
    choose: Choosing = Choosing()
    """How an answer is chosen, where the task gives choices."""
    prompts: dict[Name, dict[str, object]] = Field(default_factory=dict)
    """Other ways to ask: a name for each, and the task's options that it changes (an instruction, as a rule).  Held-out
    examples are asked in each way beside the task's own; training uses the task's own alone."""

    @model_validator(mode="after")
    def _one_source_for_each_part(self) -> TaskUse:
        for part, data in (("test", self.test_data), ("validation", self.validation_data)):
            if data and self.split.model_fields_set & {part, f"{part}_from"}:
                raise ValueError(f"`{part}_data` gives the whole {part} part, so `split` has no say in it")
        return self


class Tune(WithOptions):
    """A tuning method with its options."""

    method: str
    """The tuning method's name, as ``shoptune methods`` lists it."""
    tasks: tuple[str, ...] | None = None
    """The tasks whose training data is used. None: all."""
    rows: int | None = Field(None, gt=0)
    """Train on at most this many rows (examples or pairs), sampled by the seed; a larger sample includes a smaller one.
    None: all."""


class Select(Options):
    """The best of several candidates, chosen on validation data: what was measured on test data chooses nothing."""

    of: tuple[str, ...] = Field(min_length=2)
    """The candidates to choose among."""
    task: str
    """The task whose validation part they are compared on."""
    metric: str
    """A metric of the task that has a direction, by its name in the file."""


class CandidateUse(WithOptions):
    """One column of the comparison: a baseline, a model, or a model made from another candidate."""

    baseline: str | None = None
    """A baseline that the task brings, such as a filled template: an answer without any model."""
    model: str | None = None
    """A hub name, a folder, a GGUF file or a short name that the backend knows."""
    backend: str | None = None
    """The model backend that loads and runs the model. None: the installed plugins are asked which one can."""
    allow_sending: bool = False
    """Whether the shop's texts may leave this machine: a backend that sends them to a provider is not used without."""
    parent: str | None = Field(None, alias="from")
    """The candidate that this one starts from."""
    tune: Tune | None = None
    """How the parent is tuned. None: it isn't; it only gets a few-shot prompt."""
    few_shot: int = Field(0, ge=0)
    """How many training examples are shown in the prompt."""
    select: Select | None = None
    """The candidate is the best of others. None: it is a candidate of its own."""

    @model_validator(mode="after")
    def _one_origin(self) -> CandidateUse:
        origins = {"baseline": self.baseline, "model": self.model, "from": self.parent, "select": self.select}
        given = [key for key, value in origins.items() if value]
        if len(given) != 1:
            others = f"only {_quoted(list(self.options))}" if self.options else "none"
            found = " and ".join(given) or others
            raise ValueError(f"a candidate has exactly one of `baseline`, `model`, `from` and `select`; found {found}")
        if self.tune and not self.parent:
            raise ValueError("`tune` needs `from`, the candidate to start from")
        if self.parent and not (self.tune or self.few_shot):
            raise ValueError("`from` needs `tune` or `few_shot`: what makes it differ from its parent?")
        if self.select and self.few_shot:
            raise ValueError("a selected candidate is asked as it was when it was chosen, so `few_shot` does nothing")
        if self.baseline and self.few_shot:
            raise ValueError("a baseline reads no prompt, so `few_shot` does nothing")
        if not self.model and (self.backend or self.allow_sending or self.options):
            raise ValueError(
                f"only a candidate with `model` takes {_quoted(['backend', 'allow_sending', *self.options])}"
            )
        return self


class JudgeUse(WithOptions):
    """A model that metrics may ask about answers."""

    MAX_NEW_TOKENS: ClassVar[int] = 64
    """How long its answers may get, unless `generate` says otherwise."""

    model: str
    """A hub name, a folder, a GGUF file or a short name that the backend knows."""
    backend: str | None = None
    """The backend that loads the model. None: plugins are asked who can."""
    allow_sending: bool = False
    """As for a candidate: whether the shop's texts may leave this machine."""
    generate: Generation = Generation()
    """How its answers are generated."""
    choose: Choosing = Choosing()
    """How it chooses among a question's choices."""


class ExecutorUse(WithOptions):
    """What decides where steps are computed, with its options."""

    executor: str
    """The executor's name: ``local``, ``processes`` or a plugin's."""


def _executor_alone(value: object) -> object:
    return {"executor": value} if isinstance(value, str) else value


class Compare(Options):
    """How candidates are compared."""

    baseline: str
    """The candidate that the others are compared with."""
    resamples: int = Field(10_000, ge=200, le=100_000)
    """Bootstrap resamples behind each interval; more are more precise and take longer."""
    slices: tuple[str, ...] | None = None
    """What results are broken down by (category, brand, language, ...). None: all that the examples carry."""
    prices: Prices | None = None
    """What computing costs. With prices the report gives each candidate's cost in money; None: only in time, tokens and
    memory."""
    gates: tuple[Gate, ...] = ()
    """What candidates must achieve for ``shoptune gate`` and ``run`` to exit with 0."""


class ExperimentFile(Options):
    """What stands in an experiment file."""

    name: Name
    """What the experiment is called, in reports and in the history."""
    seed: int = Field(7, ge=0)
    """Seed of everything random: split, tuning, sampling, bootstrap."""
    plugins: tuple[str, ...] = ()
    """Plugin files and folders to load beside the installed ones, relative to the experiment file."""
    data: dict[
        Name, dict[Name, Annotated[DataFile, BeforeValidator(_path_alone, json_schema_input_type=str | DataFile)]]
    ]
    """Name -> tables: what tasks read. A table (``products``, ``orders``, ...) is a path, or a mapping with the path,
    an adapter and its options."""
    tasks: dict[Name, TaskUse] = Field(min_length=1)
    """Name -> task: what models are asked to do."""
    candidates: dict[Name, CandidateUse] = Field(min_length=1)
    """Name -> candidate: what is compared, one column each."""
    judges: dict[Name, JudgeUse] = Field(default_factory=dict)
    """Name -> model that metrics ask about answers; a metric that does names one as its `judge`."""
    compare: Compare
    """How candidates are compared, and what is asked of them."""
    reports: tuple[str, ...] = ("html", "markdown", "json")
    """Formats of the report, as ``shoptune plugins list`` shows them."""
    executor: Annotated[ExecutorUse, BeforeValidator(_executor_alone, json_schema_input_type=str | ExecutorUse)] = (
        ExecutorUse(executor="local")
    )
    """Where steps are computed: ``local``, one after the other; ``{executor: processes, processes: 2}``, several at a
    time."""


def read_experiment_file(path: Path) -> tuple[ExperimentFile, YamlFile]:
    """Read the file and check its shape, without looking at any plugin; raises UsageError."""
    yaml_file = read_yaml(path)
    return validate(ExperimentFile, yaml_file.content, yaml_file, ()), yaml_file


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)
