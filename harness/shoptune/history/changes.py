"""What changed in the values from one run to another: the same samples, so paired by sample and resampled by group."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparison import Result, Verdict
from shoptune.components import AdditiveMetric, FloatArray, Metric, NoOptions
from shoptune.errors import PluginError, UsageError
from shoptune.history.evidence import Evidence
from shoptune.history.run_record import Figure, MetricRecord, RunRecord
from shoptune.history.samples import disagreements
from shoptune.metrics.additive import applies_to, values_of
from shoptune.reductions import ratio

__all__ = ["Change", "changes", "refuse_other_samples"]

BEFORE, AFTER = "before", "after"
TOLERANCE = 1e-9
"""How far a value that is computed again may be from the recorded one, relative or absolute: summation order."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one metric of one candidate."""

    task: str
    metric: str
    candidate: str
    before: float | None
    after: float | None
    difference: float | None
    """after - before."""
    low: float | None = None
    """Of the 95 % interval of the paired difference."""
    high: float | None = None
    p_adjusted: float | None = None
    """After Holm's correction for all verdicts of this comparison of runs."""
    verdict: Verdict | Literal["same"] | None = None
    """``same``: every sample's figures are; None where there can be no verdict."""
    minimum_detectable_effect: float | None = None
    remark: str = ""
    """Why there is no interval, where there could be one."""


@dataclass(frozen=True)
class _Pair:
    """One candidate's rows of one metric in both runs, in the order of the first run's samples."""

    metric: AdditiveMetric[Any]
    before: FloatArray
    after: FloatArray


def refuse_other_samples(
    tasks: Sequence[str], records: tuple[RunRecord, RunRecord], evidence: tuple[Evidence, Evidence]
) -> None:
    """Raise UsageError, naming what differs, unless each task was asked the same in both runs."""
    names = (records[0].name, records[1].name)
    wrong = []
    for task in tasks:
        asked = [of.asked.get(task) for of in evidence]
        if asked[0] is not None and asked[1] is not None:
            wrong += [f"{task}: {said}" for said in disagreements(asked[0], asked[1], names)]
        else:
            wrong += [f"{task}: {said}" for said in _by_fingerprint(task, records)]
    if wrong:
        raise UsageError(
            f"{names[0]} and {names[1]} can't be compared, they were not asked the same:\n  "
            + "\n  ".join(wrong)
            + "\nName the tasks that can be compared with --task, or run one of the two again on the other's data."
        )


def changes(
    tasks: Sequence[str],
    records: tuple[RunRecord, RunRecord],
    evidence: tuple[Evidence, Evidence],
    known: Mapping[str, Metric],
    *,
    resamples: int,
) -> list[Change]:
    """Return what became of each metric and candidate that both runs have, in the order of the second run.

    `known` are the installed metrics by name.  All tasks must have the same samples in both runs
    (`refuse_other_samples`).  A change gets an interval and a verdict where both runs' rows are left and give the
    recorded values again; else it is said why not.
    """
    before, after = records
    found: dict[tuple[str, str, str], Change] = {}
    pairs: dict[tuple[str, str, str], _Pair] = {}
    metrics = {(m.task, m.metric): m for m in before.metrics}
    for metric in after.metrics:
        was = metrics.get((metric.task, metric.metric))
        if metric.task not in tasks or was is None:
            continue
        for candidate in after.candidates:
            key = metric.task, metric.metric, candidate.candidate
            figures = before.figure(*key), after.figure(*key)
            if figures[0] is None or figures[1] is None:
                continue
            found[key] = _change(figures[0], figures[1])
            if (was.component, was.options) != (metric.component, metric.options):
                found[key] = replace(found[key], difference=None, remark="measured with other options: not compared")
            elif metric.additive:
                pair = _pair(metric, (figures[0], figures[1]), evidence, known.get(metric.component))
                if isinstance(pair, str):
                    found[key] = replace(found[key], remark=pair)
                elif np.array_equal(pair.before, pair.after):
                    found[key] = replace(found[key], verdict="same")
                else:
                    pairs[key] = pair
    for key, result in _compared(pairs, evidence[0], seed=after.seed, resamples=resamples):
        low, high = result.difference_interval or (None, None)
        found[key] = replace(
            found[key],
            difference=result.difference,
            low=low,
            high=high,
            p_adjusted=result.p_adjusted,
            verdict=result.verdict,
            minimum_detectable_effect=result.minimum_detectable_effect,
        )
    return list(found.values())


def _by_fingerprint(task: str, records: tuple[RunRecord, RunRecord]) -> Iterator[str]:
    """Say how a task differs whose samples are no longer known one by one."""
    before, after = (next(t for t in record.tasks if t.task == task) for record in records)
    for what in ("prompts", "samples"):
        old, new = getattr(before, what), getattr(after, what)
        if not old or not new:
            yield f"neither the store nor a samples.jsonl has what it takes to see whether the {what} are the same"
        elif old != new:
            yield f"the {what} differ"


