"""An observer that records a run, a line of JSON per event, as a tracker would."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from shoptune.comparison import Comparison
    from shoptune.step import Step, StepOutcome

__version__ = "1.0"
RECORD = Path(__file__).with_name("record.jsonl")


def record(event: str, **what: object) -> None:
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": event, **what}) + "\n")


@hookimpl
def before_run(experiment: str, steps: Sequence[Step]) -> None:
    record("run begins", experiment=experiment, steps=[step.name for step in steps])


@hookimpl
def after_step(step: Step, outcome: StepOutcome) -> None:
    loss = outcome.folder / "training.json"
    curve = json.loads(loss.read_text("utf-8"))["loss"] if loss.exists() else []
    cost = outcome.cost
    record("step", step=step.name, kind=step.kind, loss=curve, tokens_out=cost.tokens_out if cost else None)


@hookimpl
def on_step_error(step: Step, error: BaseException) -> None:
    record("step failed", step=step.name, error=type(error).__name__)


@hookimpl
def on_run_error(experiment: str, error: BaseException) -> None:
    record("run failed", experiment=experiment, error=type(error).__name__)


@hookimpl
def after_run(comparison: Comparison, folder: Path) -> None:
    values = {f"{r.metric} of {r.candidate}": r.value for r in comparison.results if r.slice is None}
    record("run ends", values=values, folder=folder.name)
