"""What commands print, with rich."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shoptune import formatting
from shoptune.console import Console

if TYPE_CHECKING:
    from shoptune.cli.doctor import Check
    from shoptune.comparison import Comparison, GateVerdict, MetricInfo, Result
    from shoptune.planning.plan import Plan
    from shoptune.recommendation import Recommendation
    from shoptune.step import Step
    from shoptune.storage.store import Store

__all__ = ["show_checks", "show_comparison", "show_gates", "show_plan", "show_recommendation"]

COLOURS = {"better": "green", "worse": "red", "inconclusive": "dim", "same": "dim"}
OUTCOMES = {"passed": ("✓", "green"), "failed": ("✗", "red"), "inconclusive": ("?", "yellow")}
STATUS = {"good": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


def show_comparison(comparison: Comparison, written: Sequence[Path]) -> None:
    """Print the recommendation, each task's table of results, the gates, and the reports written."""
    from shoptune.task_results import leaves_out_too_many

    console = Console()
    show_recommendation(comparison.recommendation)
    console.print()
    for task in comparison.tasks:
        asked = f" x {len(task.prompts)} prompts" if task.prompts else ""
        title = f"{task.name}: {task.examples} {task.scored_on} examples{asked}, compared with {comparison.baseline}"
        table = Table(title=Text(title), title_justify="left")
        table.add_column("metric")
        for candidate in comparison.candidates:
            table.add_column(candidate.name, justify="right")
        for metric in comparison.metrics:
            if metric.task == task.name:
                results = [comparison.result(task.name, metric.name, c.name) for c in comparison.candidates]
                table.add_row(escape(metric.name) + _direction(metric), *(_cell(result, metric) for result in results))
        console.print(table)
    console.print("[green]▲[/] better  [red]▼[/] worse  [dim]◆[/] inconclusive  [dim]=[/] same in every sample")
    _print_paragraph(console, comparison.correction.sentence, "")
    for result in comparison.results:
        if (result.uncovered or leaves_out_too_many(result)) and result.slice is None:
            _print_paragraph(console, f"{result.metric} of {result.candidate}: {formatting.left_out(result)}.", "! ")
    if comparison.gates:
        show_gates(comparison.gates)
    for path in written:
        console.print(escape(str(path)), highlight=False, soft_wrap=True)


def show_recommendation(found: Recommendation) -> None:
    """Print what to do and why: over all tasks first where there are several, then for each."""
    console = Console()
    several = len(found.tasks) > 1
    if several:
        console.print(Text(found.headline, "bold"), soft_wrap=True)
    for task in found.tasks:
        name = f"{task.task}: " if several else ""
        console.print(Text.assemble(name, (task.headline, "bold")), soft_wrap=True)
        _print_paragraph(console, task.reason, "  ")
        for caution in task.cautions:
            _print_paragraph(console, caution, "  ! ")


def show_gates(verdicts: Sequence[GateVerdict]) -> None:
    """Print what each gate saw and decided."""
    console = Console()
    if not verdicts:
        console.print("The experiment has no gates; `compare.gates` is where they stand.")
    for verdict in verdicts:
        sign, colour = OUTCOMES[verdict.outcome]
        allowed = verdict.outcome == "inconclusive" and verdict.on_inconclusive == "pass"
        outcome = verdict.outcome + (", which is allowed" if allowed else "")
        console.print(f"[{colour}]{sign} {outcome}:[/] {escape(verdict.saw)}", highlight=False, soft_wrap=True)


def show_plan(plan: Plan, missing: Sequence[Step], store: Store) -> None:
    """Print the steps of a round and whether each is in the store."""
    from shoptune.planning.rounds import steps_of_round

    console = Console()
    lacking = {s.fingerprint for s in missing}
    steps = steps_of_round(plan)
    table = Table(title=f"{plan.experiment}: {len(steps)} steps, {len(missing)} to compute", title_justify="left")
    for column in ("step", "state", "fingerprint"):
        table.add_column(column)
    for step in steps:
        state = "[green]in the store[/]"
        if step.fingerprint in lacking:
            state = "[yellow]resumable[/]" if store.has_begun(step.fingerprint) else "to compute"
        table.add_row(escape(step.name), state, step.fingerprint[:12])
    console.print(table)
    for selection in plan.selections:
        console.print(f"{selection.candidate} is chosen when these are measured; what comes after it is planned then.")


def show_checks(checks: Sequence[Check]) -> None:
    """Print the doctor's findings."""
    table = Table(show_header=False, box=None)
    for check in checks:
        sign, colour = STATUS[check.status]
        table.add_row(f"[{colour}]{sign}[/]", check.what, escape(check.found))
    Console().print(table)


def _print_paragraph(console: Console, text: str, start: str) -> None:
    """Print text, wrapped to the terminal's width below its first letter; figures stay with their units."""
    wrapped = fill(
        text, console.width - 1, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
    )
    console.print(Text(wrapped), soft_wrap=True)


def _direction(metric: MetricInfo) -> str:
    return {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]


def _cell(result: Result, metric: MetricInfo) -> str:
    shown = formatting.value(result.value, metric.format)
    if result.verdict is None:
        return shown
    return f"{shown} [{COLOURS[result.verdict]}]{formatting.MARKS[result.verdict]}[/]"
