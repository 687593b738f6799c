"""One decision for an experiment with several tasks: what their recommendations, taken together, say."""

from __future__ import annotations

from collections.abc import Sequence

from shoptune.comparison import Comparison
from shoptune.formatting import listed
from shoptune.recommendation import Decision, Recommendation, TaskRecommendation

__all__ = ["over_all_tasks"]


def over_all_tasks(comparison: Comparison, tasks: Sequence[TaskRecommendation]) -> Recommendation:
    """Return what the tasks' recommendations come to: a candidate is shipped only if every task says so of this one."""
    if not tasks:
        return Recommendation()
    first, *others = tasks
    if all((other.decision, other.headline) == (first.decision, first.headline) for other in others):
        decision, headline = first.decision, first.headline
        reason = f"{'Both' if len(tasks) == 2 else f'All {len(tasks)}'} tasks say so." if others else first.reason
    else:
        decision, headline = _decision(comparison, tasks)
        reason = " ".join(f"{task.task}: {task.headline}" for task in tasks)
    use = {task.recommended for task in tasks}
    return Recommendation(
        decision=decision,
        recommended=use.pop() if len(use) == 1 else None,
        headline=headline,
        reason=reason,
        tasks=list(tasks),
    )


def _decision(comparison: Comparison, tasks: Sequence[TaskRecommendation]) -> tuple[Decision, str]:
    by: dict[Decision, list[str]] = {}
    for task in tasks:
        by.setdefault(task.decision, []).append(task.task)
    if objecting := by.get("weigh"):
        return (
            "weigh",
            f"Do not ship yet: {listed(objecting)} {'speaks' if len(objecting) == 1 else 'speak'} against it.",
        )
    if "ship" in by:
        others = [*by.get("keep", ()), *by.get("no_verdict", ())]
        if others:
            return "weigh", f"Ship for {listed(by['ship'])} alone, if at all: not for {listed(others)}."
        return "weigh", "No one candidate is the best for every task."
    kinds = {candidate.name: candidate.kind for candidate in comparison.candidates}
    if "tuned" in kinds.values() and kinds[comparison.baseline] != "tuned":
        return "keep", "Do not tune: no task shows a certain gain."
    return "keep", f"Keep {comparison.baseline}: no other candidate is certainly better at any task."
