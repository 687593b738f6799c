"""The format ``csv``: the recommendation, results and samples as tables, for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shoptune.comparison import Comparison, MetricInfo, Result
from shoptune.components import Section
from shoptune.recommendation import Recommendation
from shoptune_reports.text.plain import printable

__all__ = ["render_csv"]

Cell = str | int | float | None

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula, or skip before one (OWASP, "CSV Injection")."""

_RESULTS = (
    "task", "metric", "candidate", "slice_by", "slice", "better_is", "value", "low", "high", "prompts",
    "prompts_lowest", "prompts_highest", "prompts_deviation", "reference", "difference", "difference_low",
    "difference_high", "simultaneous_low", "simultaneous_high", "p_value", "p_adjusted", "verdict",
    "minimum_detectable_effect", "n", "groups", "differing", "invalid", "wins", "losses", "ties",
)  # fmt: skip
_RECOMMENDATION = ("task", "decision", "recommended", "candidate", "headline", "reason", "cautions")
_SAMPLES = ("task", "id", "group", "candidate", "prompt", "facts", "references", "slices", "text", "invalid", "finish")
_BETTER = {True: "higher", False: "lower", None: ""}


def render_csv(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``recommendation.csv``, ``results.csv`` and ``samples.csv``.

    They have a line per task, after one for all tasks, which names none; per result; and per sample and candidate.

    As RFC 4180 has it, in UTF-8 with a byte order mark, without which Excel takes it for something else.  Text that a
    spreadsheet could take for a formula has an apostrophe put before it, in headers too; numbers are written as they
    are, negative ones too, with a point and all their digits.  What is not there is empty.  Facts, references and
    slices are JSON in their cell; a sample's own value of a metric stands under ``value of`` and the metric's name.
    """
    del sections
    metrics = list(dict.fromkeys(metric.name for metric in comparison.metrics))
    return {
        "recommendation.csv": _written(_RECOMMENDATION, _recommendation(comparison.recommendation)),
        "results.csv": _written(_RESULTS, _results(comparison)),
        "samples.csv": _written((*_SAMPLES, *(f"value of {name}" for name in metrics)), _samples(comparison, metrics)),
    }


def _recommendation(found: Recommendation) -> Iterator[Sequence[Cell]]:
    yield (None, found.decision, found.recommended, None, found.headline, found.reason, None)
    for task in found.tasks:
        cautions = " ".join(task.cautions)
        yield (task.task, task.decision, task.recommended, task.candidate, task.headline, task.reason, cautions)


def _results(comparison: Comparison) -> Iterator[Sequence[Cell]]:
    metrics = {(metric.task, metric.name): metric for metric in comparison.metrics}
    for result in comparison.results:
        yield _result(result, metrics[result.task, result.metric])


def _result(result: Result, metric: MetricInfo) -> Sequence[Cell]:
    return (
        result.task,
        result.metric,
        result.candidate,
        result.slice and result.slice.by,
        result.slice and result.slice.value,
        _BETTER[metric.higher_is_better],
        result.value,
        *(result.interval or (None, None)),
        *((s.prompts, s.lowest, s.highest, s.deviation) if (s := result.prompt_sensitivity) else (None,) * 4),
        result.reference,
        result.difference,
        *(result.difference_interval or (None, None)),
        *(result.simultaneous_interval or (None, None)),
        result.p_value,
        result.p_adjusted,
        result.verdict,
        result.minimum_detectable_effect,
        result.n,
        result.groups,
        result.differing,
        result.invalid,
        result.wins,
        result.losses,
        result.ties,
    )


def _samples(comparison: Comparison, metrics: Sequence[str]) -> Iterator[Sequence[Cell]]:
    for sample in comparison.samples:
        facts, references, slices = map(_json, (sample.facts, sample.references, sample.slices))
        for candidate, answer in sample.answers.items():
            yield (
                sample.task,
                sample.id,
                sample.group,
                candidate,
                sample.prompt,
                facts,
                references,
                slices,
                answer.text,
                answer.invalid,
                answer.finish,
                *(answer.values.get(metric) for metric in metrics),
            )


def _json(anything: object) -> str:
    return json.dumps(anything, ensure_ascii=False)


def _written(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    file = io.StringIO(newline="")
    # With this line end, which is the standard's, the writer quotes a lone carriage return as well.
    writer = csv.writer(file, lineterminator="\r\n")
    file.write("\N{BYTE ORDER MARK}")
    for row in (header, *rows):
        writer.writerow(map(_safe, row))
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