def _change(before: Figure, after: Figure) -> Change:
    defined = before.value is not None and after.value is not None
    return Change(
        task=after.task,
        metric=after.metric,
        candidate=after.candidate,
        before=before.value,
        after=after.value,
        difference=after.value - before.value if defined else None,  # type: ignore[operator]
    )


def _pair(
    record: MetricRecord, figures: tuple[Figure, Figure], evidence: tuple[Evidence, Evidence], known: Metric | None
) -> _Pair | str:
    """Return both runs' rows and the metric that makes the recorded values of them, or why there is no such thing."""
    old, new = evidence
    rows = (
        old.rows(record.task, record.metric, figures[0].candidate),
        new.rows(record.task, record.metric, figures[1].candidate),
    )
    if rows[0] is None or rows[1] is None or not (record.task in old.asked and record.task in new.asked):
        return "no interval: the rows of one of the runs are no longer there"
    place = {sample.id: number for number, sample in enumerate(new.asked[record.task])}
    before, after = rows[0], rows[1][[place[sample.id] for sample in old.asked[record.task]]]
    for pair in _readings(record, known, before, after, evidence):
        if _gives(pair.metric, pair.before, figures[0]) and _gives(pair.metric, pair.after, figures[1]):
            return pair
    return "no interval: the metric as it is installed does not make the recorded values of the rows that are left"


def _readings(
    record: MetricRecord,
    known: Metric | None,
    before: FloatArray,
    after: FloatArray,
    evidence: tuple[Evidence, Evidence],
) -> Iterator[_Pair]:
    """Yield what the rows may mean: the installed metric's, or else sum and number of values to be averaged."""
    mean = AdditiveMetric(
        name=record.metric,
        summary="Mean of the samples' values",
        options=NoOptions,
        rows=_measured_already,
        reduce=ratio,
        higher_is_better=record.higher_is_better,
        format=record.format,
    )
    installed = known if isinstance(known, AdditiveMetric) else None
    if evidence[0].own_values == evidence[1].own_values:
        if installed and not evidence[0].own_values:
            yield _Pair(installed, before, after)
        yield _Pair(mean, before, after)
    elif installed:
        own = (
            rows if of.own_values else _own_values(installed, rows)
            for rows, of in zip((before, after), evidence, strict=True)
        )
        yield _Pair(mean, *own)


def _own_values(metric: AdditiveMetric[Any], rows: FloatArray) -> FloatArray:
    """Return each sample's own value and a one, two zeros where the metric does not apply: [n, 2]."""
    values = values_of(metric, rows)
    applies = applies_to(metric, rows) & np.isfinite(values)
    return np.stack([np.where(applies, values, 0), applies], axis=1)


def _gives(metric: AdditiveMetric[Any], rows: FloatArray, figure: Figure) -> bool:
    """Whether the metric makes the recorded value of the rows; another version of it may read them otherwise."""
    if metric.reduce is ratio and rows.shape[1] != 2:
        return False
    try:
        value = float(values_of(metric, rows.sum(axis=0)))
    except PluginError:
        return False
    if figure.value is None:
        return bool(np.isnan(value))
    return bool(np.isclose(value, figure.value, rtol=TOLERANCE, atol=TOLERANCE))


def _measured_already(*_: object) -> FloatArray:
    raise AssertionError("the rows of a finished run are reduced, and never measured again")


def _compared(
    pairs: Mapping[tuple[str, str, str], _Pair], evidence: Evidence, *, seed: int, resamples: int
) -> Iterator[tuple[tuple[str, str, str], Result]]:
    """Compare all pairs at once, so that verdicts are corrected for the number of them all.

    `compare` knows candidates of one task; here the runs are its candidates, and each candidate of ours is a task.
    """
    samples, measured, key_of = {}, [], {}
    for key, pair in pairs.items():
        task, metric, candidate = key
        name = json.dumps([task, candidate])
        key_of[name, metric] = key
        of_task = evidence.asked[task]
        samples[name] = TaskSamples(
            task=name,
            groups=[sample.group for sample in of_task],
            slices=[{}] * len(of_task),
            invalid=dict.fromkeys((BEFORE, AFTER), np.zeros(len(of_task), dtype=np.bool_)),
        )
        measured.append(
            Measured(task=name, metric=metric, component=pair.metric, rows={BEFORE: pair.before, AFTER: pair.after})
        )
    results = compare(
        list(samples.values()), measured, (BEFORE, AFTER), BEFORE, seed=seed, resamples=resamples, slices=()
    )
    for result in results:
        if result.candidate == AFTER:
            yield key_of[result.task, result.metric], result
