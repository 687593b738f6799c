"""The format ``markdown``: verdict, figures and gates, short enough for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shoptune.comparison import Comparison, GateVerdict, MetricInfo, Result
from shoptune.components import Section
from shoptune.data_report import DataReport, TableReport
from shoptune.formatting import (
    MARKS,
    NOTHING,
    difference,
    difference_interval,
    duration,
    examples,
    integer,
    interval,
    left_out,
    money,
    prompt_sensitivity,
    value,
)
from shoptune.recommendation import Recommendation
from shoptune.task_results import TaskResults, is_certain, task_results
from shoptune_reports.text.costs import cost_sentences
from shoptune_reports.text.data import bad_rows, groups_of, labels, leaks, summary
from shoptune_reports.text.fit import Block, fit
from shoptune_reports.text.gate_names import asks
from shoptune_reports.text.markdown import escape, row, table_head
from shoptune_reports.text.provenance import noise_floor
from shoptune_reports.text.slices import regressions

__all__ = ["LIMIT", "render_data_markdown", "render_markdown"]

LIMIT = 65_536
"""Characters that a comment on GitHub may have."""

_DIRECTIONS = {True: "higher is better", False: "lower is better", None: "a description, no verdict"}
_OUTCOMES = {"failed": "✗ failed", "inconclusive": "◆ inconclusive", "passed": "✓ passed"}
"""What a build has to know first comes first."""


def render_markdown(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``report.md``.

    However large the experiment is, it fits a comment.  Room goes to the gates and verdicts first, then to the tables
    and regressions, then to data and cost, and last to sections; a table is cut between rows, and what was left out is
    said.
    """
    blocks = [Block("the title", f"# {escape(comparison.experiment)}\n")]
    several = len(comparison.tasks) > 1
    if several:
        blocks.append(_over_all(comparison.recommendation))
    for task in task_results(comparison):
        of = f" of {escape(task.name)}" if several else ""
        blocks += [
            _verdict(comparison, task, of),
            _table(task, of, comparison.correction.sentence),
            *_regressions(task, of),
        ]
    blocks += [*_gates(comparison), *_data(comparison), *_noise(comparison), *_cost(comparison)]
    # A section is Markdown by contract; its own author answers for what it holds.
    blocks += [Block(escape(s.title), f"## {escape(s.title)}\n\n{s.markdown.strip()}\n", rank=5) for s in sections]
    return {"report.md": fit(blocks, LIMIT)}


