"""The text of a model card: what the model was made of, what it was measured to be, and where that ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoptune.comparison import CandidateInfo, Comparison, Training
from shoptune.formatting import (
    MARKS,
    NOTHING,
    difference,
    difference_interval,
    examples,
    interval,
    plain,
    value,
)
from shoptune.task_results import TaskResults, task_results
from shoptune_reports.text.data import summary
from shoptune_reports.text.markdown import escape, row, table_head

__all__ = ["body"]


def body(comparison: Comparison, candidate: CandidateInfo, training: Training) -> str:
    """Return the card below its metadata, in Markdown; text of the shop stays text."""
    found = task_results(comparison)
    parts = [
        f"# {escape(candidate.name)}\n\n{_origin(candidate)}\n",
        f"## Recommendation\n\n{''.join(_recommendation(comparison))}",
        *(_results(task, candidate.name, comparison.correction.sentence) for task in found),
        f"## Training\n\n{''.join(_training(comparison, training))}",
        f"## Limits\n\n{''.join(_limits(comparison, found, candidate))}",
        f"## How to make it again\n\n{''.join(_provenance(comparison))}",
    ]
    return "\n".join(parts)


def _origin(candidate: CandidateInfo) -> str:
    model = f" The model underneath is {escape(candidate.model)}" if candidate.model else ""
    source = f" ({escape(candidate.source)})" if model and candidate.source else ""
    return f"{escape(candidate.summary.rstrip('.'))}.{model}{source}{'.' if model else ''}"


def _recommendation(comparison: Comparison) -> Iterator[str]:
    """Say what the experiment that made it recommends, which may be another candidate."""
    for found in comparison.recommendation.tasks:
        yield f"- {escape(found.task)}: **{escape(found.headline)}** {escape(found.reason, 2000)}\n"


def _results(task: TaskResults, candidate: str, correction: str) -> str:
    against = escape(task.baseline)
    rows = [
        row(
            [
                escape(metric.name),
                value(found.against.value if found.against else None, metric.format),
                value(found.result.value, metric.format),
                interval(found.result.interval, metric.format),
                difference(found.result.difference, metric.format),
                difference_interval(found.result.drawn_interval, metric.format),
                f"{MARKS[found.result.verdict]} {found.result.verdict}" if found.result.verdict else NOTHING,
            ]
        )
        for found in task.of(candidate)
        for metric in [found.metric]
    ]
    head = table_head(["metric", against, escape(candidate), "95 %", "difference", "interval", "verdict"])
    note = (
        f"{examples(task.info)}. Intervals by bootstrap, resampled by group; differences to {against} are paired; "
        "intervals of differences are those that go with the verdicts. "
        f"{correction} pp: percentage points."
    )
    return f"## Results: {escape(task.name)}\n\n{escape(task.info.summary)}\n\n{head}{''.join(rows)}\n{note}\n"


def _training(comparison: Comparison, training: Training) -> Iterator[str]:
    yield f"- method: {escape(training.method)}\n"
    for task in comparison.tasks:
        yield f"- data of {escape(task.name)}: {escape(summary(task.data), 2000)}\n"
    for name in ("loss", "validation_loss"):
        curve = [figures[name] for figures in training.loss if math.isfinite(figures.get(name, math.nan))]
        if curve:
            yield f"- {name.replace('_', ' ')}: {plain(curve[0])} at first, {plain(curve[-1])} at last\n"
    yield from _listed(training.data)
    yield from _listed(training.info)


def _limits(comparison: Comparison, found: tuple[TaskResults, ...], candidate: CandidateInfo) -> Iterator[str]:
    for task in found:
        name, outcome = escape(task.name), comparison.recommendation.of(task.name).outcome(candidate.name)
        if outcome and outcome.worse:
            yield f"- Worse than {escape(task.baseline)} at {name} in {_names(outcome.worse)}.\n"
        if outcome and outcome.inconclusive:
            yield f"- At {name} it is open whether it is better or worse in {_names(outcome.inconclusive)}.\n"
        if task.info.scored_on == "validation":
            yield f"- {name} was scored on the validation split, on which settings are chosen: no proof.\n"
        invalid = max((finding.result.invalid for finding in task.of(candidate.name)), default=0)
        if invalid:
            yield f"- At {name} {plain(invalid)} of its answers could not be used.\n"
    yield (
        "- Measured on the data of one shop, and on the tasks above alone. What it does with other products, languages "
        "or prompts is not known.\n"
        "- It can state what is not so. What it writes of a product needs a check against the product's facts.\n"
        "- No licence is stated: it depends on that of the model underneath, and on the rights in the texts that it "
        "learned from.\n"
    )


def _provenance(comparison: Comparison) -> Iterator[str]:
    made = comparison.provenance
    yield f"- command: {escape(made.command, 2000)}\n- seed: {made.seed}\n- made: {escape(made.created)}\n"
    yield from _listed(made.versions)


def _listed(figures: Mapping[str, Any], of: str = "") -> Iterator[str]:
    """List figures one a line, and those that lie within others together: ``lengths: prompt: p5 83, p50 93``."""
    for name, figure in figures.items():
        label = f"{of}{escape(name.replace('_', ' '))}: "
        if not isinstance(figure, Mapping):
            yield f"- {label}{_plain(figure)}\n"
        elif any(isinstance(inner, Mapping) for inner in figure.values()):
            yield from _listed(figure, label)
        elif figure:
            yield f"- {label}{', '.join(f'{escape(inner)} {_plain(of)}' for inner, of in figure.items())}\n"


def _plain(figure: object) -> str:
    return ", ".join(escape(plain(item)) for item in (figure if isinstance(figure, list) else [figure]))


def _names(metrics: Sequence[str]) -> str:
    return ", ".join(map(escape, metrics))
