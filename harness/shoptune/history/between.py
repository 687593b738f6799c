"""All that there is to say about two runs, the first the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shoptune.comparing.statistics import RESAMPLES
from shoptune.components import Metric
from shoptune.errors import UsageError, did_you_mean
from shoptune.history.changes import Change, changes, refuse_other_samples
from shoptune.history.evidence import evidence_of
from shoptune.history.named import NamedRun
from shoptune.history.settings import Difference, differences
from shoptune.kept_run import KeptRun
from shoptune.storage.store import Store

__all__ = ["Between", "between"]


@dataclass(frozen=True, kw_only=True)
class Between:
    """What lies between two runs."""

    before: KeptRun
    after: KeptRun
    tasks: tuple[str, ...]
    """Those that were compared."""
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]

    @property
    def got_worse(self) -> bool:
        """Whether any metric of any candidate has."""
        return any(change.verdict == "worse" for change in self.changes)


def between(
    before: NamedRun,
    after: NamedRun,
    store: Store,
    metrics: Mapping[str, Metric],
    *,
    task: str | None = None,
    resamples: int = RESAMPLES,
) -> Between:
    """Compare two runs on all tasks that both have, or on one `task`.

    Raises UsageError where they share no task, or were not asked the same.
    """
    runs = before.run, after.run
    there = [[info.name for info in run.comparison.tasks] for run in runs]
    shared = tuple(name for name in there[1] if name in there[0])
    if task is not None and task not in shared:
        raise UsageError(f"not both runs have a task {task!r}.{did_you_mean(task, shared)}")
    if not shared:
        raise UsageError(
            f"{runs[0].name} and {runs[1].name} have no task in common: "
            f"{', '.join(sorted(there[0]))} in one, {', '.join(sorted(there[1]))} in the other"
        )
    tasks = (task,) if task is not None else shared
    evidence = evidence_of(runs[0], store, before.folder), evidence_of(runs[1], store, after.folder)
    refuse_other_samples(tasks, runs, evidence)
    return Between(
        before=runs[0],
        after=runs[1],
        tasks=tasks,
        changes=tuple(changes(tasks, runs, evidence, metrics, resamples=resamples)),
        differences=tuple(differences(*runs, store)),
    )
