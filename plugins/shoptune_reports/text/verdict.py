"""The sentences of a verdict: where a candidate stands, with figures, in the words of the metrics' names."""

from __future__ import annotations

from collections.abc import Sequence

from shoptune.comparison import GateVerdict
from shoptune_reports.board import Board, Finding
from shoptune_reports.standing import Standing
from shoptune_reports.text.numbers import difference_interval, value

__all__ = [
    "against_baseline",
    "against_parent",
    "blind_spots",
    "gate_words",
    "listed",
    "names",
    "untuned_ahead",
]

_SHOWN = 4
"""So many metrics a sentence names with their figures; those that got worse are all named."""

_ARROW = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}"


def against_baseline(board: Board, s: Standing) -> str:
    """Say where a candidate stands against the baseline."""
    name, metrics = s.candidate.name, f"{s.total} metric{'s' if s.total > 1 else ''}"
    worse = f"{len(s.worse)} of {metrics} ({_figures(s.worse, len(s.worse))})"
    if s.better:
        losses = f"worse in {len(s.worse)} ({_figures(s.worse, len(s.worse))})" if s.worse else "worse in none"
        joint = "but" if s.worse else "and"
        text = (
            f"{name} is better than {board.baseline} in {len(s.better)} of {metrics} ({_figures(s.better)}) "
            f"{joint} {losses}"
        )
    elif s.worse:
        text = f"{name} gives no certain gain over {board.baseline}, and is worse in {worse}"
    else:
        return f"{name} gives no certain gain over {board.baseline}: {_count(s.total)} inconclusive."
    return text + (f"; not certainly different: {names(s.open)}." if s.open else ".")


def against_parent(board: Board, s: Standing) -> list[str]:
    """Say what tuning a tuned candidate further brought; verdicts already say it where the parent is the baseline."""
    name, parent = s.candidate.name, s.candidate.parent
    if parent is None or parent == board.baseline:
        return []
    ahead, behind = board.ahead(name, parent), board.ahead(parent, name)
    if not ahead and not behind:
        return [
            f"Against {parent}, which it was tuned from, it gives no certain gain: no metric's intervals lie apart."
        ]
    gains = f"ahead in {_versus(ahead)}" if ahead else "no certain gain"
    losses = f"behind in {_versus(behind)}" if behind else "behind in none"
    return [f"Against {parent}, which it was tuned from: {gains}; {losses}."]


def gate_words(s: Standing, stopping: Sequence[GateVerdict]) -> list[str]:
    """Say which gates stop a candidate, and what they saw."""
    words = {"failed": "failed", "inconclusive": "can't tell"}
    return [
        f"A gate on {gate.candidate} {words[gate.outcome]}: {gate.saw.removesuffix('.')}."
        for gate in stopping
        if gate.candidate == s.candidate.name
    ]


def untuned_ahead(board: Board, untuned: Sequence[Standing], best: Standing) -> list[str]:
    """Say where tuning is beaten by something cheaper."""
    if best.candidate.kind != "tuned":
        return []
    kinds = {"baseline": "which is no model at all", "model": "which is not tuned"}
    return [
        f"{s.candidate.name}, {kinds[s.candidate.kind]}, is ahead of {best.candidate.name} in {_versus(ahead)}."
        for s in untuned
        if (ahead := board.ahead(s.candidate.name, best.candidate.name))
    ]


def blind_spots(board: Board, s: Standing) -> list[str]:
    """Say what the verdicts on all samples don't show."""
    name, cautions = s.candidate.name, []
    if s.doubtful:
        losses = [
            f"{f.metric.name} ({difference_interval(f.result.difference_interval, f.metric.format)})"
            for f in s.doubtful
        ]
        cautions.append(
            f"{name} may be worse than {board.baseline} in {listed(losses)}: each difference by itself would be "
            "certain, and is not among so many."
        )
    if hidden := _hidden_losses(board, s):
        cautions.append(
            f"{name} is certainly worse than {board.baseline} in {listed(hidden[:_SHOWN], len(hidden) - _SHOWN)}."
        )
    if board.task.scored_on == "validation":
        cautions.append(
            "Scored on the validation split, on which settings are chosen: no proof until scored on the test split."
        )
    return cautions


def names(findings: Sequence[Finding], shown: int = _SHOWN) -> str:
    """Write ``rouge_l, chrf and 3 more``."""
    return listed([f.metric.name for f in findings[:shown]], len(findings) - shown)


def listed(texts: Sequence[str], more: int = 0) -> str:
    """Write ``a, b and c``, or ``a, b and 3 more``."""
    if more <= 0 and len(texts) < 2:
        return "".join(texts)
    *first, last = [*texts, f"{more} more"] if more > 0 else texts
    return f"{', '.join(first)} and {last}"


def _hidden_losses(board: Board, s: Standing) -> list[str]:
    """Return the losses on slices that the verdicts on all samples don't show: ``rouge_l where category is Bags``."""
    up = {metric.name: metric.higher_is_better for metric in board.directed}
    known = {finding.metric.name for finding in s.worse}
    found = []
    for result in board.sliced:
        if result.candidate != s.candidate.name or result.metric not in up.keys() - known:
            continue
        if result.slice and result.simultaneous_interval:
            low, high = result.simultaneous_interval
            if high < 0 if up[result.metric] else low > 0:
                found.append(f"{result.metric} where {result.slice.by} is {result.slice.value}")
    return found


def _figures(findings: Sequence[Finding], shown: int = _SHOWN) -> str:
    """``rouge_l 0.169 → 0.313, chrf 0.201 → 0.334 and 3 more``: the baseline's value, then the candidate's."""
    texts = [
        f"{f.metric.name} {value(f.against.value if f.against else None, f.metric.format)}{_ARROW}"
        f"{value(f.result.value, f.metric.format)}"
        for f in findings[:shown]
    ]
    return listed(texts, len(findings) - shown)


def _versus(findings: Sequence[Finding]) -> str:
    """``attribute_coverage (100.0 % against 78.2 %)``."""
    texts = [
        f"{f.metric.name} ({value(f.result.value, f.metric.format)} against "
        f"{value(f.against.value if f.against else None, f.metric.format)})"
        for f in findings[:_SHOWN]
    ]
    return listed(texts, len(findings) - _SHOWN)


def _count(total: int) -> str:
    return f"all {total} metrics are" if total > 1 else "the one metric is"
