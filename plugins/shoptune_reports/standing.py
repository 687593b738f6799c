"""Where a candidate stands on one task: what it gained and lost against the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shoptune.comparison import CandidateInfo
from shoptune_reports.board import Board, Finding
from shoptune_reports.text.slices import is_certain

__all__ = ["Outcome", "Standing", "standing"]

Outcome = Literal["gain", "trade_off", "even", "worse"]


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
    def doubtful(self) -> tuple[Finding, ...]:
        """Those of `open` whose 95 % interval holds losses alone: worse, but for the correction for their number.

        The correction keeps a report from claiming what chance did.  To ship is the claim that nothing got worse, so
        here it would help the wrong side.
        """
        return tuple(finding for finding in self.open if is_certain(finding.result) and _loses(finding))

    @cached_property
    def outcome(self) -> Outcome:
        """See rule 1 of `shoptune_reports.verdict`."""
        if self.better and len(self.worse) <= len(self.better):
            return "trade_off" if self.worse or self.doubtful else "gain"
        return "worse" if self.worse else "even"


def standing(board: Board, candidate: CandidateInfo) -> Standing:
    """Sort the candidate's verdicts."""
    by: dict[str | None, list[Finding]] = {"better": [], "worse": [], "inconclusive": [], None: []}
    for finding in board.findings(candidate.name):
        by[finding.result.verdict].append(finding)
    return Standing(candidate, tuple(by["better"]), tuple(by["worse"]), tuple(by["inconclusive"]))


def _loses(finding: Finding) -> bool:
    return ((finding.result.difference or 0.0) < 0) == bool(finding.metric.higher_is_better)
