"""What ``shoptune data`` prints, with rich; text of the shop is never markup, and never a terminal's command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from shoptune.console import Console
from shoptune.data_report import (
    DataReport,
    DropsByReason,
    Duplicates,
    FactProfile,
    FieldProfile,
    LeakageReport,
    Quantiles,
    TableReport,
    WeightReport,
)

__all__ = ["show_data"]

FREE = "attributes."
ATTRIBUTES = 12
"""So many free attributes are shown; data.html has all."""
FACTS = 20
"""So many facts are shown, those that most products have."""
FILES = 3
BAR = 8
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Not printable, and yet a part of words in Hindi or Persian."""

Line = tuple[str, RenderableType]
"""What it is about, and what there is to say; a line about the same as the one before has an empty label."""


def show_data(reports: Mapping[str, DataReport]) -> None:
    """Print each task's data report."""
    console = Console(highlight=False)
    for task, report in reports.items():
        for name, table in report.tables.items():
            _show(console, f"{task}: {name}", _of_table(table))
        _show(console, f"{task}: what came of it", _of_outcome(report))


def _show(console: Console, title: str, lines: Iterable[Line]) -> None:
    console.print()
    console.rule(_text(title, "bold"), align="left")
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(style="dim", width=14)
    grid.add_column(ratio=1)
    for label, said in lines:
        grid.add_row(_text(label), _text(said) if isinstance(said, str) else said)
    console.print(grid)


def _of_table(table: TableReport) -> Iterator[Line]:
    more = f" and {len(table.files) - FILES:,} more" if len(table.files) > FILES else ""
    yield "files", f"{', '.join(table.files[:FILES])}{more}, read by {table.adapter}"
    groups = "" if table.groups == table.records else f" in {table.groups:,} groups"
    yield "records", f"{table.records:,}{groups}"
    yield from _drops("not wanted", table.dropped)
    yield from _drops("can't be used", table.bad)
    yield "fields", _fields(table)
    attributes = sum(field.name.startswith(FREE) for field in table.fields)
    if attributes > ATTRIBUTES:
        yield "", f"and {attributes - ATTRIBUTES:,} attributes that are rarer still"
    if table.languages:
        looked_at = f", of {table.languages_of:,} records" if table.languages_of < table.records else ""
        yield "languages", _counts(table.languages) + looked_at
    personal = table.personal_data
    masked = {kind: count for kind, count in personal.masked.items() if count}
    if masked:
        yield "personal data", f"masked in texts: {_counts(masked)}"
    if personal.fields:
        yield "" if masked else "personal data", f"fields dropped: {_counts(personal.fields)}"
    if masked or personal.fields:
        yield "", "none of it was stored"
    yield from _labelled("warning", table.warnings)
    yield from _labelled("strange", (f"{row.origin}: {'; '.join(row.why)}" for row in table.strange))
    yield from _notes(table.notes)


def _fields(table: TableReport) -> Table:
    shown: list[FieldProfile] = []
    attributes = 0
    for field in table.fields:
        attributes += field.name.startswith(FREE)
        if attributes <= ATTRIBUTES or not field.name.startswith(FREE):
            shown.append(field)
    words = ("words:\nmedian", "5 to 95 %", "longest") if any(field.words for field in shown) else ()
    rows = (
        (
            field.name.replace(FREE, "· ", 1) if field.name.startswith(FREE) else field.name,
            _share(field.filled, table.records),
            "━" * round(BAR * field.filled / table.records),
            *(_spread(field.words) if field.words else [""] * len(words)),
        )
        for field in shown
    )
    return _table(("name", "filled", "", *words), rows, bar=2)


