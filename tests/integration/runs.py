"""Whole runs through the command line, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

__all__ = ["RUN", "command", "comparison", "environment", "shoptune", "write_experiment"]


def write_experiment(folder: Path, experiment: dict[str, Any]) -> None:
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")


def shoptune(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(), cwd=folder, capture_output=True, encoding="utf-8", check=False, env=environment())


RUN = "from shoptune.cli import main; main()"


def command(script: str = RUN) -> list[str]:
    return [sys.executable, "-c", script, "--debug", "run", "experiment.yaml", "--plain"]


def environment() -> dict[str, str]:
    """A model this small is quicker on one thread."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def comparison(folder: Path) -> dict[str, Any]:
    """Return comparison.json and the samples, without time, memory and the command."""
    (report,) = (folder / "reports").iterdir()
    found: dict[str, Any] = json.loads((report / "comparison.json").read_text("utf-8"))
    for cost in found["cost"]:
        del cost["seconds"], cost["tokens_per_second"], cost["peak_memory_bytes"], cost["peak_accelerator_bytes"]
    del found["provenance"]["created"], found["provenance"]["command"]
    return {**found, "samples": (report / "samples.jsonl").read_text("utf-8")}
