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
from shoptune.history.run_record import RunRecord
from shoptune.history.settings import Difference, differences
from shoptune.storage.store import Store

__all__ = ["Between", "between"]


@dataclass(frozen=True, kw_only=True)
class Between:
    """What lies between two runs."""

    before: RunRecord
    after: RunRecord
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
    records = before.record, after.record
    there = [{t.task for t in record.tasks} for record in records]
    shared = tuple(t.task for t in after.record.tasks if t.task in there[0])
    if task is not None and task not in shared:
        raise UsageError(f"not both runs have a task {task!r}.{did_you_mean(task, shared)}")
    if not shared:
        raise UsageError(
            f"{records[0].name} and {records[1].name} have no task in common: "
            f"{', '.join(sorted(there[0]))} in one, {', '.join(sorted(there[1]))} in the other"
        )
    tasks = (task,) if task is not None else shared
    evidence = evidence_of(records[0], store, before.folder), evidence_of(records[1], store, after.folder)
    refuse_other_samples(tasks, records, evidence)
    return Between(
        before=records[0],
        after=records[1],
        tasks=tasks,
        changes=tuple(changes(tasks, records, evidence, metrics, resamples=resamples)),
        differences=tuple(differences(*records, store)),
    )
