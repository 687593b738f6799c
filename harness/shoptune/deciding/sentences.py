"""The sentences of a recommendation: where a candidate stands, with figures, in the words of the metrics' names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten

from shoptune.comparison import Result
from shoptune.formatting import difference_interval, left_out, listed, value
from shoptune.recommendation import CandidateOutcome
from shoptune.task_results import MetricResult, TaskResults, leaves_out_too_many

__all__ = [
    "against_baseline",
    "against_parent",
    "blind_spots",
    "constants",
    "named",
    "on_gates",
    "silent",
    "untuned_ahead",
]

_SHOWN = 4
"""So many metrics a sentence names with their figures; those that got worse are all named."""

_ARROW = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}"


def against_baseline(task: TaskResults, outcome: CandidateOutcome) -> str:
    """Say where a candidate stands against the baseline."""
    name, metrics = outcome.candidate, f"{outcome.total} metric{'s' if outcome.total > 1 else ''}"
    gains, losses = (_figures(task.pick(name, of)) for of in (outcome.better[:_SHOWN], outcome.worse))
    if outcome.better:
        won = listed(gains, len(outcome.better) - _SHOWN)
        lost = f"worse in {len(outcome.worse)} ({listed(losses)})" if outcome.worse else "worse in none"
        text = (
            f"{name} is better than {task.baseline} in {len(outcome.better)} of {metrics} ({won}) "
            f"{'but' if outcome.worse else 'and'} {lost}"
        )
    elif outcome.worse:
        text = (
            f"{name} gives no certain gain over {task.baseline}, and is worse in "
            f"{len(outcome.worse)} of {metrics} ({listed(losses)})"
        )
    else:
        return f"{name} gives no certain gain over {task.baseline}: {_none_differs(outcome, metrics)}."
    return (
        text
        + "".join(
            f"; {what}: {named(of)}"
            for what, of in (("not certainly different", outcome.inconclusive), ("the same", outcome.same))
            if of
        )
        + "."
    )


def _none_differs(outcome: CandidateOutcome, metrics: str) -> str:
    if not outcome.inconclusive:
        return f"{'all' if outcome.total > 1 else 'the one'} {metrics if outcome.total > 1 else 'metric'} the same"
    all_of_them = f"all {metrics} are" if outcome.total > 1 else "the one metric is"
    if not outcome.same:
        return f"{all_of_them} inconclusive"
    return f"{named(outcome.inconclusive)} inconclusive, {named(outcome.same)} the same"


def against_parent(task: TaskResults, outcome: CandidateOutcome) -> list[str]:
    """Say what tuning a tuned candidate further brought; verdicts already say it where the parent is the baseline."""
    name = outcome.candidate
    parent = task.candidate(name).parent
    if parent is None or parent == task.baseline:
        return []
    ahead, behind = task.ahead(name, parent), task.ahead(parent, name)
    if not ahead and not behind:
        return [f"Against {parent}, which it was tuned from, it gives no certain gain in any metric."]
    gains = f"ahead in {_versus(ahead)}" if ahead else "no certain gain"
    losses = f"behind in {_versus(behind)}" if behind else "behind in none"
    return [f"Against {parent}, which it was tuned from: {gains}; {losses}."]


def on_gates(outcome: CandidateOutcome) -> list[str]:
    """Say which gates stop a candidate, and what they saw."""
    return [
        f"A gate on {outcome.candidate} {what}: {saw.removesuffix('.')}."
        for what, gates in (("failed", outcome.failed_gates), ("can't tell", outcome.undecided_gates))
        for saw in gates
    ]


def untuned_ahead(task: TaskResults, untuned: Sequence[CandidateOutcome], best: str) -> list[str]:
    """Say where the best tuned candidate is beaten by something cheaper."""
    if task.candidate(best).kind != "tuned":
        return []
    kinds = {"baseline": "which is no model at all", "model": "which is not tuned"}
    return [
        f"{name}, {kinds[task.candidate(name).kind]}, is ahead of {best} in {_versus(ahead)}."
        for name in (outcome.candidate for outcome in untuned)
        if (ahead := task.ahead(name, best))
    ]


def blind_spots(task: TaskResults, outcome: CandidateOutcome) -> list[str]:
    """Say what the verdicts on all samples don't show."""
    name, cautions = outcome.candidate, []
    if outcome.doubtful:
        losses = [
            f"{each.metric.name} ({difference_interval(each.result.difference_interval, each.metric.format)})"
            for each in task.pick(name, outcome.doubtful)
        ]
        cautions.append(
            f"{name} may be worse than {task.baseline} in {listed(losses)}: each difference by itself would be "
            "certain, and is not among so many."
        )
    if hidden := _hidden_losses(task, outcome):
        cautions.append(
            f"{name} is certainly worse than {task.baseline} in {listed(hidden[:_SHOWN], len(hidden) - _SHOWN)}."
        )
    unseen = [f"{metric} leaves out {left_out(result)} of {result.candidate}" for metric, result in _unseen(task, name)]
    if unseen:
        cautions.append(f"Not all that is compared was measured: {listed(unseen)}.")
    if task.info.scored_on == "validation":
        cautions.append(
            "Scored on the validation split, on which settings are chosen: no proof until scored on the test split."
        )
    return cautions


