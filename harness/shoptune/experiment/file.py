"""What may stand in an experiment file: its shape, as pydantic models.

Options of components (an adapter's, a task's, a tuning method's) stand beside the component's name;
`shoptune.experiment.check` holds them against the component's own model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shoptune.components import Options
from shoptune.dataset.splits import Split
from shoptune.deciding.gates import Gate
from shoptune.experiment.validation import validate
from shoptune.experiment.yaml_file import YamlFile, read_yaml
from shoptune.metrics.choices import Normalise
from shoptune.prices import Prices

__all__ = [
    "CandidateUse",
    "Choosing",
    "Compare",
    "DataFile",
    "ExperimentFile",
    "Generation",
    "MetricUse",
    "TaskUse",
    "Tune",
    "read_experiment_file",
]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]


class WithOptions(BaseModel):
    """A mapping that names a component; the keys it does not know are that component's options."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    @property
    def options(self) -> dict[str, Any]:
        """The component's options as they stand in the file."""
        return dict(self.model_extra or {})


class DataFile(WithOptions):
    """One table of a shop, and how to read it."""

    path: str
    """A file, or a pattern such as ``exports/products_*.csv`` whose files are read as one table."""
    adapter: str | None = None
    """None: plugins are asked who can read it."""
    on_bad_row: Literal["stop", "skip"] | None = None
    """What happens at a row that can't be used; None: stop where more than 1 % of the rows are bad."""


def _path_alone(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class Generation(Options):
    """How answers are generated; greedy unless a temperature is given."""

    max_new_tokens: int | None = Field(None, gt=0)
    """None: what the task says."""
    temperature: float = Field(0.0, ge=0)
    repetition_penalty: float = Field(1.0, gt=0)
    stop: tuple[str, ...] = ()
    constrain: bool = False
    """Whether a model can write only what the task's JSON Schema allows, so that it isn't marked down for its form."""


class Choosing(Options):
    """How an answer is chosen among an example's choices by their log-probabilities."""

    normalise: Normalise = "none"
    """``length``: per token, so that long choices aren't at a disadvantage; ``prior``: less their log-probability after
    a prompt that says nothing, so that likely words aren't at an advantage (Holtzman et al., "Surface Form
    Competition", 2021)."""


class MetricUse(WithOptions):
    """A metric of a task, with its options; `name` tells two uses of one metric apart."""

    metric: str
    name: str | None = None


def _metric_alone(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


class TaskUse(WithOptions):
    """A task on a shop's data."""

    task: str
    data: str
    split: Split = Split()
    score_on: Literal["validation", "test"] = "test"
    """Choose settings on ``validation``; look at ``test`` once, at the end."""
    test_data: str | None = None
    """Data whose examples all are the test part, instead of a share of `data`: a split that somebody published."""
    validation_data: str | None = None
    """The same for the validation part."""
    canaries: int = Field(0, ge=0, le=1000)
    """How many training texts get a random string planted, which must not come out of a tuned model."""
    metrics: (
        tuple[Annotated[MetricUse, BeforeValidator(_metric_alone, json_schema_input_type=str | MetricUse)], ...] | None
    ) = None
    """None: the task's own."""
    generate: Generation = Generation()
    choose: Choosing = Choosing()
    prompts: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """Other ways to ask: a name for each, and the task's options that it changes (an instruction, as a rule).  Held-out
    examples are asked in each way beside the task's own; training uses the task's own alone."""
    perplexity: bool = False
    """Whether models also say how probable the references are, which is what the metric ``perplexity`` needs."""

    @model_validator(mode="after")
    def _one_source_for_each_part(self) -> TaskUse:
        for part, data in (("test", self.test_data), ("validation", self.validation_data)):
            if data and self.split.model_fields_set & {part, f"{part}_from"}:
                raise ValueError(f"`{part}_data` gives the whole {part} part, so `split` has no say in it")
        return self


class Tune(WithOptions):
    """A tuning method with its options."""

    method: str
    tasks: tuple[str, ...] | None = None
    """The tasks whose training data is used; None: all."""
    rows: int | None = Field(None, gt=0)
    """Learn from at most so many examples or pairs, chosen by the seed; more rows include fewer.  None: all."""


class CandidateUse(WithOptions):
    """One column of the comparison: a baseline, a model, or a model made from another candidate."""

    baseline: str | None = None
    """One of the task's own: an answer without any model."""
    model: str | None = None
    """A hub name, a folder, a GGUF file or a short name that the backend knows."""
    backend: str | None = None
    allow_sending: bool = False
    """Whether the shop's texts may leave this machine: a backend that sends them to a provider is not used without."""
    parent: str | None = Field(None, alias="from")
    """The candidate that this one starts from."""
    tune: Tune | None = None
    few_shot: int = Field(0, ge=0)
    """How many training examples stand in the prompt."""

    @model_validator(mode="after")
    def _one_origin(self) -> CandidateUse:
        given = [k for k, v in (("baseline", self.baseline), ("model", self.model), ("from", self.parent)) if v]
        if len(given) != 1:
            others = f"only {_quoted(list(self.options))}" if self.options else "none"
            found = " and ".join(given) or others
            raise ValueError(f"a candidate has exactly one of `baseline`, `model` and `from`; found {found}")
        if self.tune and not self.parent:
            raise ValueError("`tune` needs `from`, the candidate to start from")
        if self.parent and not (self.tune or self.few_shot):
            raise ValueError("`from` needs `tune` or `few_shot`: what makes it differ from its parent?")
        if self.baseline and self.few_shot:
            raise ValueError("a baseline reads no prompt, so `few_shot` does nothing")
        if not self.model and (self.backend or self.allow_sending or self.options):
            raise ValueError(
                f"only a candidate with `model` takes {_quoted(['backend', 'allow_sending', *self.options])}"
            )
        return self


class Compare(Options):
    """How candidates are compared."""

    baseline: str
    """The candidate that the others are compared with."""
    resamples: int = Field(10_000, ge=200)
    slices: tuple[str, ...] | None = None
    """What results are broken down by (category, brand, language, ...); by default all that the examples carry."""
    prices: Prices | None = None
    """With them the report says what each candidate costs in money."""
    gates: tuple[Gate, ...] = ()


class ExperimentFile(Options):
    """What stands in an experiment file."""

    name: Name
    seed: int = Field(7, ge=0)
    plugins: tuple[str, ...] = ()
    """Plugin files and folders beside the installed ones."""
    data: dict[
        Name, dict[Name, Annotated[DataFile, BeforeValidator(_path_alone, json_schema_input_type=str | DataFile)]]
    ]
    tasks: dict[Name, TaskUse] = Field(min_length=1)
    candidates: dict[Name, CandidateUse] = Field(min_length=1)
    compare: Compare
    reports: tuple[str, ...] = ("html", "markdown", "json")
    executor: str = "local"


def read_experiment_file(path: Path) -> tuple[ExperimentFile, YamlFile]:
    """Read the file and check its shape, without looking at any plugin; raises UsageError."""
    yaml_file = read_yaml(path)
    return validate(ExperimentFile, yaml_file.content, yaml_file, ()), yaml_file


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)
