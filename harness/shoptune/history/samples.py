"""What candidates were asked, and whether two runs were asked the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.data import Example
from shoptune.storage.fingerprint import fingerprint
from shoptune.storage.jsonl import read_jsonl
from shoptune.storage.store import Store

__all__ = [
    "Asked",
    "asked_of_line",
    "asked_of_store",
    "disagreements",
    "fingerprint_of_prompts",
    "fingerprint_of_samples",
]

NAMED = 3
"""So many samples are named where two runs disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One sample: what was asked and what a good answer is, as fingerprints."""

    id: str
    group: str
    prompt: str
    """Of the user's turn."""
    references: str
    around: str | None
    """Of all other turns and the choices; None where it is not known, since ``samples.jsonl`` does not say."""


def asked_of_store(store: Store, fingerprints: Mapping[str, str], task: str, scored_on: str) -> list[Asked] | None:
    """Return a task's samples in the order of their rows; None where the store does not hold them any more."""
    for kind in (
        "expand prompts of",
        "prepare",
    ):
        name = fingerprints.get(f"{kind} {task}")
        step = store.find(name) if name else None
        if step:
            return [_asked(example) for example in read_jsonl(step.path(f"examples.{scored_on}.jsonl"), Example)]
        if name:
            return None
    return None


def asked_of_line(sample: Mapping[str, Any]) -> Asked:
    """Return the sample that a line of ``samples.jsonl`` is about (`shoptune.comparison.SampleInfo`)."""
    return Asked(
        id=sample["id"],
        group=sample["group"],
        prompt=fingerprint(sample["prompt"]),
        references=fingerprint(sample["references"]),
        around=None,
    )


def fingerprint_of_prompts(asked: Iterable[Asked]) -> str:
    """Return one name for all that was asked, whatever the order; empty where that is not known."""
    found = sorted(asked, key=lambda sample: sample.id)
    known = found and all(sample.around is not None for sample in found)
    return fingerprint([[sample.id, sample.prompt, sample.around] for sample in found]) if known else ""


def fingerprint_of_samples(asked: Iterable[Asked]) -> str:
    """Return one name for which samples these are and what good answers are; empty where there are none."""
    found = sorted(asked, key=lambda sample: sample.id)
    return fingerprint([[sample.id, sample.references] for sample in found]) if found else ""


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


def _asked(example: Example) -> Asked:
    turns = list(example.messages)
    last = next((place for place in reversed(range(len(turns))) if turns[place]["role"] == "user"), None)
    return Asked(
        id=example.id,
        group=example.group,
        prompt=fingerprint("" if last is None else turns.pop(last)["content"]),
        references=fingerprint(list(example.references)),
        around=fingerprint([turns, list(example.choices)]),
    )


def _prompt_differs(old: Asked, new: Asked) -> bool:
    around_differs = old.around is not None and new.around is not None and old.around != new.around
    return old.prompt != new.prompt or around_differs


def _counted(ids: Sequence[str]) -> str:
    more = ", ..." if len(ids) > NAMED else ""
    return f"{len(ids):,} {'sample' if len(ids) == 1 else 'samples'} ({', '.join(ids[:NAMED])}{more})"
