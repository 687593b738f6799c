"""The recommendation: which candidate to ship, or not to tune at all, and why, with figures.

Everything here follows from results alone, by rules that hold for any task and any metric:

1. A candidate *gains* if it is better than the baseline in some metric and worse in none, not even by a metric's own
   interval; it is a *trade-off* if it is worse in some, but in no more than it is better in; it is *worse* if it is
   worse in more, and *even* if nothing is certain.  Only corrected verdicts count as better.
2. The best tuned candidate is the first by that order, then by metrics better less metrics worse.  A candidate tuned
   from another tuned one has to be certainly ahead of it in some metric, or the simpler one is preferred.
3. A candidate that was not tuned, gains, and is behind the best tuned one in nothing certain, makes tuning needless.
   A model that answers the same to every example is never shipped.
4. A gate is the shop's own rule: a candidate that fails one, or that one can't tell of and must, is not to be shipped.
   One that gains and meets its gates comes before all others.
5. With several tasks, a candidate is to be shipped only if every task says so (`shoptune.deciding.all_tasks`).

So what comes closer to the reference and invents more is never shipped: at best it is a trade-off.  Every metric that
got worse is named.  Nothing here knows a metric by its name, only by its theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from shoptune.comparison import Comparison, GateVerdict, Result
from shoptune.deciding.all_tasks import over_all_tasks
from shoptune.deciding.outcomes import candidate_outcomes
from shoptune.deciding.sample_size import sample_sizes
from shoptune.deciding.sentences import (
    against_baseline,
    against_parent,
    blind_spots,
    constants,
    named,
    on_gates,
    silent,
    untuned_ahead,
)
from shoptune.recommendation import CandidateOutcome, Decision, OutcomeName, Recommendation, TaskRecommendation
from shoptune.task_results import TaskResults, task_results

__all__ = ["recommend"]

_ORDER: tuple[OutcomeName, ...] = get_args(OutcomeName)


def recommend(comparison: Comparison, gates: Iterable[GateVerdict]) -> Recommendation:
    """Return what the results and these gates, which must not ask about the recommendation itself, come to."""
    gates = list(gates)
    tasks = [_for_task(task, gates, comparison.results) for task in task_results(comparison)]
    return over_all_tasks(comparison, tasks)


def _for_task(task: TaskResults, gates: Iterable[GateVerdict], results: Sequence[Result]) -> TaskRecommendation:
    """Recommend for one task; `results` are those of all."""
    outcomes = candidate_outcomes(task, gates)
    if not outcomes:
        return _no_verdict(task)
    untuned = [outcome for outcome in outcomes if task.candidate(outcome.candidate).kind != "tuned"]
    tuned = [outcome for outcome in outcomes if outcome not in untuned]
    best = _best(task, tuned or untuned)
    rival = next((outcome for outcome in untuned if tuned and _makes_needless(task, outcome, best)), None)
    chosen = rival or best
    reason = [against_baseline(task, chosen), *against_parent(task, chosen)]
    if chosen.outcome == "even":
        reason.append("Inconclusive does not mean equal.")
    if rival:
        reason.append(f"{best.candidate} is certainly ahead of it in no metric.")
    decision, headline = _headline(task, best, rival)
    recommended = {"ship": best.candidate, "keep": rival.candidate if rival else task.baseline}.get(decision)
    return TaskRecommendation(
        task=task.name,
        decision=decision,
        candidate=chosen.candidate,
        recommended=recommended,
        makes_needless=best.candidate if rival else None,
        headline=headline,
        reason=" ".join(reason),
        cautions=[
            *constants(task),
            *silent(task),
            *on_gates(chosen),
            *([] if rival else untuned_ahead(task, untuned, best.candidate)),
            *blind_spots(task, chosen),
        ],
        remarks=[
            " ".join([against_baseline(task, outcome), *against_parent(task, outcome), *on_gates(outcome)])
            for outcome in outcomes
            if outcome is not chosen
        ],
        sample_sizes=sample_sizes(results, task, chosen),
        outcomes=list(outcomes),
    )


def _no_verdict(task: TaskResults) -> TaskRecommendation:
    return TaskRecommendation(
        task=task.name,
        decision="no_verdict",
        headline="No verdict.",
        reason=(
            f"No metric gives a verdict on any candidate against {task.baseline}."
            if task.rivals
            else f"{task.baseline} is the only candidate, and there is nothing to hold against it."
        ),
        cautions=[*constants(task), *silent(task)],
    )


def _best(task: TaskResults, outcomes: Sequence[CandidateOutcome]) -> CandidateOutcome:
    """Rule 2, among those that rule 4 puts first."""
    first = [outcome for outcome in outcomes if outcome.outcome == "gain" and not outcome.is_stopped] or outcomes
    by_name = {outcome.candidate: outcome for outcome in first}
    best = min(first, key=lambda outcome: (_ORDER.index(outcome.outcome), len(outcome.worse) - len(outcome.better)))
    while (parent := by_name.get(task.candidate(best.candidate).parent or "")) and (
        _ORDER.index(parent.outcome) <= _ORDER.index(best.outcome) and not task.ahead(best.candidate, parent.candidate)
    ):
        best = parent
    return best


def _makes_needless(task: TaskResults, untuned: CandidateOutcome, best: CandidateOutcome) -> bool:
    """Rule 3."""
    return untuned.outcome == "gain" and not untuned.is_stopped and not task.ahead(best.candidate, untuned.candidate)


def _headline(task: TaskResults, best: CandidateOutcome, rival: CandidateOutcome | None) -> tuple[Decision, str]:
    name, is_tuned = best.candidate, task.candidate(best.candidate).kind == "tuned"
    if rival:
        return "keep", f"Do not tune: {rival.candidate} does as well without it."
    if best.outcome in ("even", "worse"):
        tuning = is_tuned and task.candidate(task.baseline).kind != "tuned"
        keep, it = ("Do not tune", task.baseline) if tuning else (f"Keep {task.baseline}", "it")
        return "keep", f"{keep}: {_no_gain(best, it)}."
    if objection := _objection(task, best):
        return "weigh", f"Do not ship {name} {objection}."
    return "ship", f"Ship {name}." if is_tuned else f"Prefer {name}: it needs no tuning."


def _objection(task: TaskResults, best: CandidateOutcome) -> str:
    """Return what speaks against a candidate that is better in something; empty where nothing does."""
    if best.candidate in task.info.constants and task.candidate(best.candidate).kind != "baseline":
        return "at all: it answers the same to everything"
    if best.worse:
        return f"as it is: it {_gains(task, best)}, but {_losses(task, best)}"
    if best.is_stopped:
        why = "it fails a gate" if best.failed_gates else "a gate can't tell whether it is good enough"
        return f"yet: {why}"
    return f"yet: it may be worse in {named(best.doubtful)}" if best.doubtful else ""


def _gains(task: TaskResults, best: CandidateOutcome) -> str:
    if "overlap" in _themes(task, best.candidate, best.better):
        return "comes closer to the reference"
    return f"is better than {task.baseline} in {named(best.better)}"


def _losses(task: TaskResults, best: CandidateOutcome) -> str:
    if "faithfulness" in _themes(task, best.candidate, best.worse):
        return "keeps less to the facts"
    return f"worse in {named(best.worse)}"


def _themes(task: TaskResults, candidate: str, metrics: Iterable[str]) -> set[str]:
    return {each.metric.theme for each in task.pick(candidate, metrics)}


def _no_gain(best: CandidateOutcome, baseline: str) -> str:
    if best.outcome == "even":
        return f"no gain over {baseline} is certain"
    return f"{best.candidate} loses more than it gains" if best.better else f"{best.candidate} is worse than {baseline}"
