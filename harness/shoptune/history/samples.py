"""What candidates were asked, and whether two runs were asked the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shoptune.comparison import Provenance, TaskInfo
from shoptune.data import Example
from shoptune.fingerprint import fingerprint
from shoptune.reporting.asked import Asked, asked_of
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store

__all__ = ["asked_of_line", "asked_of_store", "disagreements"]

NAMED = 3
"""So many samples are named where two runs disagree."""


def asked_of_store(store: Store, provenance: Provenance, task: TaskInfo) -> list[Asked] | None:
    """Return a task's samples in the order of their rows; None where the store does not hold them any more."""
    for kind in ("expand_prompts", "prepare"):  # the first holds each example in every prompt, where there are several
        step = provenance.step(kind, task=task.name)
        if step:
            stored = store.find(step.fingerprint)
            return _asked(stored.path(f"examples.{task.scored_on}.jsonl")) if stored else None
    return None


def asked_of_line(sample: Mapping[str, str]) -> Asked:
    """Return the sample that a line of ``samples.jsonl`` is about (`shoptune.comparison.SampleInfo`)."""
    return Asked(
        id=sample["id"],
        group=sample["group"],
        prompt=fingerprint(sample["prompt"]),
        references=fingerprint(sample["references"]),
        around=None,
    )


def disagreements(before: Sequence[Asked], after: Sequence[Asked], names: tuple[str, str]) -> Iterator[str]:
    """Say in words how the samples of two runs differ; nothing where they are the same, in whatever order."""
    old, new = ({sample.id: sample for sample in of} for of in (before, after))
    shared = [name for name in old if name in new]
    for name, only in zip(names, (old.keys() - new.keys(), new.keys() - old.keys()), strict=True):
        if only:
            yield f"{_counted(sorted(only))} in {name} alone"
    prompts = [name for name in shared if _prompt_differs(old[name], new[name])]
    if prompts:
        yield f"the prompts of {_counted(prompts)} differ"
    references = [name for name in shared if old[name].references != new[name].references]
    if references:
        yield f"the references of {_counted(references)} differ"


def _asked(examples: Path) -> list[Asked]:
    return [asked_of(example) for example in read_jsonl(examples, Example)]


def _prompt_differs(old: Asked, new: Asked) -> bool:
    around_differs = old.around is not None and new.around is not None and old.around != new.around
    return old.prompt != new.prompt or around_differs


def _counted(ids: Sequence[str]) -> str:
    more = ", ..." if len(ids) > NAMED else ""
    return f"{len(ids):,} {'sample' if len(ids) == 1 else 'samples'} ({', '.join(ids[:NAMED])}{more})"
