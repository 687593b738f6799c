"""The verdict in words: which candidate to ship, or not to tune at all, and why, with figures.

Everything here follows from results alone, by rules that hold for any task and any metric:

1. A candidate *gains* if it is better than the baseline in some metric and worse in none, not even by a metric's own
   interval; it is a *trade-off* if it is worse in some, but in no more than it is better in; it is *worse* if it is
   worse in more, and *even* if nothing is certain.  Only corrected verdicts count as better.
2. The best tuned candidate is the first by that order, then by metrics better less metrics worse.  A candidate tuned
   from another tuned one has to be certainly ahead of it in some metric, or the simpler one is preferred.
3. A candidate that was not tuned, gains, and is behind the best tuned one in nothing certain, makes tuning needless.
4. A gate is the shop's own rule: a candidate that fails one, or that one can't tell of and must, is not to be shipped.
   One that gains and meets its gates comes before all others.

So what comes closer to the reference and invents more is never shipped: at best it is a trade-off.  Every metric that
got worse is named.  Nothing here knows a metric by its name, only by its theme.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from shoptune.comparison import Comparison, GateVerdict
from shoptune_reports.board import Board
from shoptune_reports.certainty import needed
from shoptune_reports.standing import Outcome, Standing, standing
from shoptune_reports.text.costs import costs
from shoptune_reports.text.verdict import (
    against_baseline,
    against_parent,
    blind_spots,
    gate_words,
    names,
    untuned_ahead,
)

__all__ = ["Decision", "Judgement", "judge"]

Decision = Literal["ship", "weigh", "keep", "open"]
"""Ship the candidate; weigh what it gains and loses; keep the baseline, or what makes tuning needless; no verdict."""

_ORDER: tuple[Outcome, ...] = ("gain", "trade_off", "even", "worse")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the top of a report says about one task, as plain text."""

    decision: Decision
    headline: str
    reason: str
    standing: Standing | None
    """Of the candidate that the headline is about; the report features it."""
    costs: str = ""
    """What that candidate took to tune and takes to answer, beside the baseline; empty where nothing was measured."""
    needed: tuple[str, ...] = ()
    """What would settle what is inconclusive about it."""
    remarks: tuple[str, ...] = ()
    """A sentence or two on each other candidate."""
    cautions: tuple[str, ...] = ()
    """What has to be known before acting on the headline."""


def judge(board: Board, comparison: Comparison) -> Judgement:
    """Judge one task of a comparison; see `shoptune_reports.conclusion` for all of them."""
    standings = [s for candidate in board.rivals if (s := standing(board, candidate)).total]
    if not standings:
        return _no_verdict(board)
    stopping = [gate for gate in comparison.gates if gate.task == board.task.name and _stops(gate)]
    stopped = {gate.candidate for gate in stopping}
    untuned = [s for s in standings if s.candidate.kind != "tuned"]
    tuned = [s for s in standings if s.candidate.kind == "tuned"]
    best = _best(board, tuned or untuned, stopped)
    rival = next((s for s in untuned if tuned and _makes_needless(board, s, best, stopped)), None)
    chosen = rival or best
    reason = [against_baseline(board, chosen), *against_parent(board, chosen)]
    if chosen.outcome == "even":
        reason.append("Inconclusive does not mean equal.")
    if rival:
        reason.append(f"{best.candidate.name} is certainly ahead of it in no metric.")
    decision, headline = _headline(board, best, rival, stopping)
    return Judgement(
        decision=decision,
        headline=headline,
        reason=" ".join(reason),
        standing=chosen,
        costs=costs(comparison, board, chosen.candidate),
        needed=needed(comparison, board, chosen),
        remarks=tuple(
            " ".join([against_baseline(board, s), *against_parent(board, s), *gate_words(s, stopping)])
            for s in standings
            if s is not chosen
        ),
        cautions=(
            *gate_words(chosen, stopping),
            *([] if rival else untuned_ahead(board, untuned, best)),
            *blind_spots(board, chosen),
        ),
    )


def _no_verdict(board: Board) -> Judgement:
    return Judgement(
        decision="open",
        headline="No verdict.",
        reason=(
            f"No metric gives a verdict on any candidate against {board.baseline}."
            if board.rivals
            else f"{board.baseline} is the only candidate, and there is nothing to hold against it."
        ),
        standing=None,
    )


def _stops(gate: GateVerdict) -> bool:
    """Tell whether a gate turns the build red, as `shoptune.deciding.gates.exit_code` does."""
    return gate.outcome == "failed" or (gate.outcome == "inconclusive" and gate.on_inconclusive == "fail")


def _best(board: Board, standings: Sequence[Standing], stopped: Collection[str]) -> Standing:
    """Rule 2, among those that rule 4 puts first."""
    first = [s for s in standings if s.outcome == "gain" and s.candidate.name not in stopped] or standings
    by_name = {s.candidate.name: s for s in first}
    best = min(first, key=lambda s: (_ORDER.index(s.outcome), len(s.worse) - len(s.better)))
    while (parent := by_name.get(best.candidate.parent or "")) and (
        _ORDER.index(parent.outcome) <= _ORDER.index(best.outcome)
        and not board.ahead(best.candidate.name, parent.candidate.name)
    ):
        best = parent
    return best


def _makes_needless(board: Board, untuned: Standing, best: Standing, stopped: Collection[str]) -> bool:
    """Rule 3."""
    return (
        untuned.outcome == "gain"
        and untuned.candidate.name not in stopped
        and not board.ahead(best.candidate.name, untuned.candidate.name)
    )


def _headline(
    board: Board, best: Standing, rival: Standing | None, stopping: Sequence[GateVerdict]
) -> tuple[Decision, str]:
    name, baseline = best.candidate.name, board.baseline
    if rival:
        return "keep", f"Do not tune: {rival.candidate.name} does as well without it."
    if best.outcome in ("even", "worse"):
        tuning = best.candidate.kind == "tuned" and board.candidate(baseline).kind != "tuned"
        keep, it = ("Do not tune", baseline) if tuning else (f"Keep {baseline}", "it")
        return "keep", f"{keep}: {_no_gain(best, it)}."
    if best.worse:
        return "weigh", f"Do not ship {name} as it is: it {_gains(board, best)}, but {_losses(best)}."
    if outcomes := {gate.outcome for gate in stopping if gate.candidate == name}:
        why = "it fails a gate" if "failed" in outcomes else "a gate can't tell whether it is good enough"
        return "weigh", f"Do not ship {name} yet: {why}."
    if best.doubtful:
        return "weigh", f"Do not ship {name} yet: it may be worse in {names(best.doubtful)}."
    return "ship", f"Ship {name}." if best.candidate.kind == "tuned" else f"Prefer {name}: it needs no tuning."


def _gains(board: Board, best: Standing) -> str:
    if any(finding.metric.theme == "overlap" for finding in best.better):
        return "comes closer to the reference"
    return f"is better than {board.baseline} in {names(best.better)}"


def _losses(best: Standing) -> str:
    if any(finding.metric.theme == "faithfulness" for finding in best.worse):
        return "keeps less to the facts"
    return f"worse in {names(best.worse)}"


def _no_gain(best: Standing, baseline: str) -> str:
    if best.outcome == "even":
        return f"no gain over {baseline} is certain"
    name = best.candidate.name
    return f"{name} loses more than it gains" if best.better else f"{name} is worse than {baseline}"
