"""How soon commands that compute nothing are done, beside the start of Python and of torch.

    python -m tests.benchmarks.start_up

runs the demo's invented shop once, with a template, a tiny random model and that model tuned, and then in turn
``shoptune --help``, ``plan``, ``run`` with nothing changed, and ``gate``.  What is compared with, ``import torch``, is
what a command takes at least that loads a model.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
import yaml

from shoptune.testing import tiny_model
from shoptune_start.demo import EXPERIMENT
from tests.benchmarks.ours import COMMAND
from tests.benchmarks.processes import run
from tests.benchmarks.tables import machine, output_option, publish, table

__all__ = ["main"]

CHANGED: dict[str, Any] = {
    "candidates": {
        "template": {"baseline": "template"},
        "base": {"model": "./model", "dtype": "float32", "device": "cpu"},
        "sft": {"from": "base", "tune": {"method": "sft", "epochs": 1}},
    },
    "compare": {
        "baseline": "base",
        "gates": [{"task": "description", "metric": "rouge_l", "candidate": "sft", "must": "at_least", "value": 0}],
    },
}
"""What differs from the demo, which takes minutes, and whose gates a tiny model does not pass."""

PYTHON, TORCH = "python -c pass", "python -c 'import torch'"
MEASURED: dict[str, Sequence[str | Path]] = {
    PYTHON: (sys.executable, "-c", "pass"),
    TORCH: (sys.executable, "-c", "import torch"),
    "shoptune --help": (COMMAND, "--help"),
    "shoptune plan": (COMMAND, "plan", "experiment.yaml"),
    "shoptune run, nothing changed": (COMMAND, "run", "experiment.yaml", "--plain"),
    "shoptune gate": (COMMAND, "gate", "experiment.yaml"),
}
CACHE = {"SHOPTUNE_CACHE": "cache"}
"""In the experiment's folder, so that the user's own learns nothing of a model that is gone in a minute."""


def finish_once(folder: Path) -> None:
    """Run the experiment in `folder`, which is new, from an empty store to its end."""
    shutil.copytree(EXPERIMENT.parent, folder)
    model = tiny_model(folder / "model").folder
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    # A tokenizer this small makes many tokens of a text.
    (model / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 8192}), encoding="utf-8")
    experiment = yaml.safe_load(EXPERIMENT.read_text(encoding="utf-8")) | CHANGED
    (folder / "experiment.yaml").write_text(yaml.safe_dump(experiment), encoding="utf-8")
    run(MEASURED["shoptune run, nothing changed"], folder=folder, environment=CACHE)


def steps(folder: Path) -> set[str]:
    """Return the names of the steps that the experiment's store holds."""
    return {step.name for step in (folder / ".shoptune" / "steps").iterdir()}


@click.command()
@click.option("--rounds", default=7, show_default=True, help="How often each command runs.")
@output_option
def main(rounds: int, output: Path | None) -> None:
    """Time each command, in turn, and print medians and their ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in MEASURED}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "shop"
        finish_once(folder)
        finished = steps(folder)
        for _ in range(rounds):
            for name, command in MEASURED.items():
                seconds[name].append(run(command, folder=folder, environment=CACHE).seconds)
        if steps(folder) != finished:
            raise click.ClickException("a run computed something, though nothing should have changed")
    medians = {name: median(taken) for name, taken in seconds.items()}
    publish(
        "Start-up",
        [
            f"Whole commands that compute nothing; medians of {rounds}, in turn.",
            table(
                ["command", "s", "of importing torch", f"of `{PYTHON}`"],
                [
                    [f"`{name}`", f"{taken:.2f}", f"{taken / medians[TORCH]:.2f}", f"{taken / medians[PYTHON]:.1f}"]
                    for name, taken in medians.items()
                ],
            ),
            machine("torch"),
        ],
        output,
    )


if __name__ == "__main__":
    main()
