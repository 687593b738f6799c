"""What holds for plugins that bring no component: observers take what they are told, commands explain themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from shoptune.plugins import Plugins
from shoptune.step import StepCost, StepOutcome
from shoptune.testing.contract import Finding, NotCheckedError, examine, require
from shoptune.testing.executors import plan
from shoptune.testing.invented_comparison import sample_comparison

__all__ = ["hook_findings"]

OBSERVERS = {"before_run", "before_step", "after_step", "on_step_error", "on_run_error", "after_run", "report_sections"}


def hook_findings(plugins: Plugins, folder: Path) -> list[Finding]:
    """Return what is found of a plugin's observers, which are told of an invented run in `folder`, and its commands."""
    (plugin,) = plugins.loaded
    hooks = set(plugins.hooks_of(plugin))
    found: list[Finding] = []
    if hooks & OBSERVERS:
        found += examine("observer", plugin.name, OBSERVING, _Watched(plugins, folder))
    if "register_commands" in hooks:
        commands = click.Group()
        plugins.add_commands(commands)
        found += examine("command", plugin.name, COMMANDS, list(commands.commands.values()))
    for hook in sorted(hooks & {"select_data_adapter", "select_model_backend"}):
        why = "which files and models it is to know, only a run with them shows"
        found.append(Finding(kind="hook", name=hook, check="what it names", outcome="not checked", message=why))
    return found


@dataclass(frozen=True)
class _Watched:
    plugins: Plugins
    folder: Path


def observers_take_what_they_are_told(watched: _Watched) -> None:
    plugins, steps, error = watched.plugins, plan(), ValueError("invented")
    outcome = StepOutcome(folder=watched.folder, seconds=0.5, cost=StepCost(seconds=0.5, tokens_in=7))
    before = len(plugins.warnings)
    plugins.notify("before_run", experiment="invented", steps=list(steps))
    plugins.notify("before_step", step=steps[0])
    plugins.notify("after_step", step=steps[0], outcome=outcome)
    plugins.notify("on_step_error", step=steps[1], error=error)
    plugins.notify("on_run_error", experiment="invented", error=error)
    plugins.report_sections(sample_comparison())
    plugins.notify("after_run", comparison=sample_comparison(), folder=watched.folder)
    require(len(plugins.warnings) == before, "; ".join(plugins.warnings[before:]))


def commands_explain_themselves(commands: Sequence[click.Command]) -> None:
    if not commands:
        raise NotCheckedError("it adds no command")
    for command in commands:
        done = CliRunner().invoke(command, ["--help"], prog_name=str(command.name))
        require(done.exit_code == 0, f"{command.name} --help ends with {done.exit_code}: {done.exception!r}")
        require(command.help or command.short_help, f"{command.name} has no help: give its function a docstring")


OBSERVING = (observers_take_what_they_are_told,)
COMMANDS = (commands_explain_themselves,)
