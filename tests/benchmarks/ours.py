"""Shoptune, as a command like any other."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from shoptune.data import Prediction
from shoptune.storage.jsonl import read_jsonl
from tests.benchmarks.processes import Took, run
from tests.benchmarks.work import NEW_TOKENS, STOP, Row, Work, write_rows

__all__ = ["COMMAND", "run_shoptune"]

COMMAND = Path(sys.executable).with_name("shoptune")
METRICS: Mapping[Work, str] = {"choices": "accuracy", "generation": "rouge_l"}


def run_shoptune(
    work: Work, rows: Sequence[Row], *, model: Path, dtype: str, folder: Path
) -> tuple[Took, list[Prediction]]:
    """Run an experiment over `rows` in `folder`, which is new; return what it took, and the predictions in their order.

    Everything is part of it: reading the rows, the model's answers, metrics with their intervals, three reports.
    """
    folder.mkdir()
    write_rows(folder / "rows.jsonl", rows)
    # Nothing is learnt, but every experiment has a part for training.
    write_rows(folder / "training.jsonl", [{"id": "training", "text": "Not asked.", "target": "Nothing."}])
    experiment = {
        "name": "benchmark",
        "plugins": [str(Path(__file__).with_name("bare_task.py"))],
        "data": {"training": {"rows": "training.jsonl"}, "asked": {"rows": "rows.jsonl"}},
        "tasks": {
            work: {
                "task": "bare",
                "data": "training",
                "test_data": "asked",
                "metrics": [METRICS[work]],
                "generate": {"max_new_tokens": NEW_TOKENS, "stop": [STOP]},
            }
        },
        "candidates": {"model": {"model": str(model), "dtype": dtype, "device": "cpu", "chat_template": "none"}},
        "compare": {"baseline": "model"},
    }
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment), encoding="utf-8")
    took = run(
        [COMMAND, "run", "experiment.yaml", "--plain"],
        folder=folder,
        environment={"HF_HUB_OFFLINE": "1", "SHOPTUNE_CACHE": str(folder.parent / "shoptune")},
    )
    (answers,) = (folder / ".shoptune").glob("steps/*/predictions.jsonl")
    return took, list(read_jsonl(answers, Prediction))
