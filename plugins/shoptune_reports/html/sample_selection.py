"""Which samples a page shows: those that tell most about the featured candidate, and others at random."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

from shoptune.comparison import MetricInfo, SampleInfo
from shoptune.task_results import TaskResults

__all__ = ["REASONS", "Ranking", "Reason", "Shown", "rank", "select"]

Reason = Literal["gain", "loss", "invalid", "disagreement", "random"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample and why it is shown."""

    sample: SampleInfo
    why: Reason


@dataclass(frozen=True, slots=True)
class Ranking:
    """A task's samples, and their places in the order in which each reason would show them."""

    samples: Sequence[SampleInfo]
    orders: Mapping[Reason, Sequence[int]]


def rank(task: TaskResults, samples: Sequence[SampleInfo], candidate: str, seed: int) -> Ranking:
    """Rank a task's samples for a candidate.

    How far a metric moved on a sample is the candidate's own value less the baseline's, turned so that more is better,
    and divided by the metric's largest such difference.  A sample's gain is the mean of these over the metrics.  On a
    sample metrics disagree by as much as both the one that gained most and the one that lost most have moved.  The
    random order depends on the seed and the samples' ids alone.
    """
    moved = _movements(samples, task.directed, candidate, task.baseline)
    gains = [sum(each) / len(each) if each else 0.0 for each in moved]
    return Ranking(
        samples,
        {
            "gain": _most(gains),
            "loss": _most([-gain for gain in gains]),
            "invalid": _most([_invalid(sample, candidate) for sample in samples]),
            "disagreement": _most([min(max(each), -min(each)) if each else 0.0 for each in moved]),
            "random": sorted(range(len(samples)), key=lambda index: _shuffled(samples[index].id, seed)),
        },
    )


def select(ranking: Ranking, limit: int) -> tuple[Shown, ...]:
    """Return up to `limit` samples: a fifth for each reason, and more at random where there are too few of another."""
    why: dict[int, Reason] = {}
    for reason, order in ranking.orders.items():
        room = limit - len(why) if reason == "random" else limit // len(REASONS)
        why |= dict.fromkeys(islice((index for index in order if index not in why), room), reason)
    return tuple(Shown(ranking.samples[index], reason) for index, reason in why.items())


def _movements(
    samples: Sequence[SampleInfo], metrics: Iterable[MetricInfo], candidate: str, baseline: str
) -> list[list[float]]:
    """Return for each sample how far each metric that applies to it moved: from -1 to 1, more is better."""
    both = [
        (index, sample.answers[candidate].values, sample.answers[baseline].values)
        for index, sample in enumerate(samples)
        if candidate in sample.answers and baseline in sample.answers
    ]
    moved: list[list[float]] = [[] for _ in samples]
    for metric in metrics:
        name, sign = metric.name, 1 if metric.higher_is_better else -1
        differences = [
            (index, sign * (here - there))
            for index, mine, its in both
            if (here := mine.get(name)) is not None and (there := its.get(name)) is not None
        ]
        largest = max((abs(difference) for _, difference in differences), default=0.0)
        for index, difference in differences:
            moved[index].append(difference / largest if largest else 0.0)
    return moved


def _invalid(sample: SampleInfo, candidate: str) -> int:
    """Return 2 where the candidate's own answer is invalid, 1 where another's is."""
    at_fault = {name for name, answer in sample.answers.items() if answer.invalid is not None}
    return (candidate in at_fault) + bool(at_fault)


def _most(strengths: Sequence[float]) -> list[int]:
    """Return the positions of what is above zero, the largest first."""
    return sorted((i for i, strength in enumerate(strengths) if strength > 0), key=lambda i: -strengths[i])


def _shuffled(id_: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{id_}".encode()).digest()
