"""The contract of tuning methods: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import (
    ModelFiles,
    NoOptions,
    TuningJob,
    TuningMethod,
    TuningReport,
)
from shoptune.data import Example
from shoptune.testing import (
    check_method,
)
from shoptune.testing.methods import SAMPLES
from shoptune.training_rows import ROW_KINDS, rows_of
from tests.harness.testing.faults import broken


def method(fault: str = "") -> TuningMethod[NoOptions]:
    """Makes a random number of the texts and the seed in ten steps; a fault is planted by its name."""

    def tune(job: TuningJob[NoOptions]) -> TuningReport:
        state_file = job.work / "state.json"
        chance = random.Random() if fault == "seed" else random.Random(job.seed)
        state: dict[str, Any] = {"step": 0, "weight": 0.0}
        if state_file.exists() and fault != "anew":
            state = json.loads(state_file.read_text("utf-8"))
            for _ in range(0 if fault == "resume" else state["step"]):  # the generator goes on where it was
                chance.random()
        words = "".join(e.references[0] for e in rows_of(job.rows, Example))
        for step in range(state["step"], 10):
            state = {"step": step + 1, "weight": state["weight"] + chance.random() * ord(words[step])}
            state_file.write_text(json.dumps(state), "utf-8")
            try:
                job.progress(step + 1, 10)
            except BaseException:
                if fault != "catches":
                    raise
        name = "results" if fault == "folder" else "adapter"
        (job.output / name).mkdir()
        weight = 1.0 if fault == "untrained" else state["weight"]
        (job.output / name / "weights.json").write_text(json.dumps(weight), "utf-8")
        loss = float("nan") if fault == "loss" else 1.0
        return TuningReport(data={}, loss=[{"step": 10, "loss": loss}], tokens=len(words))

    return TuningMethod(name="sum", summary="Sums", options=NoOptions, learns_from="examples", tune=tune)


FAULTY_METHODS = {
    "seed": "it honours its seed",
    "resume": "it resumes",
    "anew": "it resumes",
    "catches": "it resumes",
    "untrained": "it changes weights",
    "folder": "it leaves a model and a report",
    "loss": "it leaves a model and a report",
}


def test_a_healthy_tuning_method_passes(tmp_path: Path) -> None:
    check_method(method(), ModelFiles(folder=tmp_path), tmp_path)


@pytest.mark.parametrize("fault", FAULTY_METHODS)
def test_a_faulty_tuning_method_is_found(fault: str, tmp_path: Path) -> None:
    assert FAULTY_METHODS[fault] in broken(lambda: check_method(method(fault), ModelFiles(folder=tmp_path), tmp_path))


def test_there_is_a_sample_of_every_kind_of_training_rows() -> None:
    assert list(SAMPLES) == list(ROW_KINDS)
    for name, make in SAMPLES.items():
        kind, sample = ROW_KINDS[name], make()
        assert all(isinstance(row, kind.row_type) and not kind.useless(row) for row in sample.rows)
        assert all(other != row for row, other in zip(sample.rows, sample.other, strict=True))
