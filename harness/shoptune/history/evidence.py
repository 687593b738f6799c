"""Each sample's rows of a run, from the store or from the ``samples.jsonl`` beside its ``comparison.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from shoptune.components import FloatArray
from shoptune.errors import UsageError
from shoptune.history.samples import asked_of_line, asked_of_store
from shoptune.kept_run import KeptRun
from shoptune.reporting.asked import Asked
from shoptune.storage.store import Store

__all__ = ["Evidence", "evidence_of"]

Rows = Callable[[str, str, str], FloatArray | None]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is left of a run to compare it by."""

    asked: Mapping[str, Sequence[Asked]]
    """Task -> its samples, in the order of their rows; tasks whose samples are lost are not in it."""
    rows: Rows
    """(task, metric, candidate) -> rows [samples, k] of an additive metric; None where there are none."""
    own_values: bool
    """Whether a row is merely a sample's own value and a one (two zeros: the metric doesn't apply), since
    ``samples.jsonl`` has no more."""


def evidence_of(run: KeptRun, store: Store, folder: Path | None) -> Evidence:
    """Return the run's rows: from the store where it still holds the samples of all tasks, else from `folder`."""
    provenance = run.comparison.provenance
    found = {info.name: asked_of_store(store, provenance, info) for info in run.comparison.tasks}
    asked = {task: samples for task, samples in found.items() if samples is not None}
    if len(asked) < len(found) and folder is not None and (folder / "samples.jsonl").exists():
        return _of_file(folder / "samples.jsonl")

    def rows(task: str, metric: str, candidate: str) -> FloatArray | None:
        step = provenance.step("measure", task=task, metric=metric, candidate=candidate)
        stored = store.find(step.fingerprint) if step else None
        path = stored.folder / "rows.npy" if stored else None
        return np.load(path, allow_pickle=False) if path and path.exists() else None

    return Evidence(asked=asked, rows=rows, own_values=False)


def _of_file(path: Path) -> Evidence:
    asked: dict[str, list[Asked]] = {}
    values: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                sample = orjson.loads(line)
                asked.setdefault(sample["task"], []).append(asked_of_line(sample))
                for candidate, answer in sample["answers"].items():
                    for metric, value in answer["values"].items():
                        row = (0.0, 0.0) if value is None else (float(value), 1.0)
                        values.setdefault((sample["task"], metric, candidate), []).append(row)
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                raise UsageError(
                    f"{path}:{number}: no sample of a comparison ({error}); render it again with `shoptune report`"
                ) from error

    def rows(task: str, metric: str, candidate: str) -> FloatArray | None:
        found = values.get((task, metric, candidate), [])
        return np.array(found) if len(found) == len(asked.get(task, ())) and found else None

    return Evidence(asked=asked, rows=rows, own_values=True)
