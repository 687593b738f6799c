"""The verdict in words: which candidate to ship, or not to tune at all, and why, with figures.

Everything here follows from results alone, by rules that hold for any task and any metric:

1. A candidate *gains* if it is better than the baseline in some metric and worse in none; it is a *trade-off* if it is
   worse in some, but in no more than it is better in; it is *worse* if it is worse in more, and *even* if nothing is
   certain.  Only corrected verdicts count.
2. The best tuned candidate is the first by that order, then by metrics better less metrics worse.  A candidate tuned
   from another tuned one has to be certainly ahead of it in some metric, or the simpler one is preferred.
3. A candidate that was not tuned, gains, and is behind the best tuned one in nothing certain, makes tuning needless.
4. A gate is the shop's own rule: a candidate that fails one is not to be shipped.

Every metric that got worse is named.  Nothing knows a metric by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shoptune.comparison import CandidateInfo, GateVerdict
from shoptune_reports.board import Board, Finding
from shoptune_reports.format import difference, value

__all__ = ["Judgement", "Standing", "judge", "standing"]

_SHOWN = 4
"""So many metrics a sentence names with their figures; those that got worse are all named."""

_ARROW = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}"

Outcome = Literal["gain", "trade_off", "even", "worse"]
_ORDER: tuple[Outcome, ...] = ("gain", "trade_off", "even", "worse")


@dataclass(frozen=True)
class Standing:
    """What a candidate gained and lost against the baseline."""

    candidate: CandidateInfo
    better: tuple[Finding, ...]
    worse: tuple[Finding, ...]
    open: tuple[Finding, ...]
    """Inconclusive."""

    @property
    def total(self) -> int:
        """Metrics with a verdict."""
        return len(self.better) + len(self.worse) + len(self.open)

    @cached_property
    def outcome(self) -> Outcome:
        """See rule 1."""
        if self.better and len(self.worse) <= len(self.better):
            return "trade_off" if self.worse else "gain"
        return "worse" if self.worse else "even"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the top of a report says about one task, as plain text."""

    decision: Literal["ship", "weigh", "keep", "open"]
    headline: str
    reason: str
    standing: Standing | None
    """Of the candidate that the headline is about; the report features it."""
    remarks: tuple[str, ...] = ()
    """A sentence or two on each other candidate."""
    cautions: tuple[str, ...] = ()
    """What has to be known before acting on the headline."""


def standing(board: Board, candidate: CandidateInfo) -> Standing:
    """Sort the candidate's verdicts."""
    by: dict[str | None, list[Finding]] = {"better": [], "worse": [], "inconclusive": [], None: []}
    for finding in board.findings(candidate.name):
        by[finding.result.verdict].append(finding)
    return Standing(candidate, tuple(by["better"]), tuple(by["worse"]), tuple(by["inconclusive"]))


def judge(board: Board, gates: Sequence[GateVerdict] = ()) -> Judgement:
    """Judge one task; `gates` may be those of the whole experiment."""
    standings = [s for candidate in board.rivals if (s := standing(board, candidate)).total]
    if not standings:
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
    untuned = [s for s in standings if s.candidate.kind != "tuned"]
    tuned = [s for s in standings if s.candidate.kind == "tuned"]
    best = _best(board, tuned or untuned)
    rival = next((s for s in untuned if tuned and _makes_needless(board, s, best)), None)
    failed = [g for g in gates if (g.task, g.candidate, g.outcome) == (board.task.name, best.candidate.name, "failed")]
    decision, headline = _headline(board, best, rival, bool(failed))
    chosen = rival or best
    reason = _sentence(board, chosen)
    if rival:
        reason += f" {best.candidate.name} is certainly ahead of it in no metric."
    return Judgement(
        decision=decision,
        headline=headline,
        reason=" ".join([reason, *_against_parent(board, chosen)]),
        standing=chosen,
        remarks=tuple(
            " ".join([_sentence(board, s), *_against_parent(board, s)]) for s in standings if s is not chosen
        ),
        cautions=(
            *(f"A gate on {gate.candidate} failed: {gate.saw}." for gate in failed),
            *_untuned_ahead(board, untuned, best),
            *_blind_spots(board, best),
        ),
    )


