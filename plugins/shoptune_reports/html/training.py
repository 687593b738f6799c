"""The section on training: for each tuned candidate its losses, what it learnt from, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shoptune.comparison import CandidateInfo, Comparison, Training
from shoptune_reports.charts.loss import LossCurve, loss_curve
from shoptune_reports.text.training import Words, how, learnt, lengths

__all__ = ["Trained", "training_section"]


@dataclass(frozen=True, slots=True)
class Trained:
    """How one tuned candidate came to be."""

    candidate: CandidateInfo
    method: str
    seconds: float | None
    curve: LossCurve | None
    learnt: Words
    lengths: Mapping[str, Mapping[str, int]]
    """Of what it learnt from, in tokens: of prompts, of answers, and of both -> ``p5``, ``p50``, ``p95``, ``max``."""
    how: Words


def training_section(comparison: Comparison) -> tuple[Trained, ...]:
    """Put the section together."""
    return tuple(_of(comparison, training) for training in comparison.training)


def _of(comparison: Comparison, training: Training) -> Trained:
    candidate = next(info for info in comparison.candidates if info.name == training.candidate)
    tuning = (c.seconds for c in comparison.cost if (c.phase, c.candidate) == ("tune", candidate.name))
    return Trained(
        candidate=candidate,
        method=training.method,
        seconds=next(tuning, None),
        curve=loss_curve(training.loss),
        learnt=learnt(training.data),
        lengths=lengths(training.data),
        how=how(training.info),
    )
