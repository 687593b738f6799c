"""The format ``markdown``: verdict, figures and gates, short enough for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shoptune.comparison import Comparison, MetricInfo, Result
from shoptune.components import Section
from shoptune.data_report import DataReport, TableReport
from shoptune_reports.board import Board, boards
from shoptune_reports.data_words import bad_rows, groups_of, leaks, summary
from shoptune_reports.format import (
    MARKS,
    NOTHING,
    difference,
    difference_interval,
    duration,
    integer,
    interval,
    value,
)
from shoptune_reports.markdown_text import escape, table
from shoptune_reports.slices import is_certain, regressions
from shoptune_reports.verdict import judge

__all__ = ["LIMIT", "render_data_markdown", "render_markdown"]

LIMIT = 65_536
"""Characters that a comment on GitHub may have."""

_NOTE = "\n_Left out, since a comment may not be longer: {}. The HTML report has it all._\n"
_DIRECTIONS = {True: "higher is better", False: "lower is better", None: "a description, no verdict"}


def render_markdown(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``report.md``."""
    blocks: list[tuple[str, str]] = [("title", f"# {escape(comparison.experiment)}\n")]
    for board in boards(comparison):
        name = escape(board.task.name)
        of = f" of {name}" if len(comparison.tasks) > 1 else ""
        blocks += [
            (f"the verdict{of}", _verdict(comparison, board, of)),
            (f"the table{of}", _table(board)),
            (f"the worst regressions{of}", _regressions(board)),
        ]
    blocks += [("the gates", _gates(comparison)), ("the data", _data(comparison)), ("the cost", _cost(comparison))]
    # A section is Markdown by contract; its own author answers for what it holds.
    blocks += [(escape(s.title), f"## {escape(s.title)}\n\n{s.markdown.strip()}\n") for s in sections]
    return {"report.md": _fit(blocks)}


