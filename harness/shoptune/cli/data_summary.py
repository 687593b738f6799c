"""What ``shoptune data`` prints, with rich."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shoptune.data_report import DataReport, DropsByReason, Quantiles, TableReport

__all__ = ["show_data"]


def show_data(reports: Mapping[str, DataReport]) -> None:
    """Print each task's data report."""
    console = Console(highlight=False)
    for task, report in reports.items():
        for name, table in report.tables.items():
            console.rule(f"[bold]{escape(task)}: {escape(name)}[/]", align="left")
            _show_table(console, table)
        console.rule(f"[bold]{escape(task)}: what came of it[/]", align="left")
        parts = Table()
        parts.add_column("part")
        for column in ("examples", "groups", "pairs"):
            parts.add_column(column, justify="right")
        for part, of in report.parts.items():
            parts.add_row(part, f"{of.examples:,}", f"{of.groups:,}", f"{of.pairs:,}")
        console.print(parts)
        for line in _lines(report):
            _say(console, line)


def _show_table(console: Console, table: TableReport) -> None:
    files = ", ".join(table.files[:3]) + (f" and {len(table.files) - 3} more" if len(table.files) > 3 else "")
    groups = "" if table.groups == table.records else f", {table.groups:,} groups"
    _say(console, f"{files} ({table.adapter}): {table.records:,} records{groups}")
    fields = Table()
    for column in ("field", "filled", "words: median", "5 % to 95 %", "most"):
        fields.add_column(column, justify="left" if column == "field" else "right")
    for field in table.fields:
        words = field.words
        fields.add_row(
            escape(field.name),
            f"{field.filled / table.records:.0%}",
            *(
                (f"{words.p50:,.0f}", f"{words.p5:,.0f} to {words.p95:,.0f}", f"{words.max:,.0f}")
                if words
                else ("", "", "")
            ),
        )
    console.print(fields)
    if table.languages:
        found = ", ".join(f"{language} {count:,}" for language, count in table.languages.items())
        _say(console, f"languages, of {table.languages_of:,} records: {found}")
    personal = table.personal_data
    if personal.masked or personal.fields:
        masked = ", ".join(f"{kind} {count:,}" for kind, count in personal.masked.items()) or "none"
        dropped = ", ".join(personal.fields) or "none"
        console.print(
            f"personal data: masked in text: {masked}; fields dropped: {dropped}", highlight=False, markup=False
        )
    for line in (*_drops("not wanted", table.dropped), *_drops("can't be used", table.bad)):
        _say(console, line)
    for row in table.strange:
        _say(console, f"strange: {row.origin}: {'; '.join(row.why)}")


def _say(console: Console, line: str) -> None:
    """Print text of the shop, in which nothing is markup."""
    console.print(line, markup=False)


def _lines(report: DataReport) -> Iterator[str]:
    """Say what came of the tables, a line each."""
    yield from _drops("example dropped", report.examples_dropped)
    if report.pairs_kept:
        yield "pairs rest on: " + ", ".join(f"{source} {count:,}" for source, count in report.pairs_kept.items())
    yield from _drops("pair refused", report.pairs_refused)
    for model, tokens in report.tokens.items():
        yield f"tokens of {model} in the texts to learn: {_spread(tokens)}"
    if weights := report.weights:
        yield f"weights: {weights.weighted:,} examples, {weights.left_out:,} of them 0; {_spread(weights.spread)}"
    duplicates, leakage = report.duplicates, report.leakage
    if duplicates.exact or duplicates.near:
        yield (
            f"duplicates: {duplicates.exact:,} examples word for word, {duplicates.near:,} nearly so, "
            f"at most {duplicates.largest:,} alike; first: {'; '.join(duplicates.first)}"
        )
    if leakage.by_id or leakage.exact or leakage.near or leakage.pairs:
        done = {"leave_out": "left out of training", "keep": "KEPT IN TRAINING", "fail": "refused"}[leakage.action]
        yield (
            f"leakage, {done}: {leakage.by_id:,} by id, {leakage.exact:,} word for word, {leakage.near:,} nearly so, "
            f"{leakage.pairs:,} pairs; first: {'; '.join(leakage.first)}"
        )
    if report.canaries:
        yield f"canaries planted: {report.canaries}"
    for topic, figures in report.notes.items():
        yield f"{topic}: " + ", ".join(f"{name} {_figure(value)}" for name, value in figures.items())


def _drops(what: str, dropped: DropsByReason) -> Iterator[str]:
    for reason, of in dropped.items():
        yield f"{what}: {of.count:,} × {reason}, e.g. {of.first[0]}"


def _spread(of: Quantiles) -> str:
    return f"median {_figure(of.p50)}, 5 % to 95 % {_figure(of.p5)} to {_figure(of.p95)}, at most {_figure(of.max)}"


def _figure(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
