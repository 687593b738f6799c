"""What this plugin brings: a task, a metric, a tuning method, a report format and a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from shoptune.components import Metric, ReportFormat, Task, TuningMethod

__all__ = [
    "register_commands",
    "register_metrics",
    "register_report_formats",
    "register_tasks",
    "register_tuning_methods",
]

shoptune_api = 2


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    from .task import REVIEW_SENTIMENT

    return [REVIEW_SENTIMENT]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    from .opposites import OPPOSITES

    return [OPPOSITES]


@hookimpl
def register_tuning_methods() -> Iterable[TuningMethod[Any]]:
    from .imprinting import IMPRINTING

    return [IMPRINTING]


@hookimpl
def register_report_formats() -> Iterable[ReportFormat]:
    from .scoreboard import SCOREBOARD

    return [SCOREBOARD]


@hookimpl
def register_commands(cli: click.Group) -> None:
    from .count_stars import count_stars

    cli.add_command(count_stars)