def render_data_markdown(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.md``: the essentials in a sentence, and what was read of which table."""
    blocks = [("title", f"# Data of {escape(experiment)}\n")]
    for name, report in reports.items():
        header = ["table", "files", "records", "groups", "not wanted", "can't be used"]
        tables = table(header, (_row(table_name, of) for table_name, of in report.tables.items()))
        blocks.append((f"the data of {escape(name)}", f"## {escape(name)}\n\n{_sentences(report)}\n{tables}"))
    return {"data.md": _fit(blocks)}


def _verdict(comparison: Comparison, board: Board, of: str) -> str:
    judgement = judge(board, comparison.gates)
    lines = [f"## Verdict{of}", "", f"**{escape(judgement.headline)}** {escape(judgement.reason, 2000)}", ""]
    lines += [f"- {escape(remark, 2000)}" for remark in judgement.remarks]
    lines += [f"- ⚠ {escape(caution, 2000)}" for caution in judgement.cautions]
    return "\n".join([*lines, ""])


def _table(board: Board) -> str:
    header = ["metric", *(_column(board, candidate.name) for candidate in board.candidates)]
    rows = [
        [
            f"{escape(metric.name)}<br><sub>{_DIRECTIONS[metric.higher_is_better]}</sub>",
            *(_cell(metric, board.results.get((metric.name, candidate.name))) for candidate in board.candidates),
        ]
        for metric in board.metrics
    ]
    note = (
        f"{integer(board.task.examples)} {board.task.scored_on} examples of {integer(board.task.groups)} groups. "
        f"Value, then the paired difference to {escape(board.baseline)} with its 95 % bootstrap interval, resampled by "
        "group; verdicts (▲ better, ▼ worse, ◆ inconclusive) after Holm's correction. pp: percentage points."
    )
    return table(header, rows) + f"\n<sub>{note}</sub>\n"


def _column(board: Board, candidate: str) -> str:
    return escape(candidate) + (" (baseline)" if candidate == board.baseline else "")


def _cell(metric: MetricInfo, result: Result | None) -> str:
    if result is None or result.value is None:
        return NOTHING
    text = f"{value(result.value, metric.format)}"
    if result.difference is None:
        return text if result.interval is None else f"{text}<br><sub>{interval(result.interval, metric.format)}</sub>"
    mark = f"{MARKS[result.verdict]} " if result.verdict else ""
    text += f"<br>{mark}{difference(result.difference, metric.format)}"
    if result.difference_interval:
        text += f"<br><sub>{difference_interval(result.difference_interval, metric.format)}</sub>"
    return text


def _regressions(board: Board) -> str:
    found = regressions(board, limit=5)
    if not found:
        return ""
    rows = [
        [
            f"{escape(r.slice.by)}: {escape(r.slice.value, 80)}",
            escape(r.metric.name),
            escape(r.result.candidate),
            difference(r.result.difference, r.metric.format) + (" ▼" if is_certain(r.result) else ""),
            difference_interval(r.result.difference_interval, r.metric.format),
            integer(r.result.n),
        ]
        for r in found
    ]
    worst = table(["slice", "metric", "candidate", "difference", "95 % interval", "n"], rows)
    note = "▼: the interval leaves out 0; slices are not corrected for their number."
    return f"### Worst regressions\n\n{worst}\n<sub>{note}</sub>\n"


def _gates(comparison: Comparison) -> str:
    if not comparison.gates:
        return ""
    outcomes = {"passed": "✓ passed", "failed": "✗ failed", "inconclusive": "◆ inconclusive"}
    rows = [
        [
            outcomes[g.outcome],
            escape(f"{g.task}: {g.metric} of {g.candidate} must {g.must.replace('_', ' ')}"),
            escape(g.saw, 500),
        ]
        for g in comparison.gates
    ]
    return f"## Gates\n\n{table(['outcome', 'gate', 'what was seen'], rows)}"


def _data(comparison: Comparison) -> str:
    several = len(comparison.tasks) > 1
    return "\n".join(
        f"**Data{f' of {escape(task.name)}' if several else ''}:** {_sentences(task.data)}" for task in comparison.tasks
    )


def _sentences(report: DataReport) -> str:
    """Return the essentials, and what is wrong with the data in a list below."""
    wrong = [*bad_rows(report), *leaks(report.leakage)]
    listed = "".join(f"- ⚠ {escape(line, 500)}\n" for line in wrong)
    return f"{escape(summary(report), 2000)}\n" + (f"\n{listed}" if listed else "")


def _row(name: str, of: TableReport) -> Sequence[str]:
    more = f" and {integer(len(of.files) - 3)} more" if len(of.files) > 3 else ""
    return [
        escape(name),
        escape(", ".join(of.files[:3])) + more,
        integer(of.records),
        f"{integer(of.groups)} {groups_of(name)}",
        integer(sum(drops.count for drops in of.dropped.values())),
        integer(sum(drops.count for drops in of.bad.values())),
    ]


def _cost(comparison: Comparison) -> str:
    parts = [
        f"{phase} {duration(sum(c.seconds for c in comparison.cost if c.phase == key))}"
        for key, phase in (("tune", "tuning"), ("predict", "predicting"))
        if any(c.phase == key for c in comparison.cost)
    ]
    tokens = sum(c.tokens_in + c.tokens_out for c in comparison.cost)
    return f"**Cost:** {', '.join(parts)}; {integer(tokens)} tokens.\n" if parts else ""


def _fit(blocks: Sequence[tuple[str, str]]) -> str:
    """Join what fits, in order, and name what does not."""
    room = LIMIT - len(_NOTE) - 1000
    text, left_out = "", []
    for name, block in blocks:
        if not block:
            continue
        if len(text) + len(block) + 1 <= room:
            text += ("\n" if text else "") + block
        else:
            left_out.append(name)
    return text + (_NOTE.format(", ".join(left_out)[:900]) if left_out else "")
