"""``shoptune demo``: the whole way, on an invented shop that comes with the package."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import shoptune_product_description
from shoptune.commands import plain_option, reports_option, run_experiment, store_option
from shoptune.terminal import say

__all__ = ["EXPERIMENT", "demo"]

EXPERIMENT = Path(shoptune_product_description.__file__).parent / "data" / "experiment.yaml"
"""The sample of the task that the demo is about."""


@click.command(short_help="Try it all on an invented shop.")
@store_option
@reports_option
@plain_option
def demo(store: Path, reports: Path, plain: bool) -> None:
    """Tune SmolLM2-135M on an invented shop's catalogue and compare (10 to 20 minutes on two cores, no GPU)."""
    say(f"The experiment is {EXPERIMENT}; copy its folder to start from it.", err=True)
    sys.exit(run_experiment(EXPERIMENT, store, reports, plain=plain))
