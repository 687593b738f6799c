"""Decides what follows from a comparison: its recommendation, and the gates."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shoptune.comparison import Comparison
from shoptune.deciding.gate_evaluation import evaluate_gates, evaluate_recommended
from shoptune.deciding.gates import Gate, check_gates
from shoptune.deciding.recommend import recommend

__all__ = ["decide"]


def decide(comparison: Comparison, gates: Sequence[Gate], *, slices: Collection[str] | None) -> Comparison:
    """Return the comparison with its recommendation and with what each gate saw; raises `UsageError` as `check_gates`.

    A candidate that fails a gate is not recommended, and a gate may ask whether a candidate is recommended.  So the
    gates on figures come first, then the recommendation, and last the gates that ask about it, which it doesn't know.

    Args:
        comparison: All but these two; what it holds of them is replaced.
        gates: Those of the experiment; what they saw stands in the same order.
        slices: The keys that the experiment has results broken down by; see `check_gates`.

    """
    check_gates(
        gates,
        tasks=[task.name for task in comparison.tasks],
        metrics=comparison.metrics,
        candidates=[candidate.name for candidate in comparison.candidates],
        baseline=comparison.baseline,
        slices=slices,
        priced=comparison.prices is not None,
    )
    on_figures = evaluate_gates([gate for gate in gates if not gate.asks_for_recommendation], comparison)
    recommendation = recommend(comparison, on_figures)
    others = iter(on_figures)
    verdicts = [
        evaluate_recommended(gate, recommendation.of(gate.task)) if gate.asks_for_recommendation else next(others)
        for gate in gates
    ]
    return comparison.model_copy(update={"recommendation": recommendation, "gates": verdicts})
