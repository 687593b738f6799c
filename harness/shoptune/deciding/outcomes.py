"""Where each candidate stands on a task: what it gained and lost against the baseline, and which gates stop it."""

from __future__ import annotations

from collections.abc import Iterable

from shoptune.comparison import GateVerdict
from shoptune.recommendation import CandidateOutcome, OutcomeName
from shoptune.task_results import MetricResult, TaskResults, is_certain

__all__ = ["candidate_outcomes"]


def candidate_outcomes(task: TaskResults, gates: Iterable[GateVerdict]) -> tuple[CandidateOutcome, ...]:
    """Return the outcome of each candidate but the baseline that has a verdict in some metric."""
    stopping = [gate for gate in gates if gate.task == task.name and _stops(gate)]
    found = (_outcome(task, candidate.name, stopping) for candidate in task.rivals)
    return tuple(outcome for outcome in found if outcome.total)


def _outcome(task: TaskResults, candidate: str, stopping: Iterable[GateVerdict]) -> CandidateOutcome:
    results = task.of(candidate)
    better, worse, inconclusive, same = (
        [each for each in results if each.result.verdict == verdict]
        for verdict in ("better", "worse", "inconclusive", "same")
    )
    doubtful = [each for each in inconclusive if is_certain(each.result) and _loses(each)]
    mine = [gate for gate in stopping if gate.candidate == candidate]
    return CandidateOutcome(
        candidate=candidate,
        outcome=_name(len(better), len(worse), len(doubtful)),
        better=_names(better),
        worse=_names(worse),
        inconclusive=_names(inconclusive),
        doubtful=_names(doubtful),
        same=_names(same),
        failed_gates=[gate.saw for gate in mine if gate.outcome == "failed"],
        undecided_gates=[gate.saw for gate in mine if gate.outcome == "inconclusive"],
    )


def _name(better: int, worse: int, doubtful: int) -> OutcomeName:
    """See rule 1 of `shoptune.deciding.recommend`."""
    if better and worse <= better:
        return "trade_off" if worse or doubtful else "gain"
    return "worse" if worse else "even"


def _stops(gate: GateVerdict) -> bool:
    """Tell whether a gate turns the build red, as `shoptune.deciding.gates.exit_code` does."""
    return gate.outcome == "failed" or (gate.outcome == "inconclusive" and gate.on_inconclusive == "fail")


def _loses(each: MetricResult) -> bool:
    return ((each.result.difference or 0.0) < 0) == bool(each.metric.higher_is_better)


def _names(results: Iterable[MetricResult]) -> list[str]:
    return [each.metric.name for each in results]
