"""Every hook that a plugin can implement; ``manual/guide.md`` builds a plugin step by step.

A plugin is a module with functions marked `@shoptune.hookimpl`, named as below.  Implement what you need, take the
arguments that you need (pluggy leaves the others out), and give them no default values.  A distribution announces its
plugin by an entry point of the group ``shoptune``::

    [project.entry-points.shoptune]
    my_plugin = "my_package.plugin"

Keep that module light: import what is heavy inside the hook, so that ``shoptune --help`` stays quick.  A plugin of many
components may say where each one is instead (`shoptune.deferred.Deferred`): it is then imported when it is chosen.

Three kinds of hook: what a user chooses by name is *registered*; what has to be decided by asking is *selected* (the
first answer that isn't None counts); observers are notified, and an exception in one is recorded against its
plugin and never aborts a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import click

    from shoptune.comparison import Comparison
    from shoptune.components import (
        AnyAdapter,
        AnyBackend,
        AnyExecutor,
        AnyMethod,
        AnyTask,
        ExportFormat,
        Metric,
        Recogniser,
        ReportFormat,
        Section,
    )
    from shoptune.deferred import Deferred
    from shoptune.step import Step, StepOutcome

__all__ = ["API_VERSION", "hookimpl", "hookspec"]

API_VERSION = 2
"""The version of what stands here and in `shoptune.components`: raised when plugins have to be changed for it.

A plugin's module may say which one it was made for, ``shoptune_api = 2``; it is then refused by a shoptune that has
another, with a message that says so."""

hookspec = pluggy.HookspecMarker("shoptune")
hookimpl = pluggy.HookimplMarker("shoptune")


# --- registered: chosen by name in the experiment file ---------------------------------------------------------------


@hookspec
def register_data_adapters() -> Iterable[AnyAdapter | Deferred]:  # type: ignore[empty-body]
    """Bring adapters, each of which reads one kind of file into records.

    Example: ``shoptune_shops`` brings ``shopify_products``, which groups a Shopify export's rows by handle.
    """


@hookspec
def register_tasks() -> Iterable[AnyTask | Deferred]:  # type: ignore[empty-body]
    """Bring tasks, each of which turns records into examples and reads a model's answers.

    Example: ``shoptune_product_description`` brings ``product_description``.
    """


@hookspec
def register_tuning_methods() -> Iterable[AnyMethod | Deferred]:  # type: ignore[empty-body]
    """Bring tuning methods, each of which makes a tuned model of a model and training data.

    Example: ``shoptune_trl`` brings ``sft`` and ``dpo``.
    """


@hookspec
def register_model_backends() -> Iterable[AnyBackend | Deferred]:  # type: ignore[empty-body]
    """Bring backends, each of which finds, loads and runs models.

    Example: ``shoptune_transformers`` brings ``transformers``.
    """


@hookspec
def register_metrics() -> Iterable[Metric | Deferred]:  # type: ignore[empty-body]
    """Bring metrics, each a pair of pure functions (see `shoptune.components.AdditiveMetric`).

    Example: ``shoptune_text`` brings ``rouge_l``.
    """


@hookspec
def register_report_formats() -> Iterable[ReportFormat | Deferred]:  # type: ignore[empty-body]
    """Bring report formats, each of which renders a comparison into files.

    Example: ``shoptune_reports`` brings ``html``, ``markdown`` and ``json``.
    """


@hookspec
def register_export_formats() -> Iterable[ExportFormat | Deferred]:  # type: ignore[empty-body]
    """Bring forms in which ``shoptune data --export`` writes training data for other tools.

    Example: ``shoptune_instructions`` brings ``chat``, ``prompt_completion`` and ``openai``.
    """


@hookspec
def register_recognisers() -> Iterable[Recogniser | Deferred]:  # type: ignore[empty-body]
    """Bring recognisers, each of which finds personal data that is masked before anything is stored.

    Example: a plugin of your own for the numbers of your loyalty cards, or for presidio (see ``personal_data.md``).
    Nobody chooses them by name: those of all plugins that are loaded are used.
    """


@hookspec
def register_executors() -> Iterable[AnyExecutor | Deferred]:  # type: ignore[empty-body]
    """Bring executors, each of which decides where steps run.

    Example: ``shoptune_local`` brings ``local``, which runs them one after the other in this process.
    """


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to the ``shoptune`` command.

    Example: ``shoptune_start`` adds ``shoptune init``.  Make the command without importing what it will need: this hook
    is called for ``shoptune --help``.  `shoptune.commands` holds the options of our own commands and what they do.
    """


# --- selected: decided by asking; the first answer counts ------------------------------------------------------------


@hookspec(firstresult=True)
def select_data_adapter(path: Path) -> str | None:
    """Name the adapter that can read this file, judging by its name and first bytes; None if you know none.

    Asked where the experiment file names a path and no adapter.
    """


@hookspec(firstresult=True)
def select_model_backend(model: str) -> str | None:
    """Name the backend that can load this model (a name, folder or file as in the file); None if you know none.

    Asked where the experiment file names a model and no backend.
    """


# --- observed: trackers and notifiers --------------------------------------------------------------------------------


@hookspec
def before_run(experiment: str, steps: Sequence[Step]) -> None:
    """Called when a run begins, with its steps; those that the store holds are not computed again.

    Where candidates are chosen among others, these are the steps that the first choice rests on: the rest is planned
    when it was made.
    """


@hookspec
def after_run(comparison: Comparison, folder: Path) -> None:
    """Called when a run has ended well, and its reports lie in `folder`."""


@hookspec
def on_run_error(experiment: str, error: BaseException) -> None:
    """Called when a run ends by an error, or is interrupted; what was finished is in the store."""


@hookspec
def before_step(step: Step) -> None:
    """Called when a step is about to be computed; steps found in the store are not announced."""


@hookspec
def after_step(step: Step, outcome: StepOutcome) -> None:
    """Called when a step was computed and stored: where its result lies, how long it took, and what it cost.

    Like all observers it is called in the process that the run was started in, wherever the step was computed.
    """


@hookspec
def on_step_error(step: Step, error: BaseException) -> None:
    """Called when a step failed or was interrupted; the run ends after this, perhaps after others under way."""


@hookspec
def report_sections(comparison: Comparison) -> Iterable[Section]:  # type: ignore[empty-body]
    """Add sections to every report."""
