"""One finished run as the history keeps it: what a report format renders pages of the history from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shoptune.comparison import Comparison, Result, gates_outcome

__all__ = ["KeptRun", "Outcome"]

Outcome = Literal["passed", "failed", "inconclusive", "no gates"]


@dataclass(frozen=True, kw_only=True)
class KeptRun:
    """A run of the history, or one that was named by the path of its ``comparison.json``."""

    number: int | None = None
    """Counted from 1 in its history; None for a run that is in none."""
    id: str = ""
    """Unlike the number, the same in every history that it is copied to; empty for a run that is in none."""
    reports: str
    """The folder that its reports were written to, which the next run of the experiment overwrites; or the path that
    it was named by."""
    comparison: Comparison
    """Without its samples: the history keeps no text that a model was asked or has written."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"run {self.number}" if self.number is not None else self.reports

    @property
    def outcome(self) -> Outcome:
        """Of all its gates together, as the build got it."""
        return gates_outcome(self.comparison.gates) if self.comparison.gates else "no gates"

    @cached_property
    def overall(self) -> tuple[Result, ...]:
        """Its results on all samples, without those of slices."""
        return tuple(result for result in self.comparison.results if result.slice is None)

    def result(self, task: str, metric: str, candidate: str) -> Result | None:
        """Return the result on all samples, or None where the run has none."""
        return next((r for r in self.overall if (r.task, r.metric, r.candidate) == (task, metric, candidate)), None)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values, results on all samples alone: what ``shoptune history --json`` says of a run."""
        overall = self.comparison.model_copy(update={"results": list(self.overall)})
        return {
            "number": self.number,
            "id": self.id,
            "reports": self.reports,
            "outcome": self.outcome,
            "comparison": overall.model_dump(mode="json", exclude={"samples"}),
        }

    def asked(self, task: str) -> tuple[str, str] | None:
        """Return what names all that a task asked, or None without the task: values of runs with the same compare."""
        found = next((info for info in self.comparison.tasks if info.name == task), None)
        return (found.prompts_fingerprint, found.samples_fingerprint) if found else None
