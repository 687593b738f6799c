"""Runs the sample that comes with a task."""

import shutil
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

import yaml

from tests.fakes import shoptune

__all__ = ["run_baselines"]


def run_baselines(sample: Path, folder: Path, baselines: Sequence[str]) -> Path:
    """Copy a sample into `folder` and run its experiment with the candidates that need no model; return the copy."""
    copy = folder / "data"
    shutil.copytree(sample, copy)
    path = copy / "experiment.yaml"
    experiment = yaml.safe_load(path.read_text("utf-8"))
    experiment["candidates"] = {name: experiment["candidates"][name] for name in baselines}
    experiment["compare"] = {"baseline": baselines[0], "resamples": 200}
    path.write_text(yaml.safe_dump(experiment), "utf-8")
    with chdir(copy):
        code, output = shoptune("run", path.name, "--plain")
    assert code == 0, output
    return copy
