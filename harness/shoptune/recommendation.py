"""What a comparison recommends: which candidate to ship, or not to tune at all, and why.

Part of the contract of ``comparison.json``.  `shoptune.deciding` has the rules; sentences are plain text, and say the
same on the terminal and in every report.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from shoptune.described import Described

__all__ = [
    "CandidateOutcome",
    "Decision",
    "OutcomeName",
    "Recommendation",
    "SampleSize",
    "TaskRecommendation",
]

Decision = Literal["ship", "weigh", "keep", "no_verdict"]
"""``ship`` the candidate; ``weigh`` what it gains against what it loses or what is in doubt, before anything is
shipped; ``keep`` the baseline, or what does as well without tuning; ``no_verdict``: no metric gives one."""

OutcomeName = Literal["gain", "trade_off", "even", "worse"]


class Model(Described):
    """Base of the recommendation's parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CandidateOutcome(Model):
    """Where a candidate stands on one task: its verdicts against the baseline, and the gates that stop it."""

    candidate: str
    """The candidate's name."""
    outcome: OutcomeName
    """``gain``: better in some metric and worse in none, not even doubtfully; ``trade_off``: worse in some, but in no
    more than it is better in; ``worse``: worse in more; ``even``: nothing is certain."""
    better: list[str]
    """Metrics in which it is certainly better."""
    worse: list[str]
    """Metrics in which it is certainly worse."""
    inconclusive: list[str]
    """Metrics in which it may be either."""
    doubtful: list[str]
    """Those of `inconclusive` whose 95 % interval holds losses alone: worse, but for the correction for their number.

    The correction keeps a report from claiming what chance did.  To ship is the claim that nothing got worse, so here
    it would help the wrong side."""
    same: list[str] = Field(default_factory=list)
    """Metrics in which it is the same as the baseline in every sample."""
    failed_gates: list[str] = Field(default_factory=list)
    """What the gates that it fails saw."""
    undecided_gates: list[str] = Field(default_factory=list)
    """What the gates saw that can't tell of it, and that doubt fails."""

    @property
    def total(self) -> int:
        """Metrics with a verdict."""
        return len(self.better) + len(self.worse) + len(self.inconclusive) + len(self.same)

    @property
    def is_stopped(self) -> bool:
        """Whether a gate stops it."""
        return bool(self.failed_gates or self.undecided_gates)


class SampleSize(Model):
    """How large a test would settle an inconclusive metric: one that shows the difference seen four times in five."""

    metric: str
    """The metric's name."""
    groups: int | None
    """Test groups, to two digits; None where it takes more than a hundred times as many as this test has."""
    detectable: float
    """The smallest difference that this test shows four times in five, after correction, in the metric's units."""
    sentence: str
    """The same in words."""


class TaskRecommendation(Model):
    """What is recommended for one task."""

    task: str
    """The task's name."""
    decision: Decision
    """What to do."""
    candidate: str | None = None
    """The candidate that the headline is about, and that a report features; None without a verdict."""
    recommended: str | None = None
    """The candidate to use for this task, which may be the baseline; None where that is to be weighed, or unknown."""
    makes_needless: str | None = None
    """The tuned candidate that `candidate` makes needless, since it does as well without tuning."""
    headline: str
    """One short sentence: ``Ship sft.``"""
    reason: str
    """Why, with figures."""
    cautions: list[str] = Field(default_factory=list)
    """What has to be known before acting on the headline, a sentence each."""
    remarks: list[str] = Field(default_factory=list)
    """A sentence or two on each other candidate."""
    sample_sizes: list[SampleSize] = Field(default_factory=list)
    """What would settle what is inconclusive about `candidate`; what may be a loss comes first, up to four metrics."""
    outcomes: list[CandidateOutcome] = Field(default_factory=list)
    """All candidates that have verdicts, in the order of the experiment file."""

    def outcome(self, candidate: str | None) -> CandidateOutcome | None:
        """Return the outcome of a candidate; None where it has no verdicts."""
        return next((outcome for outcome in self.outcomes if outcome.candidate == candidate), None)


class Recommendation(Model):
    """What is recommended, over all and task by task."""

    decision: Decision = "no_verdict"
    """What to do, all tasks taken together; that of the task where there is one."""
    recommended: str | None = None
    """The candidate to use for every task; None where it isn't the same for all, or not known."""
    headline: str = "No verdict."
    """One short sentence."""
    reason: str = "Nothing has been decided."
    """Why: every task's headline, where they differ."""
    tasks: list[TaskRecommendation] = Field(default_factory=list)
    """Task by task, in the order of the experiment file."""

    def of(self, task: str) -> TaskRecommendation:
        """Return the recommendation for a task; raises KeyError where there is none."""
        for found in self.tasks:
            if found.task == task:
                return found
        raise KeyError(task)
