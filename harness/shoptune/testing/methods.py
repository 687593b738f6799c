"""What holds for every tuning method: it learns, one seed gives one result, and a killed job goes on."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np
from pydantic import BaseModel

from shoptune.components import AnyMethod, ModelFiles, Progress, TuningJob, TuningReport
from shoptune.data import Example, Judgement, PreferencePair
from shoptune.errors import ShoptuneError
from shoptune.testing.contract import Finding, NotCheckedError, examine, insist, options_of, require
from shoptune.testing.samples import sample_examples, sample_judgements, sample_pairs
from shoptune.training_rows import ROW_KINDS, TrainingRow

__all__ = ["check_method", "make_job", "method_findings", "say_nothing"]


OptionsT = TypeVar("OptionsT", bound=BaseModel)
RowT = TypeVar("RowT", bound=TrainingRow)


def say_nothing(done: float, total: float, unit: str = "", detail: str = "") -> None:
    """Take note of no progress."""


def make_job(
    model: ModelFiles,
    folder: Path,
    options: OptionsT,
    *,
    rows: Sequence[TrainingRow] = (),
    validation_rows: Sequence[TrainingRow] = (),
    seed: int = 7,
    progress: Progress = say_nothing,
    say: Callable[[str], None] = lambda _: None,
) -> TuningJob[OptionsT]:
    """Make a job that writes below `folder`; a second one with the same folder finds the first one's checkpoints.

    Rows may be of any kinds.
    """
    output, work = folder / "output", folder / "work"
    output.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    return TuningJob(
        model=model,
        rows=_by_kind(rows),
        validation_rows=_by_kind(validation_rows),
        options=options,
        seed=seed,
        output=output,
        work=work,
        progress=progress,
        say=say,
    )


def _by_kind(rows: Sequence[TrainingRow]) -> dict[str, list[TrainingRow]]:
    return {name: [row for row in rows if isinstance(row, kind.row_type)] for name, kind in ROW_KINDS.items()}


@dataclass(frozen=True)
class SampleRows:
    """A sample of one kind of training rows."""

    rows: Sequence[TrainingRow]
    other: Sequence[TrainingRow]
    """The same rows, each changed so that it teaches something else."""


def _sample(rows: Sequence[RowT], other: Callable[[RowT], RowT]) -> SampleRows:
    return SampleRows(rows, [other(row) for row in rows])


def _backwards(example: Example) -> Example:
    return replace(example, references=tuple(reference[::-1] for reference in example.references))


def _swapped(pair: PreferencePair) -> PreferencePair:
    return replace(pair, chosen=pair.rejected, rejected=pair.chosen)


def _overturned(judgement: Judgement) -> Judgement:
    return replace(judgement, good=not judgement.good)


SAMPLES: Mapping[str, Callable[[], SampleRows]] = {
    "examples": lambda: _sample(sample_examples(16), _backwards),
    "pairs": lambda: _sample(sample_pairs(12), _swapped),
    "judgements": lambda: _sample(sample_judgements(12), _overturned),
}
"""By kind of training rows."""


class _KilledError(BaseException):
    """Stands for the signal that ends a process: nothing that catches errors may catch it."""


@dataclass(frozen=True)
class Material:
    """A tuning method, a model to tune, and a folder to do it in."""

    method: AnyMethod
    model: ModelFiles
    folder: Path
    given: BaseModel | None

    @cached_property
    def options(self) -> BaseModel:
        return options_of(self.method.options, self.given)

    @cached_property
    def sample(self) -> SampleRows:
        """Rows of the kind that the method learns from."""
        if self.method.learns_from not in SAMPLES:
            raise NotCheckedError(f"there is no sample of the {self.method.learns_from} that it learns from")
        return SAMPLES[self.method.learns_from]()

    def job(
        self, name: str, rows: Sequence[TrainingRow] | None = None, progress: Progress = say_nothing
    ) -> TuningJob[BaseModel]:
        """Return a job in the folder `name`, by default with the sample's rows."""
        rows = self.sample.rows if rows is None else rows
        return make_job(self.model, self.folder / name, self.options, rows=rows, progress=progress)

    @cached_property
    def first(self) -> tuple[TuningReport, str]:
        """The report and the weights of a job that nothing disturbed."""
        try:
            return self.tune(self.job("first"))
        except ShoptuneError as error:
            raise NotCheckedError(f"it can't tune this model ({error}): call the check with one that it can") from error

    def tune(self, job: TuningJob[BaseModel]) -> tuple[TuningReport, str]:
        """Run the job; return its report and the digest of the weights that it left."""
        return self.method.tune(job), _digest(job.output)


