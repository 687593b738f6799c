"""Which candidates a candidate goes back to: ``dpo``, tuned from ``sft``, tuned from ``base``, which names a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shoptune.experiment.file import CandidateUse

__all__ = ["lineage", "parents_first"]

_Candidates = Mapping[str, CandidateUse]


def lineage(candidates: _Candidates, name: str) -> tuple[str, ...]:
    """Return the candidate and its parents, in order; the last one names a model or is a baseline."""
    found = [name]
    while parent := candidates[found[-1]].parent:
        found.append(parent)
    return tuple(found)


def parents_first(candidates: _Candidates) -> Iterator[str]:
    """Yield all candidates in the file's order, but each after its parents."""
    yield from dict.fromkeys(name for last in candidates for name in reversed(lineage(candidates, last)))