def _of_outcome(report: DataReport) -> Iterator[Line]:
    kinds = list(report.rows_kept)
    rows = (
        (name, f"{of.examples:,}", f"{of.groups:,}", *(f"{of.rows[kind]:,}" for kind in kinds))
        for name, of in report.parts.items()
    )
    yield f"by {report.split_by}", _table(("part", "examples", "groups", *kinds), rows)
    for name, part in report.parts.items():
        if part.labels:
            commonest = _share(max(part.labels.values()), part.examples)
            yield f"{name} labels", f"{_counts(part.labels)}; always {next(iter(part.labels))}: {commonest} right"
    yield from _drops("no example", report.examples_dropped)
    yield from _labelled("duplicates", _duplicates(report.duplicates))
    yield from _labelled("leakage", _leakage(report.leakage))
    if report.facts:
        yield "facts", _facts(report.facts)
    for kind in kinds:
        if report.rows_kept[kind]:
            yield f"{kind} kept", _counts(report.rows_kept[kind])
        yield from _drops(f"{kind} refused", report.rows_refused[kind])
    if report.weights:
        yield "weights", _weights(report.weights)
    yield from _notes(report.notes)
    if report.canaries:
        yield "canaries", f"{report.canaries:,} planted"
    for model, tokens in report.tokens.items():
        yield "tokens", f"{_in_words(tokens)}, in the texts to learn, as {model} counts them"


def _facts(facts: Sequence[FactProfile]) -> Table:
    shown = sorted(facts, key=lambda fact: -fact.texts)[:FACTS]
    rows = [
        (fact.name, f"{fact.stated:,} of {fact.texts:,}", "━" * round(BAR * fact.stated / fact.texts)) for fact in shown
    ]
    more = [(f"and {len(facts) - FACTS:,} rarer ones", "", "")] if len(facts) > FACTS else []
    return _table(("name", "texts that state it", ""), rows + more, bar=2)


def _notes(notes: Mapping[str, Mapping[str, str | int | float]]) -> Iterator[Line]:
    for topic, figures in notes.items():
        yield topic, ", ".join(f"{name} {_figure(value)}" for name, value in figures.items())


def _duplicates(found: Duplicates) -> Iterator[str]:
    if found.exact or found.near:
        yield f"{found.exact:,} word for word, {found.near:,} nearly so, at most {found.largest:,} alike"
        yield from found.first


def _leakage(found: LeakageReport) -> Iterator[str]:
    if not (found.by_id or found.exact or found.near or any(found.rows.values())):
        yield "none"
        return
    done = "left out of training" if found.action == "leave_out" else "KEPT IN TRAINING"
    in_rows = "".join(f", {count:,} in {kind}" for kind, count in found.rows.items())
    yield f"{done}: {found.by_id:,} by id, {found.exact:,} word for word, {found.near:,} nearly so{in_rows}"
    yield from found.first


def _weights(of: WeightReport) -> str:
    left_out = f", {of.left_out:,} of them 0" if of.left_out else ""
    return f"{of.weighted:,} examples weighted{left_out}; {_in_words(of.spread)}"


def _drops(label: str, dropped: DropsByReason) -> Iterator[Line]:
    """Yield a table of reasons, if there are any."""
    if dropped:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(justify="right")
        grid.add_column()
        grid.add_column(style="dim")
        for reason, of in dropped.items():
            grid.add_row(f"{of.count:,}", _text(reason), _text(of.first[0]) if of.first else "")
        yield label, grid


def _labelled(label: str, lines: Iterable[str]) -> Iterator[Line]:
    """Label the first line."""
    for number, line in enumerate(lines):
        yield "" if number else label, line


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], bar: int | None = None) -> Table:
    """Return a table of a name and figures; the column `bar`, if there is one, is drawn and no figure."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(header[0], overflow="fold", vertical="bottom")
    for number, column in enumerate(header[1:], start=1):
        if number == bar:
            table.add_column(column, style="cyan", no_wrap=True)
        else:
            table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(_text, row))
    return table


def _text(text: str, style: str = "") -> Text:
    """Return `text` as one line in which nothing is markup and nothing moves the cursor."""
    line = " ".join(text.split())
    return Text("".join(c if c.isprintable() or c in JOINERS else "\N{REPLACEMENT CHARACTER}" for c in line), style)


def _counts(of: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in of.items())


def _share(part: int, whole: int) -> str:
    """Write part of a whole; some are never rounded to none, nor most to all."""
    percent = round(100 * part / whole)
    if percent == 100 and part < whole:
        return "> 99 %"
    return "< 1 %" if percent == 0 and part else f"{percent} %"


def _spread(of: Quantiles) -> tuple[str, str, str]:
    return _figure(of.p50), f"{_figure(of.p5)} to {_figure(of.p95)}", _figure(of.max)


def _in_words(of: Quantiles) -> str:
    median, most, largest = _spread(of)
    return f"median {median}, 5 to 95 %: {most}, at most {largest}"


def _figure(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