def check_method(method: AnyMethod, model: ModelFiles, folder: Path, options: BaseModel | None = None) -> None:
    """Hold a tuning method against its contract; raises `ContractError` with all that is wrong.  Trains five times.

    Args:
        method: The method.
        model: What it tunes, for example `tiny_model(folder)`.
        folder: An empty folder to work in.
        options: The method's options; default: their defaults.

    """
    insist(method_findings(method, model, folder, options))


def method_findings(
    method: AnyMethod, model: ModelFiles, folder: Path, options: BaseModel | None = None
) -> list[Finding]:
    """Return what each check of `check_method` found."""
    return examine("tuning method", method.name, CHECKS, Material(method, model, folder, options))


def it_leaves_a_model_and_a_report(material: Material) -> None:
    report, _ = material.first
    require(isinstance(report, TuningReport), f"tune returned a {type(report).__name__}; needed is a TuningReport")
    try:
        json.dumps(asdict(report), allow_nan=False)
    except (TypeError, ValueError) as error:
        require(False, f"its report is made of other than JSON's values: {error}")
    for row in report.loss:
        require({"step", "loss"} <= set(row), f"a row of its loss curve has no step or no loss: {dict(row)}")
        require(all(map(isfinite, row.values())), f"a row of its loss curve is not finite: {dict(row)}")


def it_changes_weights(material: Material) -> None:
    """A tuned model must depend on what it was tuned with: an untrained adapter is the same for all data."""
    other = material.job("other data", material.sample.other)
    require(material.tune(other)[1] != material.first[1], "tuned with other data it leaves the same weights")


def it_honours_its_seed(material: Material) -> None:
    before = material.first
    _shake_global_generators()
    again = material.tune(material.job("again"))
    remedy = "draw random numbers from generators that are made of the job's seed alone"
    require(again[1] == before[1], f"the same job left other weights the second time; {remedy}")
    require(again[0] == before[0], f"the same job reported otherwise the second time; {remedy}")


def it_resumes(material: Material) -> None:
    whole = material.first[1]
    told: list[float] = []
    material.tune(material.job("counted", progress=lambda done, *_, **__: told.append(done)))
    if len(told) < 2:
        raise NotCheckedError("it says no progress, so there is nowhere to interrupt it")
    left = iter(range(len(told) // 2, -1, -1))

    def killed_halfway(*_: object, **__: object) -> None:
        if next(left) == 0:
            raise _KilledError

    try:
        material.method.tune(material.job("killed", progress=killed_halfway))
    except _KilledError:
        pass
    else:
        require(False, "it went on although its process was killed (it must not catch BaseException)")
    work = material.job("killed").work
    left_something = any(path.is_file() for path in work.rglob("*"))  # a short job may leave no checkpoint yet
    _shake_global_generators()
    again: list[float] = []
    _, weights = material.tune(material.job("killed", progress=lambda done, *_, **__: again.append(done)))
    require(weights == whole, "killed half-way and started again, it leaves other weights than in one go")
    went_on = len(again) < len(told) or not left_something
    require(went_on, "killed half-way and started again, it began from the start, although it had left a checkpoint")


CHECKS = (it_leaves_a_model_and_a_report, it_changes_weights, it_honours_its_seed, it_resumes)


def _digest(output: Path) -> str:
    """Return the digest of the weights, which are the safetensors files, or all files where there are none."""
    found = [output / name for name in ("adapter", "model") if (output / name).is_dir()]
    require(len(found) == 1, f"it must leave adapter/ or model/ in the output folder; it left {_names(output)}")
    files = sorted(path for path in found[0].rglob("*") if path.is_file())
    require(files, f"{found[0].name}/ is empty")
    weights = [path for path in files if path.suffix == ".safetensors"] or files
    digest = hashlib.sha256()
    for path in weights:
        digest.update(path.relative_to(output).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _names(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"


def _shake_global_generators() -> None:
    """Move on the generators that a process shares, as other code may do between two jobs."""
    random.random()  # noqa: S311 - no secret
    np.random.random()
    for generator in _torch():
        generator.rand(1)


def _torch() -> Iterator[ModuleType]:
    """Yield torch where the method has imported it; the core doesn't."""
    if "torch" in sys.modules:
        yield sys.modules["torch"]
