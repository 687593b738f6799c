"""``shoptune data``: what was read of a shop's files, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.commands import experiment_argument, plain_option, reports_option, store_option
from shoptune.terminal import say

if TYPE_CHECKING:
    from shoptune.data_report import DataReport, Quantiles
    from shoptune.execution.progress import Display
    from shoptune.planning.plan import Plan
    from shoptune.plugins import Plugins
    from shoptune.steps.prepare import PrepareStep
    from shoptune.storage.store import Store

__all__ = ["data"]

TOKENS_OF = 2000
"""Training texts whose tokens are counted."""


@click.command(short_help="Show what was read, dropped and why.")
@experiment_argument
@store_option
@reports_option
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the data reports as JSON.")
@click.option("--tokens", is_flag=True, help="Count tokens too; fetches the experiment's first model if need be.")
@click.option("--export", "export_format", metavar="FORMAT", help="Write training rows for other tools.")
def data(
    experiment: Path,
    store: Path,
    reports: Path,
    *,
    plain: bool,
    as_json: bool,
    tokens: bool,
    export_format: str | None,
) -> None:
    """Read the shop's files, split them, and show what was read, left out and why, and what came of it.

    The same goes to REPORTS/NAME/data.html and data.json.
    """
    from shoptune.cli.data_summary import show_data
    from shoptune.execution.execute import execute
    from shoptune.execution.progress import display
    from shoptune.experiment.load import load_experiment
    from shoptune.planning.impossible import refuse_impossible
    from shoptune.planning.make_plan import make_plan
    from shoptune.planning.plan import with_inputs
    from shoptune.planning.too_long import too_long
    from shoptune.plugins.attribution import blaming
    from shoptune.reporting.rendering import render_data
    from shoptune.storage.store import Store

    loaded, opened = load_experiment(experiment), Store(store)
    export = (
        loaded.plugins.find("export format", loaded.plugins.export_formats, export_format) if export_format else None
    )
    opened.prepare()
    made = make_plan(loaded)
    with display(plain=plain) as shown:
        execute(with_inputs([task.prepare for task in made.tasks]), made.executor, opened, loaded.plugins, shown)
        found = {task.name: _report(task.prepare, opened) for task in made.tasks}
        if tokens:
            with blaming(loaded.plugins.loaded):
                found = _with_tokens(found, made, loaded.plugins, opened, shown)
    folder = reports / made.experiment
    written = render_data(made.experiment, found, made.reports, loaded.plugins, folder)
    if export:
        from shoptune.dataset.export import write_export

        for task in made.tasks:
            prepared = opened.read(task.prepare.fingerprint)
            with blaming(loaded.plugins.loaded):
                exported = write_export(export.component, prepared, folder / "export", task.name)
            written += exported.written
            for kind in exported.left_out:
                say(f"{task.name}: the export format {export.component.name!r} can't write {kind}", err=True)
    if as_json:
        say(json.dumps({name: of.model_dump(mode="json") for name, of in found.items()}, indent=1))
    else:
        show_data(found)
        for path in written:
            say(path)
    refuse_impossible(loaded, made, opened)
    for long in too_long(made, opened, loaded.plugins):
        say(f"warning: {long.message}", err=True)


def _report(prepare: PrepareStep, store: Store) -> DataReport:
    from shoptune.data_report import DataReport

    return DataReport.model_validate(store.read(prepare.fingerprint).json("data.json"))


def _with_tokens(
    reports: Mapping[str, DataReport], plan: Plan, plugins: Plugins, store: Store, shown: Display
) -> dict[str, DataReport]:
    """Add the lengths of the texts to learn, in tokens of the experiment's first model."""
    from shoptune.data import Example
    from shoptune.errors import UsageError
    from shoptune.storage.jsonl import read_jsonl

    for model in plan.models:
        backend = plugins.model_backends[model.backend].component
        if backend.count_tokens is None or backend.fetch is None:
            continue
        name = model.resolved.name
        files = backend.fetch(model.resolved, shown.start(f"tokenizer of {name}"))
        found = {}
        for task in plan.tasks:
            stored = store.read(task.prepare.fingerprint)
            examples = read_jsonl(stored.path("examples.train.jsonl"), Example)
            texts = [e.references[0] for e in islice(examples, TOKENS_OF) if e.references]
            counted = _quantiles(backend.count_tokens(files, texts))
            tokens = {name: counted} if counted else {}
            found[task.name] = reports[task.name].model_copy(update={"tokens": tokens})
        shown.abandon(f"tokenizer of {name}")
        return found
    raise UsageError("no candidate of the experiment has a model whose backend can count tokens; leave out --tokens")


def _quantiles(lengths: Sequence[int]) -> Quantiles | None:
    import numpy as np

    from shoptune.data_report import Quantiles

    if not lengths:
        return None
    p5, p50, p95, most = np.quantile(lengths, (0.05, 0.5, 0.95, 1), method="inverted_cdf").tolist()
    return Quantiles(p5=p5, p50=p50, p95=p95, max=most)