def _unseen(task: TaskResults, name: str) -> Iterator[tuple[str, Result]]:
    """Yield the metrics that leave out too many of the candidate's answers or the baseline's, and whose they are."""
    for each in task.of(name):
        result = next((r for r in (each.result, each.against) if leaves_out_too_many(r)), None)
        if result and each.metric.higher_is_better is not None:
            yield each.metric.name, result


def constants(task: TaskResults) -> list[str]:
    """Say which models always answer the same: their figures are those of no model."""
    return [
        f"{candidate.name} is a constant: to every example it answers {_quoted(answer)}."
        for candidate in task.candidates
        if candidate.kind != "baseline" and (answer := task.info.constants.get(candidate.name)) is not None
    ]


def silent(task: TaskResults) -> list[str]:
    """Say which metrics apply to no answer of any candidate, and by their summary why."""
    return [
        f"{metric.name} says nothing, since it applies to none of the answers. It is: {metric.summary}."
        for metric in task.directed
        if metric.additive
        and (found := [result for (name, _), result in task.results.items() if name == metric.name])
        and all(result.value is None and not result.left_out for result in found)
    ]


def _quoted(answer: str) -> str:
    return f"“{shorten(answer, 60, placeholder=' …')}”" if answer.strip() else "nothing that can be used"


def named(metrics: Sequence[str]) -> str:
    """Write ``rouge_l, chrf and 3 more``."""
    return listed(metrics[:_SHOWN], len(metrics) - _SHOWN)


def _hidden_losses(task: TaskResults, outcome: CandidateOutcome) -> list[str]:
    """Return the losses on slices that the verdicts on all samples don't show: ``rouge_l where category is Bags``."""
    up = {metric.name: metric.higher_is_better for metric in task.directed}
    found = []
    for result in task.sliced:
        if result.candidate != outcome.candidate or result.metric not in up.keys() - {*outcome.worse}:
            continue
        if result.slice and result.simultaneous_interval:
            low, high = result.simultaneous_interval
            if high < 0 if up[result.metric] else low > 0:
                found.append(f"{result.metric} where {result.slice.by} is {result.slice.value}")
    return found


def _figures(results: Sequence[MetricResult]) -> list[str]:
    """Write ``rouge_l 0.169 → 0.313``, the baseline's value and the candidate's, of each."""
    return [
        f"{each.metric.name} {value(each.against.value if each.against else None, each.metric.format)}{_ARROW}"
        f"{value(each.result.value, each.metric.format)}"
        for each in results
    ]


def _versus(results: Sequence[MetricResult]) -> str:
    """Write ``attribute_coverage (100.0 % against 78.2 %)``."""
    texts = [
        f"{each.metric.name} ({value(each.result.value, each.metric.format)} against "
        f"{value(each.against.value if each.against else None, each.metric.format)})"
        for each in results[:_SHOWN]
    ]
    return listed(texts, len(results) - _SHOWN)
