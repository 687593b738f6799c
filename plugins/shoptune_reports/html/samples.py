"""The samples that a page holds, packed so that its scripts can read them: JSON, compressed, in letters.

Each text stands there once, values stand in the order of their metrics, and names that come again and again cost next
to nothing once compressed.  A browser unpacks it with ``DecompressionStream``, for which the content security policy
needs no exception.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.comparison import AnswerHighlight, MetricInfo, SampleAnswer, SampleInfo
from shoptune.task_results import TaskResults
from shoptune_reports.html.sample_selection import Reason, Shown, rank, select

__all__ = ["LARGEST_PACK", "MOST_SAMPLES", "PageSamples", "TaskSamples", "page_samples"]

MOST_SAMPLES = 500
"""So many samples a page holds, of all its tasks; ``samples.jsonl`` holds all."""
LARGEST_PACK = 1_150_000
"""So many letters their pack may have, which leaves the rest of the page room below 2 MB."""


@dataclass(frozen=True, slots=True)
class TaskSamples:
    """What to say of one task's samples."""

    task: TaskResults
    featured: str
    """The candidate for which they were selected."""
    total: int
    reasons: Mapping[Reason, int]
    """Why so many of them are shown."""

    @property
    def shown(self) -> int:
        """How many of them the page holds."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class PageSamples:
    """The samples of a page."""

    tasks: tuple[TaskSamples, ...]
    """Those that have any."""
    seed: int
    pack: str


def page_samples(featured: Sequence[tuple[TaskResults, str]], samples: Sequence[SampleInfo], seed: int) -> PageSamples:
    """Select samples for a page and pack them; fewer than `MOST_SAMPLES` where their texts are very long.

    Args:
        featured: Each task, and the candidate that its samples are selected for.
        samples: All samples of the comparison.
        seed: Decides which samples are shown at random.

    """
    by_task: dict[str, list[SampleInfo]] = {task.name: [] for task, _ in featured}
    for sample in samples:
        by_task.setdefault(sample.task, []).append(sample)
    views = [(task, name, rank(task, by_task[task.name], name, seed)) for task, name in featured if by_task[task.name]]
    each = MOST_SAMPLES // max(len(views), 1)
    while True:
        chosen = [select(ranking, each) for _, _, ranking in views]
        pack = _pack([_task(task, name, shown) for (task, name, _), shown in zip(views, chosen, strict=True)])
        if len(pack) <= LARGEST_PACK or each <= 1:
            break
        # Counted from what there was, since `each` may be far more; a little less, since samples differ in length.
        each = max(1, int(0.95 * max(map(len, chosen)) * LARGEST_PACK / len(pack)))
    tasks = tuple(
        TaskSamples(task, name, len(ranking.samples), Counter(sample.why for sample in shown))
        for (task, name, ranking), shown in zip(views, chosen, strict=True)
    )
    return PageSamples(tasks, seed, pack)


def _pack(tasks: Sequence[Mapping[str, Any]]) -> str:
    text = json.dumps(tasks, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half of a surrogate pair is no text that UTF-8 could hold.
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), mtime=0)).decode()


def _task(task: TaskResults, featured: str, shown: Sequence[Shown]) -> dict[str, Any]:
    measured = {name for each in shown for answer in each.sample.answers.values() for name in answer.values}
    metrics = [metric for metric in task.metrics if metric.name in measured]
    candidates = [candidate.name for candidate in task.candidates]
    return {
        "name": task.name,
        "baseline": task.baseline,
        "featured": featured,
        "candidates": candidates,
        "metrics": [{"name": m.name, "up": m.higher_is_better, "format": m.format} for m in metrics],
        "samples": [_sample(each.sample, candidates, metrics) for each in shown],
    }


def _sample(sample: SampleInfo, candidates: Sequence[str], metrics: Sequence[MetricInfo]) -> dict[str, Any]:
    answers = [sample.answers.get(candidate) for candidate in candidates]
    return {
        "id": sample.id,
        "prompt": sample.prompt,
        "references": sample.references,
        "facts": [
            [name, value, [index for index, answer in enumerate(answers) if answer and _states(answer, name)]]
            for name, value in sample.facts.items()
        ],
        "slices": list(sample.slices.items()),
        "answers": [answer and _answer(answer, metrics) for answer in answers],
    }


def _answer(answer: SampleAnswer, metrics: Sequence[MetricInfo]) -> dict[str, Any]:
    return {
        "text": answer.text,
        **({"thought": answer.thought} if answer.thought else {}),
        "invalid": answer.invalid,
        "cut": answer.finish == "length",
        "values": [_short(answer.values.get(metric.name)) for metric in metrics],
        "marks": _marks(answer.text, answer.highlights),
    }


def _marks(text: str, marks: Sequence[AnswerHighlight]) -> list[tuple[int, int, bool, str]]:
    """Return (start, end, good, note) in order.

    JavaScript counts UTF-16 units: a letter beyond the first plane, such as an emoji, is two of them.
    """
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end))
    return [(_units(text, m.start), _units(text, m.end), m.kind == "good", m.note) for m in ordered]


def _units(text: str, position: int) -> int:
    return position if text.isascii() else position + sum(letter > "\uffff" for letter in text[:position])


def _states(answer: SampleAnswer, fact: str) -> bool:
    """Tell whether a metric marked words that state the fact: their note is then ``states carry load: 9.4 kg``."""
    start = f"states {fact.replace('_', ' ')}:"
    return any(mark.kind == "good" and mark.note.startswith(start) for mark in answer.highlights)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