def _best(board: Board, standings: Sequence[Standing]) -> Standing:
    """Rule 2."""
    by_name = {s.candidate.name: s for s in standings}
    best = min(standings, key=lambda s: (_ORDER.index(s.outcome), len(s.worse) - len(s.better)))
    while (parent := by_name.get(best.candidate.parent or "")) and (
        _ORDER.index(parent.outcome) <= _ORDER.index(best.outcome)
        and not board.ahead(best.candidate.name, parent.candidate.name)
    ):
        best = parent
    return best


def _makes_needless(board: Board, untuned: Standing, best: Standing) -> bool:
    """Rule 3; where the best tuned candidate gains nothing, tuning is refused without it."""
    return (
        best.outcome in ("gain", "trade_off")
        and untuned.outcome == "gain"
        and not board.ahead(best.candidate.name, untuned.candidate.name)
    )


def _headline(
    board: Board, best: Standing, rival: Standing | None, gate_failed: bool
) -> tuple[Literal["ship", "weigh", "keep"], str]:
    name = best.candidate.name
    if rival:
        return "keep", f"Do not tune: {rival.candidate.name} does as well without it."
    if best.outcome in ("even", "worse"):
        tuning = best.candidate.kind == "tuned" and board.candidate(board.baseline).kind != "tuned"
        return "keep", "Do not tune." if tuning else f"Keep {board.baseline}."
    if gate_failed:
        return "weigh", f"Do not ship {name} yet: it fails a gate."
    if best.outcome == "trade_off":
        return "weigh", f"{name} is a trade-off."
    return "ship", f"Ship {name}." if best.candidate.kind == "tuned" else f"Prefer {name}: it needs no tuning."


def _sentence(board: Board, s: Standing) -> str:
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
    return text + (f"; not certainly different: {_names(s.open)}." if s.open else ".")


def _against_parent(board: Board, s: Standing) -> list[str]:
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


def _untuned_ahead(board: Board, untuned: Sequence[Standing], best: Standing) -> list[str]:
    """Say where tuning is beaten by something cheaper."""
    if best.candidate.kind != "tuned":
        return []
    kinds = {"baseline": "which is no model at all", "model": "which is not tuned"}
    return [
        f"{s.candidate.name}, {kinds[s.candidate.kind]}, is ahead of {best.candidate.name} in {_versus(ahead)}."
        for s in untuned
        if (ahead := board.ahead(s.candidate.name, best.candidate.name))
    ]


def _blind_spots(board: Board, best: Standing) -> list[str]:
    """Say what the figures can't show."""
    cautions = []
    seen = [
        f"{difference(f.result.smallest_detectable, f.metric.format).lstrip('+')} in {f.metric.name}"
        for f in best.open
        if f.result.smallest_detectable
    ]
    if seen:
        cautions.append(
            f"Inconclusive does not mean equal: this test set reliably tells {best.candidate.name} from "
            f"{board.baseline} only where they differ by at least {_listed(seen[:_SHOWN], len(seen) - _SHOWN)}."
        )
    if board.task.scored_on == "validation":
        cautions.append(
            "Scored on the validation split, on which settings are chosen: no proof until scored on the test split."
        )
    return cautions


def _figures(findings: Sequence[Finding], shown: int = _SHOWN) -> str:
    """``rouge_l 0.169 → 0.313, chrf 0.201 → 0.334 and 3 more``: the baseline's value, then the candidate's."""
    texts = [
        f"{f.metric.name} {value(f.against.value if f.against else None, f.metric.format)}{_ARROW}"
        f"{value(f.result.value, f.metric.format)}"
        for f in findings[:shown]
    ]
    return _listed(texts, len(findings) - shown)


def _versus(findings: Sequence[Finding]) -> str:
    """``attribute_coverage (100.0 % against 78.2 %)``."""
    texts = [
        f"{f.metric.name} ({value(f.result.value, f.metric.format)} against "
        f"{value(f.against.value if f.against else None, f.metric.format)})"
        for f in findings[:_SHOWN]
    ]
    return _listed(texts, len(findings) - _SHOWN)


def _names(findings: Sequence[Finding]) -> str:
    return _listed([f.metric.name for f in findings[:_SHOWN]], len(findings) - _SHOWN)


def _listed(texts: Sequence[str], more: int) -> str:
    if more <= 0 and len(texts) < 2:
        return "".join(texts)
    *first, last = [*texts, f"{more} more"] if more > 0 else texts
    return f"{', '.join(first)} and {last}"


def _count(total: int) -> str:
    return f"all {total} metrics are" if total > 1 else "the one metric is"
