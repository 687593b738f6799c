"""One decision for an experiment with several tasks: what their verdicts, taken together, say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shoptune.comparison import Comparison
from shoptune_reports.text.verdict import listed
from shoptune_reports.verdict import Decision, Judgement

__all__ = ["Conclusion", "conclude"]


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What stands above the verdicts of all tasks, as plain text."""

    decision: Decision
    headline: str
    reason: str
    """Every task's headline, where they differ."""


def conclude(comparison: Comparison, judgements: Mapping[str, Judgement]) -> Conclusion | None:
    """Return what the tasks' judgements come to; None where there is one task, which needs no other word.

    A candidate is to be shipped only if every task says so of this same candidate.
    """
    if len(judgements) < 2:
        return None
    first, *others = judgements.values()
    if all((other.decision, other.headline) == (first.decision, first.headline) for other in others):
        reason = f"{'Both' if len(judgements) == 2 else f'All {len(judgements)}'} tasks say so."
        return Conclusion(decision=first.decision, headline=first.headline, reason=reason)
    decision, headline = _decision(comparison, judgements)
    reason = " ".join(f"{task}: {judgement.headline}" for task, judgement in judgements.items())
    return Conclusion(decision=decision, headline=headline, reason=reason)


def _decision(comparison: Comparison, judgements: Mapping[str, Judgement]) -> tuple[Decision, str]:
    by: dict[Decision, list[str]] = {}
    for task, judgement in judgements.items():
        by.setdefault(judgement.decision, []).append(task)
    if objecting := by.get("weigh"):
        return (
            "weigh",
            f"Do not ship yet: {listed(objecting)} {'speaks' if len(objecting) == 1 else 'speak'} against it.",
        )
    if "ship" in by:
        others = [task for decision in ("keep", "open") for task in by.get(decision, ())]
        if others:
            return "weigh", f"Ship for {listed(by['ship'])} alone, if at all: not for {listed(others)}."
        return "weigh", "No one candidate is the best for every task."
    kinds = {candidate.name: candidate.kind for candidate in comparison.candidates}
    if "tuned" in kinds.values() and kinds[comparison.baseline] != "tuned":
        return "keep", "Do not tune: it is certain to pay for no task."
    return "keep", f"Keep {comparison.baseline}: no other candidate is certainly better at any task."
