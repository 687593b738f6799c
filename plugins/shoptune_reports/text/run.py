"""How candidates answered, in words: with which model, how, and how far their answers can be had again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoptune.comparison import CandidateInfo
from shoptune_reports.text.noise import noise_of
from shoptune_reports.text.settings import in_words

__all__ = ["noise", "runs"]


def runs(candidates: Sequence[CandidateInfo]) -> Iterator[tuple[str, str]]:
    """Yield the names of candidates that go back to one model and answered alike, and what is true of them all."""
    alike: dict[str, list[str]] = {}
    for candidate in candidates:
        alike.setdefault(_run(candidate), []).append(candidate.name)
    yield from ((", ".join(names), run) for run, names in alike.items() if run)


def noise(candidate: CandidateInfo) -> Iterator[str]:
    """Yield for each task how far a candidate's answers agree with those given in other batches."""
    floors: Mapping[str, Mapping[str, Any]] = candidate.info.get("noise", {})
    for task, floor in floors.items():
        if floor:
            yield f"On {task}, {noise_of(floor)}."


def _run(candidate: CandidateInfo) -> str:
    """Say what model a candidate goes back to and how it answered; empty for one that is no model."""
    source = f" ({candidate.source})" if candidate.source else ""
    settings = in_words({name: value for name, value in candidate.info.items() if name != "noise"})
    parts = [
        f"Model {candidate.model}{source}." if candidate.model else "",
        f"Ran with {settings}." if settings else "",
    ]
    return " ".join(filter(None, parts))