def render_data_markdown(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.md``: the essentials in a sentence, and what was read of which table."""
    blocks = [Block("the title", f"# Data of {escape(experiment)}\n")]
    for name, report in reports.items():
        header = table_head(["table", "files", "records", "groups", "not wanted", "can't be used"])
        head = f"## {escape(name)}\n\n{_sentences(report)}\n{header}"
        rows = [_table_row(table_name, of) for table_name, of in report.tables.items()]
        blocks.append(Block(f"the data of {escape(name)}", head, rows))
    return {"data.md": fit(blocks, LIMIT)}


def _over_all(found: Recommendation) -> Block:
    return Block("the verdict", f"## Verdict\n\n**{escape(found.headline)}** {escape(found.reason, 2000)}\n")


def _verdict(comparison: Comparison, task: TaskResults, of: str) -> Block:
    found = comparison.recommendation.of(task.name)
    cost = cost_sentences(comparison, task, found.candidate)
    return Block(
        f"the verdict{of}",
        f"## Verdict{of}\n\n**{escape(found.headline)}** {escape(found.reason, 2000)}\n"
        + (f"\n{escape(cost, 1000)}\n\n" if cost else "\n"),
        [
            *(f"- ⚠ {escape(caution, 2000)}\n" for caution in found.cautions),
            *(f"- {escape(remark, 2000)}\n" for remark in found.remarks),
            *(f"- To be sure of {escape(size.sentence, 1000)}\n" for size in found.sample_sizes),
        ],
        rank=1,
    )


def _table(task: TaskResults, of: str, correction: str) -> Block:
    header = ["metric", *(_column(task, candidate.name) for candidate in task.candidates)]
    rows = [
        row(
            [
                f"{escape(metric.name)}<br><sub>{_DIRECTIONS[metric.higher_is_better]}</sub>",
                *(_cell(metric, task.results.get((metric.name, candidate.name))) for candidate in task.candidates),
            ]
        )
        for metric in task.metrics
    ]
    note = (
        f"{examples(task.info)}. Value, then the paired difference to {escape(task.baseline)} with the interval that "
        "goes with its verdict (▲ better, ▼ worse, ◆ inconclusive, = same in every sample), resampled by group; where "
        f"references are named, what is beyond them is compared. {correction} pp: percentage points."
    )
    return Block(f"the table{of}", table_head(header), rows, f"\n<sub>{note}</sub>\n", rank=2)


def _column(task: TaskResults, candidate: str) -> str:
    return escape(candidate) + (" (baseline)" if candidate == task.baseline else "")


def _cell(metric: MetricInfo, result: Result | None) -> str:
    if result is None or result.value is None:
        return f"{NOTHING}<br><sub>{left_out(result)}</sub>" if result and result.left_out else NOTHING
    lines = [value(result.value, metric.format)]
    if result.reference is not None:
        lines.append(f"<sub>references: {value(result.reference, metric.format)}</sub>")
    if result.left_out:
        lines.append(f"<sub>{left_out(result)}</sub>")
    if result.difference is not None:
        mark = f"{MARKS[result.verdict]} " if result.verdict else ""
        lines.append(f"{mark}{difference(result.difference, metric.format)}")
        if result.drawn_interval:
            lines.append(f"<sub>{difference_interval(result.drawn_interval, metric.format)}</sub>")
    elif result.interval:
        lines.append(f"<sub>{interval(result.interval, metric.format)}</sub>")
    if result.prompt_sensitivity:
        lines.append(f"<sub>{prompt_sensitivity(result.prompt_sensitivity, metric.format)}</sub>")
    return "<br>".join(lines)


def _regressions(task: TaskResults, of: str) -> Iterator[Block]:
    found = regressions(task, limit=5)
    if not found:
        return
    rows = [
        row(
            [
                f"{escape(r.slice.by)}: {escape(r.slice.value, 80)}",
                escape(r.metric.name),
                escape(r.result.candidate),
                difference(r.result.difference, r.metric.format) + (" ▼" if is_certain(r.result) else ""),
                difference_interval(r.result.difference_interval, r.metric.format),
                integer(r.result.n),
            ]
        )
        for r in found
    ]
    head = table_head(["slice", "metric", "candidate", "difference", "95 % interval", "n"])
    note = "▼: the interval leaves out 0; slices are not corrected for their number."
    name = f"the worst regressions{of}"
    yield Block(name, f"### Worst regressions\n\n{head}", rows, f"\n<sub>{note}</sub>\n", rank=3)


def _gates(comparison: Comparison) -> Iterator[Block]:
    if not comparison.gates:
        return
    order = list(_OUTCOMES)
    gates = sorted(comparison.gates, key=lambda gate: order.index(gate.outcome))
    rows = [row([_outcome(g), escape(f"{g.task}: {asks(g)}"), escape(g.saw, 500)]) for g in gates]
    yield Block("the gates", f"## Gates\n\n{table_head(['outcome', 'gate', 'what was seen'])}", rows)


def _outcome(gate: GateVerdict) -> str:
    allowed = gate.outcome == "inconclusive" and gate.on_inconclusive == "pass"
    return _OUTCOMES[gate.outcome] + (", which this gate allows" if allowed else "")


def _data(comparison: Comparison) -> Iterator[Block]:
    for task in comparison.tasks:
        of = f" of {escape(task.name)}" if len(comparison.tasks) > 1 else ""
        yield Block(f"the data{of}", f"**Data{of}:** {_sentences(task.data)}", rank=4)


def _sentences(report: DataReport) -> str:
    """Return the essentials, and what is wrong with the data in a list below."""
    wrong = [*bad_rows(report), *leaks(report.leakage)]
    listed = "".join(f"- ⚠ {escape(line, 500)}\n" for line in wrong)
    said = " ".join([summary(report), *labels(report)])
    return f"{escape(said, 2000)}\n" + (f"\n{listed}" if listed else "")


def _table_row(name: str, of: TableReport) -> str:
    more = f" and {integer(len(of.files) - 3)} more" if len(of.files) > 3 else ""
    return row(
        [
            escape(name),
            escape(", ".join(of.files[:3])) + more,
            integer(of.records),
            f"{integer(of.groups)} {groups_of(name)}",
            integer(sum(drops.count for drops in of.dropped.values())),
            integer(sum(drops.count for drops in of.bad.values())),
        ]
    )


def _noise(comparison: Comparison) -> Iterator[Block]:
    if found := noise_floor(comparison.candidates):
        yield Block("the noise floor", f"**Noise floor:** {escape(found)}.\n", rank=4)


def _cost(comparison: Comparison) -> Iterator[Block]:
    parts = [
        f"{phase} {duration(sum(c.seconds for c in comparison.cost if c.phase == key))}"
        for key, phase in (("tune", "tuning"), ("predict", "predicting"), ("judge", "judging"))
        if any(c.phase == key for c in comparison.cost)
    ]
    if parts:
        tokens = sum(c.tokens_in + c.tokens_out for c in comparison.cost)
        yield Block(
            "the cost", f"**Cost:** {', '.join(parts)}; {integer(tokens)} tokens{_money(comparison)}.\n", rank=4
        )


def _money(comparison: Comparison) -> str:
    if comparison.prices is None:
        return ""
    total = sum(cost.money or 0.0 for cost in comparison.cost)
    return f"; {money(total, escape(comparison.prices.currency))}"
