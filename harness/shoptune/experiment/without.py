"""An experiment without some of its candidates: what is left of it when their tuning or answering fails."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shoptune.experiment.load import Experiment

__all__ = ["fallen_with", "without"]


def fallen_with(experiment: Experiment, candidate: str) -> frozenset[str]:
    """Return the candidate and all that start from it or are chosen among it and others."""
    fallen = {candidate}
    uses = experiment.file.candidates
    while more := {
        name
        for name, use in uses.items()
        if name not in fallen and (use.parent in fallen or (use.select and fallen & set(use.select.of)))
    }:
        fallen |= more
    return frozenset(fallen)


def without(experiment: Experiment, candidates: Collection[str]) -> Experiment:
    """Return the experiment as if these candidates, and the gates that name them, did not stand in its file."""
    file = experiment.file
    compare = file.compare.model_copy(
        update={"gates": tuple(gate for gate in file.compare.gates if gate.candidate not in candidates)}
    )
    left = {name: use for name, use in file.candidates.items() if name not in candidates}
    return replace(
        experiment,
        file=file.model_copy(update={"candidates": left, "compare": compare}),
        backends={name: backend for name, backend in experiment.backends.items() if name in left},
        methods={name: method for name, method in experiment.methods.items() if name in left},
    )
