"""Which samples a page shows: where the featured candidate gained and lost most, and others at random."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from shoptune.comparison import MetricInfo, SampleInfo
from shoptune_reports.board import Board

__all__ = ["Shown", "select"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample and why it is shown."""

    sample: SampleInfo
    why: Literal["gain", "loss", "random"]


def select(board: Board, samples: Sequence[SampleInfo], candidate: str, limit: int, seed: int) -> tuple[Shown, ...]:
    """Return up to `limit` of the task's samples: a third the biggest gains, a third the biggest losses, and others.

    A sample's gain is the mean over metrics of the candidate's own value less the baseline's, turned so that more is
    better, and divided by the metric's largest such difference.  The random others depend on the seed and the samples'
    ids alone.
    """
    mine = [sample for sample in samples if sample.task == board.task.name]
    gains = _gains(mine, board.directed, candidate, board.baseline)
    ranked = sorted((s for s in mine if gains.get(s.id, 0.0)), key=lambda s: -gains[s.id])
    third = limit // 3
    best = [s for s in ranked if gains[s.id] > 0][:third]
    worst = [s for s in reversed(ranked) if gains[s.id] < 0][:third]
    taken = {s.id for s in chain(best, worst)}
    rest = sorted((s for s in mine if s.id not in taken), key=lambda s: _shuffled(s.id, seed))
    return (
        *(Shown(s, "gain") for s in best),
        *(Shown(s, "loss") for s in worst),
        *(Shown(s, "random") for s in rest[: limit - len(taken)]),
    )


def _gains(
    samples: Sequence[SampleInfo], metrics: Sequence[MetricInfo], candidate: str, baseline: str
) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for metric in metrics:
        differences = {}
        for sample in samples:
            here, there = (
                sample.answers[name].values.get(metric.name) if name in sample.answers else None
                for name in (candidate, baseline)
            )
            if here is not None and there is not None:
                differences[sample.id] = here - there if metric.higher_is_better else there - here
        largest = max(map(abs, differences.values()), default=0.0)
        for id_, difference in differences.items():
            parts.setdefault(id_, []).append(difference / largest if largest else 0.0)
    return {id_: sum(values) / len(values) for id_, values in parts.items()}


def _shuffled(id_: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{id_}".encode()).digest()
