"""Holds gates against a comparison: whether each is met, and what it saw.

A build passes if *all* its gates do, and is red if *one* fails; this decides what is corrected for number.

- ``not_be_worse`` passes by the 95 % interval as it is: where every demand must be met by itself, the chance to pass
  one that isn't met does not grow with their number.  So the worst slice passes where all slices do, at no price.
  R. L. Berger (1982), Multiparameter Hypothesis Testing and Acceptance Sampling, Technometrics 24(4).
- To fail on a slice is another matter: among many slices one looks bad by chance.  It takes the interval that holds for
  all of the task's slices at once (`Result.simultaneous_interval`), whether a slice was named or found to be the worst.
  In between the gate is inconclusive.
- ``be_better`` is a claim, and corrected both ways: by its verdict on all samples (`shoptune.comparing.correction`), by
  the simultaneous interval on slices.
- What is the same as the baseline's in every sample is not worse, and not better.
- Where the metric leaves out more than `MAX_LEFT_OUT` of the answers, for their language or since they are invalid, the
  candidate's, the baseline's that they are compared with, or any slice's among which the worst is sought, no gate
  passes: it would pass what nobody looked at.
- ``at_least`` and ``at_most`` look at the value alone.  The lowest of many small slices is low by chance too: say how
  low may be, or use ``not_be_worse``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from shoptune.comparison import Comparison, FailedCandidate, GateVerdict, Interval, MetricInfo, Result, Slice, Verdict
from shoptune.costs import CostName, answers_to, cost_of
from shoptune.deciding.gates import Gate
from shoptune.errors import did_you_mean
from shoptune.formatting import Format, difference, difference_interval, listed, p_value, plain, value
from shoptune.recommendation import TaskRecommendation
from shoptune.task_results import leaves_out_too_many

__all__ = ["evaluate_failed", "evaluate_gates", "evaluate_recommended"]

Outcome = Literal["passed", "failed", "inconclusive"]

_OF_VERDICT: dict[Verdict | None, Outcome] = {"better": "passed", "worse": "failed"}
_WORST_FIRST: tuple[Outcome, ...] = ("failed", "inconclusive", "passed")


def evaluate_gates(gates: Sequence[Gate], comparison: Comparison) -> list[GateVerdict]:
    """Return what each gate on a metric or a cost saw and decided; `check_gates` must have passed them.

    The gates that the comparison may already hold are not looked at.
    """
    found: dict[tuple[str, str, str], list[Result]] = {}
    for result in comparison.results:
        found.setdefault((result.task, result.metric, result.candidate), []).append(result)
    metrics = {(m.task, m.name): m for m in comparison.metrics}

    def seen(gate: Gate) -> _Seen:
        measure = (gate.task, gate.measure)
        if gate.cost:
            return _of_cost(gate, gate.cost, comparison)
        if measure not in metrics:
            return _of_invalid(gate, comparison)
        results = found.get((*measure, gate.candidate), [])
        of_baseline = {result.slice: result for result in found.get((*measure, comparison.baseline), [])}
        return _of_metric(gate, results, of_baseline, comparison.baseline, metrics[measure])

    return [_verdict(gate, seen(gate)) for gate in gates]


def evaluate_recommended(gate: Gate, found: TaskRecommendation) -> GateVerdict:
    """Return what a gate that asks whether a candidate is recommended saw in the recommendation for its task.

    It passes where that recommends the candidate.  It is inconclusive where nothing but doubt speaks against the
    candidate: no certain gain, what may be a loss, a gate that can't tell.  Else it fails: another candidate is
    recommended, this one certainly got worse in something, or another gate failed it.
    """
    if found.recommended == gate.candidate:
        return _verdict(gate, _Seen("passed", f"{gate.candidate} is recommended: {found.headline}"))
    outcome = found.outcome(gate.candidate)
    is_in_doubt = outcome is None or not (outcome.worse or outcome.failed_gates)
    nobody_else = found.recommended is None or found.outcome(found.recommended) is None
    seen: Outcome = "inconclusive" if is_in_doubt and nobody_else else "failed"
    return _verdict(gate, _Seen(seen, f"{gate.candidate} is not recommended: {found.headline}"))


def evaluate_failed(gate: Gate, candidate: FailedCandidate) -> GateVerdict:
    """Return that a gate fails whose candidate has no result, and why it has none."""
    saw = f"{candidate.name} has no result, since it failed ({candidate.step}): {candidate.reason}"
    return _verdict(gate, _Seen("failed", saw, gate.named_slice))


class _Seen(NamedTuple):
    outcome: Outcome
    words: str
    slice: Slice | None = None


def _verdict(gate: Gate, seen: _Seen) -> GateVerdict:
    return GateVerdict(
        task=gate.task,
        metric=gate.measure,
        candidate=gate.candidate,
        slice=seen.slice,
        worst=gate.asks_for_worst,
        worst_by=gate.slice_key if gate.asks_for_worst else None,
        must=gate.must,
        margin=gate.margin if gate.must == "not_be_worse" else None,
        value=gate.value,
        outcome=seen.outcome,
        on_inconclusive=gate.on_inconclusive,
        saw=seen.words,
    )


# --- costs and counts ------------------------------------------------------------------------------------------------


def _of_cost(gate: Gate, cost: CostName, comparison: Comparison) -> _Seen:
    amount = cost_of(comparison, cost, gate.task, gate.candidate)
    if amount is None:
        return _Seen("inconclusive", f"{cost} of {gate.candidate} was not measured.")
    unit = f" {comparison.prices.currency}" if comparison.prices and "money" in cost else ""
    return _Seen(
        _by_limit(gate, amount), f"{cost} of {gate.candidate} is {plain(float(amount))}{unit}; {_limit(gate)}."
    )


def _of_invalid(gate: Gate, comparison: Comparison) -> _Seen:
    answers = next(answers_to(task) for task in comparison.tasks if task.name == gate.task)
    here = (gate.task, gate.candidate, None)
    invalid = next((r.invalid for r in comparison.results if (r.task, r.candidate, r.slice) == here), None)
    if invalid is None or not answers:
        return _Seen("inconclusive", f"Of {gate.candidate} nothing was measured on {gate.task}.")
    share = f"{invalid:,} of {answers:,} answers of {gate.candidate} do not parse, {value(invalid / answers, 'share')}"
    return _Seen(_by_limit(gate, invalid / answers), f"{share}; {_limit(gate, 'share')}.")


# --- metrics ---------------------------------------------------------------------------------------------------------


def _of_metric(
    gate: Gate,
    results: Sequence[Result],
    of_baseline: Mapping[Slice | None, Result],
    baseline: str,
    metric: MetricInfo,
) -> _Seen:
    asked = [result for result in results if _is_asked(gate, result)]
    if not asked:
        return _absent(gate, results)
    judged = [_judged(gate, result, higher_is_better=metric.higher_is_better is True) for result in asked]
    compared = [r for found in asked if gate.has_difference and (r := of_baseline.get(found.slice))]
    unseen = [result for result in (*asked, *compared) if leaves_out_too_many(result)]
    if not gate.asks_for_worst:
        (found,) = judged
        words = f"{_saw(gate, found.result, baseline, metric)}."
        return _unless_unseen(_Seen(found.outcome, words, found.result.slice), found.result, unseen)
    clear = [j for j in judged if j.room is not None]
    if not clear:
        return _Seen("inconclusive", f"{_subject(gate)} can be judged on none of {len(asked)} slices: too few groups.")
    worst = min(clear, key=lambda j: (_WORST_FIRST.index(j.outcome), j.room))
    others = f" ({len(asked) - len(clear)} more can't be judged)" if len(clear) < len(asked) else ""
    words = f"{_saw(gate, worst.result, baseline, metric)}. It is the worst of {len(clear)} slices{others}."
    return _unless_unseen(_Seen(worst.outcome, words, worst.result.slice), worst.result, unseen)


def _unless_unseen(seen: _Seen, shown: Result, unseen: Sequence[Result]) -> _Seen:
    """Let no gate pass where a metric did not look at most answers; those to the result that is shown are said."""
    if seen.outcome != "passed" or not unseen:
        return seen
    more = next((result for result in unseen if result is not shown), None)
    where = f" on {more.slice.by} {more.slice.value!r}" if more and more.slice else ""
    words = f" Of {more.candidate}{where}, {_left_out(more)}." if more else ""
    return _Seen("inconclusive", seen.words + words, seen.slice)


def _is_asked(gate: Gate, result: Result) -> bool:
    """Whether the gate is about this result: one on all samples, one on a slice, or any among which is the worst."""
    if gate.asks_for_worst and result.slice:
        return gate.slice_key in {None, result.slice.by}
    return not gate.asks_for_worst and result.slice == gate.named_slice


def _absent(gate: Gate, results: Sequence[Result]) -> _Seen:
    """Fail a gate on slices that have no result, whatever it says of doubt: a misspelt name must not pass for ever."""
    values = {r.slice.value for r in results if r.slice and r.slice.by == gate.slice_key}
    named = gate.named_slice
    if named and values:
        where = f"{named.by} {named.value!r}.{did_you_mean(named.value, values)}"
    else:
        by = f" by {gate.slice_key!r}" if gate.slice_key else ""
        where = f"slices{by}: that takes two values or more, with two groups each."
    return _Seen("failed", f"{_subject(gate)} has no result on {where}", named)


class _Judged(NamedTuple):
    result: Result
    outcome: Outcome
    room: float | None = None
    """How far the result is on the good side of what is asked; None where there is nothing to judge by."""


def _judged(gate: Gate, result: Result, *, higher_is_better: bool) -> _Judged:
    if result.value is None:
        return _Judged(result, "inconclusive")
    if not gate.has_difference:
        return _Judged(result, _by_limit(gate, result.value), _beyond_limit(gate, result.value))
    if result.verdict == "same":
        return _Judged(result, "inconclusive" if gate.must == "be_better" else "passed", gate.margin)
    corrected = result.difference_interval if result.slice is None else result.simultaneous_interval
    if result.difference_interval is None or corrected is None:
        return _Judged(result, "inconclusive")
    worst, _ = _gains(result.difference_interval, higher_is_better=higher_is_better)
    worst_of_all, best_of_all = _gains(corrected, higher_is_better=higher_is_better)
    outcome: Outcome = "inconclusive"
    if gate.must == "be_better" and result.slice is None:
        outcome = _OF_VERDICT.get(result.verdict, "inconclusive")
    elif worst_of_all > 0 if gate.must == "be_better" else worst >= -gate.margin:
        outcome = "passed"
    elif best_of_all < -gate.margin:
        outcome = "failed"
    return _Judged(result, outcome, worst + gate.margin)


def _gains(interval: Interval, *, higher_is_better: bool) -> Interval:
    """Return the pessimistic and the optimistic end of a difference, as gains."""
    low, high = interval
    return (low, high) if higher_is_better else (-high, -low)


def _by_limit(gate: Gate, figure: float) -> Outcome:
    return "passed" if _beyond_limit(gate, figure) >= 0 else "failed"


def _beyond_limit(gate: Gate, figure: float) -> float:
    limit = gate.value or 0.0  # which `Gate` made sure is there
    return figure - limit if gate.must == "at_least" else limit - figure


# --- in words --------------------------------------------------------------------------------------------------------


def _subject(gate: Gate) -> str:
    return f"{gate.measure} of {gate.candidate}"


def _saw(gate: Gate, result: Result, baseline: str, metric: MetricInfo) -> str:
    """Say in a sentence what the outcome rests on, as reports write figures."""
    saw = _subject(gate)
    if result.slice:
        saw += f" on {result.slice.by} {result.slice.value!r} (n = {result.n:,})"
    if result.value is None:
        return f"{saw} has no value: {_left_out(result) or 'it applies to none of the samples'}"
    saw += f" is {value(result.value, metric.format)}"
    if leaves_out_too_many(result):
        saw += f" on what it measures ({_left_out(result)})"
    if not gate.has_difference:
        return f"{saw}; {_limit(gate, metric.format)}"
    return saw + _difference(gate, result, baseline, metric.format)


def _left_out(result: Result) -> str:
    """Return ``57 answers are in languages that it does not cover: fr``; empty where nothing was left out."""
    reasons = []
    if number := sum(result.uncovered.values()):
        reasons.append(f"{number:,} answers are in languages that it does not cover: {listed(list(result.uncovered))}")
    if result.unanswered:
        reasons.append(f"{result.unanswered:,} answers are invalid, so that there is nothing to measure")
    return "; ".join(reasons)


def _difference(gate: Gate, result: Result, baseline: str, kind: Format) -> str:
    if result.difference is None:
        return f", and {baseline} has no value to compare it with"
    if result.verdict == "same":
        return f", the same as of {baseline} in every sample"
    saw = f", {difference(result.difference, kind)}"
    if result.difference_interval is None:
        return f"{saw} against {baseline}, with too few groups for an interval"
    drawn = result.simultaneous_interval if gate.must == "be_better" and result.slice is None else None
    saw += f" {difference_interval(drawn or result.difference_interval, kind)} against {baseline}"
    if result.slice:
        if result.simultaneous_interval is None:
            return f"{saw}, with too few groups to judge by"
        saw += f", {difference_interval(result.simultaneous_interval, kind)} for all slices at once"
    if gate.must == "not_be_worse":
        return f"{saw}; allowed loss: {_exactly(gate.margin, kind, 'pp') if gate.margin else 'none'}"
    p = "" if result.p_adjusted is None else f" ({p_value(result.p_adjusted)} after correction)"
    return f"{saw}; asked is a certain gain" if result.slice else f"{saw}: {result.verdict}{p}"


def _limit(gate: Gate, kind: Format = "score") -> str:
    return f"asked is {gate.must.replace('_', ' ')} {_exactly(gate.value or 0.0, kind, '%')}"


def _exactly(number: float, kind: Format, unit: str) -> str:
    """Write what the file asks for, a share in per cent as values are, but with all the digits that were given."""
    return f"{number * 100:,.10g}\N{NO-BREAK SPACE}{unit}" if kind == "share" else f"{number:,.10g}"
