"""What changed in the values from one run to another: the same samples, so paired by sample and resampled by group."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from shoptune.comparing.estimates import estimates_on, scores_of
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparing.results import results_of
from shoptune.comparing.verdicts import with_verdicts
from shoptune.comparison import MetricInfo, Result, Verdict
from shoptune.components import AdditiveMetric, FloatArray, Format, Metric
from shoptune.errors import PluginError, UsageError
from shoptune.history.evidence import Evidence
from shoptune.history.samples import disagreements
from shoptune.kept_run import KeptRun
from shoptune.metrics.additive import Reducer, applies_to, values_of
from shoptune.reductions import ratio
from shoptune.reporting.asked import Asked

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
    """Of the interval of the paired difference, at the level at which the verdict was reached."""
    high: float | None = None
    p_adjusted: float | None = None
    """After Holm's correction for all verdicts of this comparison of runs."""
    verdict: Verdict | None = None
    """``same``: every sample's figures are; None where there can be no verdict."""
    minimum_detectable_effect: float | None = None
    remark: str = ""
    """Why there is no interval, where there could be one."""


def _not_all_zero(rows: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(rows.any(axis=1))


@dataclass(frozen=True, kw_only=True)
class _Mean:
    """Reads rows of (value, one), or two zeros where a metric does not apply, as the mean of the values."""

    name: str
    higher_is_better: bool | None
    reduce: Callable[[FloatArray], FloatArray] = ratio
    applies: Callable[[FloatArray], npt.NDArray[np.bool_]] = _not_all_zero
    format: Format = "score"
    reference: Callable[[FloatArray], FloatArray] | None = None


@dataclass(frozen=True)
class _Pair:
    """One candidate's rows of one metric in both runs, in the order of the first run's samples."""

    reducer: Reducer
    before: FloatArray
    after: FloatArray


def refuse_other_samples(
    tasks: Sequence[str], runs: tuple[KeptRun, KeptRun], evidence: tuple[Evidence, Evidence]
) -> None:
    """Raise UsageError, naming what differs, unless each task was asked the same in both runs."""
    wrong = [f"{task}: {said}" for task in tasks for said in _differences(task, runs, evidence)]
    if wrong:
        raise UsageError(
            f"{runs[0].name} and {runs[1].name} can't be compared, they were not asked the same:\n  "
            + "\n  ".join(wrong)
            + "\nName the tasks that can be compared with --task, or run one of the two again on the other's data."
        )


def changes(
    tasks: Sequence[str],
    runs: tuple[KeptRun, KeptRun],
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
    before, after = runs
    found: dict[tuple[str, str, str], Change] = {}
    pairs: dict[tuple[str, str, str], _Pair] = {}
    metrics = {(m.task, m.name): m for m in before.comparison.metrics}
    for metric in after.comparison.metrics:
        was = metrics.get((metric.task, metric.name))
        if metric.task not in tasks or was is None:
            continue
        for candidate in after.comparison.candidates:
            key = metric.task, metric.name, candidate.name
            results = before.result(*key), after.result(*key)
            if results[0] is None or results[1] is None:
                continue
            found[key] = _change(results[0], results[1])
            if (was.metric, was.options) != (metric.metric, metric.options):
                found[key] = replace(found[key], difference=None, remark="measured with other options: not compared")
            elif metric.additive:
                pair = _pair(metric, (results[0], results[1]), evidence, known.get(metric.metric))
                if isinstance(pair, str):
                    found[key] = replace(found[key], remark=pair)
                elif np.array_equal(pair.before, pair.after):
                    found[key] = replace(found[key], verdict="same")
                else:
                    pairs[key] = pair
    for key, result in _compared(pairs, evidence[0].asked, seed=after.comparison.provenance.seed, resamples=resamples):
        low, high = result.simultaneous_interval or (None, None)
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


def _differences(task: str, runs: tuple[KeptRun, KeptRun], evidence: tuple[Evidence, Evidence]) -> Iterator[str]:
    """Say how two runs asked a task otherwise, sample by sample where these are known; nothing where they did not."""
    before, after = (run.asked(task) for run in runs)
    if before is None or after is None or before == after:
        return
    old, new = (of.asked.get(task) for of in evidence)
    said = list(disagreements(old, new, (runs[0].name, runs[1].name))) if old and new else []
    yield from said or [
        f"the {what} differ" for what, old, new in zip(("prompts", "samples"), before, after, strict=True) if old != new
    ]


def _change(before: Result, after: Result) -> Change:
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
    metric: MetricInfo, results: tuple[Result, Result], evidence: tuple[Evidence, Evidence], known: Metric | None
) -> _Pair | str:
    """Return both runs' rows and what makes the recorded values of them, or why there is no such thing."""
    old, new = evidence
    rows = (
        old.rows(metric.task, metric.name, results[0].candidate),
        new.rows(metric.task, metric.name, results[1].candidate),
    )
    if rows[0] is None or rows[1] is None or not (metric.task in old.asked and metric.task in new.asked):
        return "no interval: the rows of one of the runs are no longer there"
    index = {sample.id: number for number, sample in enumerate(new.asked[metric.task])}
    before, after = rows[0], rows[1][[index[sample.id] for sample in old.asked[metric.task]]]
    for pair in _readings(metric, known, before, after, evidence):
        if _gives(pair.reducer, pair.before, results[0]) and _gives(pair.reducer, pair.after, results[1]):
            return pair
    return "no interval: the metric as it is installed does not make the recorded values of the rows that are left"


def _readings(
    metric: MetricInfo,
    known: Metric | None,
    before: FloatArray,
    after: FloatArray,
    evidence: tuple[Evidence, Evidence],
) -> Iterator[_Pair]:
    """Yield what the rows may mean: the installed metric's, or else sum and number of values to be averaged."""
    mean = _Mean(name=metric.name, higher_is_better=metric.higher_is_better, format=metric.format)
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


def _own_values(metric: Reducer, rows: FloatArray) -> FloatArray:
    """Return each sample's own value and a one, two zeros where the metric does not apply: [n, 2]."""
    values = values_of(metric, rows)
    applies = applies_to(metric, rows) & np.isfinite(values)
    return np.stack([np.where(applies, values, 0), applies], axis=1)


def _gives(reducer: Reducer, rows: FloatArray, result: Result) -> bool:
    """Whether the recorded value comes of the rows; another version of a metric may read them otherwise."""
    if reducer.reduce is ratio and rows.shape[1] != 2:
        return False
    try:
        value = float(values_of(reducer, rows.sum(axis=0)))
    except PluginError:
        return False
    if result.value is None:
        return bool(np.isnan(value))
    return bool(np.isclose(value, result.value, rtol=TOLERANCE, atol=TOLERANCE))


def _compared(
    pairs: Mapping[tuple[str, str, str], _Pair], asked: Mapping[str, Sequence[Asked]], *, seed: int, resamples: int
) -> Iterator[tuple[tuple[str, str, str], Result]]:
    """Estimate the difference of each pair, and correct the verdicts for the number of them all.

    The two runs stand for what `estimates_on` knows as candidates, with the first as the baseline.
    """
    results: dict[tuple[str, str, str], Result] = {}
    for task, candidate in dict.fromkeys((task, candidate) for task, _, candidate in pairs):
        name = json.dumps([task, candidate])  # what the draws are seeded by
        samples = TaskSamples(
            task=name,
            groups=[sample.group for sample in asked[task]],
            slices=[{}] * len(asked[task]),
            invalid=dict.fromkeys((BEFORE, AFTER), np.zeros(len(asked[task]), dtype=np.bool_)),
        )
        measured = [
            Measured(task=name, metric=metric, component=pair.reducer, rows={BEFORE: pair.before, AFTER: pair.after})
            for (of_task, metric, of_candidate), pair in pairs.items()
            if (of_task, of_candidate) == (task, candidate)
        ]
        scores = scores_of(measured, (BEFORE, AFTER), samples)
        everything = np.arange(len(samples.groups))
        estimates = estimates_on(samples, everything, None, scores, seed=seed, resamples=resamples)
        of_both = results_of(estimates, samples, everything, None, (BEFORE, AFTER), BEFORE)
        results |= {(task, result.metric, candidate): result for result in of_both if result.candidate == AFTER}
    directions = [pairs[key].reducer.higher_is_better for key in results]
    yield from zip(results, with_verdicts(list(results.values()), directions), strict=True)
