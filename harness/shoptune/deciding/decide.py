"""Decides what follows from a comparison: its recommendation, and the gates."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shoptune.comparison import Comparison, FailedCandidate
from shoptune.deciding.gate_evaluation import evaluate_failed, evaluate_gates, evaluate_recommended
from shoptune.deciding.gates import Gate, check_gates
from shoptune.deciding.recommend import recommend
from shoptune.recommendation import Recommendation

__all__ = ["decide"]


def decide(comparison: Comparison, gates: Sequence[Gate], *, slices: Collection[str] | None) -> Comparison:
    """Return the comparison with its recommendation and with what each gate saw; raises `UsageError` as `check_gates`.

    A candidate that fails a gate is not recommended, and a gate may ask whether a candidate is recommended.  So the
    gates on figures come first, then the recommendation, and last the gates that ask about it, which it doesn't know.
    A gate on a candidate that failed, and so has no result, fails.

    Args:
        comparison: All but these two; what it holds of them is replaced.
        gates: Those of the experiment; what they saw stands in the same order.
        slices: The keys that the experiment has results broken down by; see `check_gates`.

    """
    check_gates(
        gates,
        tasks=[task.name for task in comparison.tasks],
        metrics=comparison.metrics,
        candidates=[*(one.name for one in comparison.candidates), *(one.name for one in comparison.failed)],
        baseline=comparison.baseline,
        slices=slices,
        priced=comparison.prices is not None,
    )
    failed = {candidate.name: candidate for candidate in comparison.failed}
    compared = [gate for gate in gates if gate.candidate not in failed]
    on_figures = evaluate_gates([gate for gate in compared if not gate.asks_for_recommendation], comparison)
    recommendation = _with_failed(recommend(comparison, on_figures), comparison.failed)
    others = iter(on_figures)
    verdicts = [
        evaluate_failed(gate, failed[gate.candidate])
        if gate.candidate in failed
        else evaluate_recommended(gate, recommendation.of(gate.task))
        if gate.asks_for_recommendation
        else next(others)
        for gate in gates
    ]
    return comparison.model_copy(update={"recommendation": recommendation, "gates": verdicts})


def _with_failed(found: Recommendation, failed: Sequence[FailedCandidate]) -> Recommendation:
    """Add which candidates are missing from the comparison, and why."""
    said = [f"{one.name} is not compared, since it failed ({one.step}): {one.reason}" for one in failed]
    tasks = [task.model_copy(update={"cautions": [*said, *task.cautions]}) for task in found.tasks]
    return found.model_copy(update={"tasks": tasks}) if said else found
