"""From measured rows to results: all tasks, their slices and prompts, and the verdicts.

Only `Result.p_adjusted`, and the verdict that follows from it, looks at the whole experiment; see
`shoptune.comparing.estimates` for all other figures.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from shoptune.comparing import statistics
from shoptune.comparing.estimates import IndexArray, estimates_on, scores_of
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparing.slicing import breakdown
from shoptune.comparison import Result, Slice, Spread, Verdict
from shoptune.components import CorpusMetric
from shoptune.data import PROMPT_SLICE

__all__ = ["compare", "with_verdicts"]


def compare(
    tasks: Sequence[TaskSamples],
    measured: Sequence[Measured],
    candidates: Sequence[str],
    baseline: str,
    *,
    seed: int,
    resamples: int = statistics.RESAMPLES,
    slices: Sequence[str] | None = None,
) -> list[Result]:
    """Return one result per metric and candidate of each task, then the same for each slice of the task's samples.

    `slices` names what results are broken down by (None: all that the samples carry), and `breakdown` says which values
    get a slice.  A slice's results have intervals, one of them for all of a task's slices at once, but no verdicts.
    Where a task has several prompts, it is always broken down by them, and their spread stands beside the results on
    all samples.

    Verdicts are for all samples: *better* or *worse* where the p-value is at most 0.05 after Holm's correction for all
    verdicts of the experiment, else *inconclusive*.
    """
    results: list[Result] = []
    for samples in tasks:
        metrics = [m for m in measured if m.task == samples.task]
        scores = scores_of(metrics, candidates, samples)
        everything = np.arange(len(samples.groups))
        own = estimates_on(samples, everything, None, scores, candidates, baseline, seed=seed, resamples=resamples)
        found = [
            _corpus_result(m, c, samples, everything, None)
            if isinstance(m.component, CorpusMetric)
            else own[m.metric, c]
            for m in metrics
            for c in candidates
        ]
        parts = list(_parts(samples, slices))
        for part, members in parts:
            found += estimates_on(
                samples, members, part, scores, candidates, baseline, seed=seed, resamples=resamples, parts=len(parts)
            ).values()
            if part.by == PROMPT_SLICE and samples.have_several_prompts:
                found += [_corpus_result(m, c, samples, members, part) for m in metrics if m.values for c in candidates]
        results += _with_spread(found) if samples.have_several_prompts else found
    directions = {(m.task, m.metric): m.component.higher_is_better for m in measured}
    return with_verdicts(results, [directions[result.task, result.metric] for result in results])


def with_verdicts(results: Sequence[Result], higher_is_better: Sequence[bool | None]) -> list[Result]:
    """Correct the p-values of all `results` together (Holm), and say what follows for each; slices get no verdict.

    `higher_is_better` is of each result's metric; None: it gets no verdict either.
    """

    def verdict(result: Result, direction: bool | None, adjusted: float | None) -> Verdict | None:
        if result.slice is not None or result.difference is None or direction is None:
            return None
        if adjusted is None or adjusted > statistics.ALPHA:
            return "inconclusive"
        return "better" if (result.difference > 0) == direction else "worse"

    corrected = statistics.holm([result.p_value for result in results])
    return [
        result.model_copy(update={"p_adjusted": adjusted, "verdict": verdict(result, direction, adjusted)})
        for result, direction, adjusted in zip(results, higher_is_better, corrected, strict=True)
    ]


def _parts(samples: TaskSamples, slices: Sequence[str] | None) -> Iterator[tuple[Slice, IndexArray]]:
    """Yield the slices worth a result, and which samples are in each."""
    if samples.have_several_prompts:
        for prompt in samples.prompts:
            asked = [place for place, sample in enumerate(samples.slices) if sample[PROMPT_SLICE] == prompt]
            yield Slice(by=PROMPT_SLICE, value=prompt), np.array(asked)
    for by in slices if slices is not None else sorted({key for sample in samples.slices for key in sample}):
        if by == PROMPT_SLICE and samples.have_several_prompts:
            continue
        for value, members in breakdown([sample.get(by) for sample in samples.slices], samples.groups).items():
            yield Slice(by=by, value=value), members


def _corpus_result(
    measured: Measured, candidate: str, samples: TaskSamples, members: IndexArray, part: Slice | None
) -> Result:
    """Return a value without interval, difference or verdict: one prompt's, or the mean over all prompts."""
    values = measured.values[candidate]
    value = np.mean([values[prompt] for prompt in (samples.prompts if part is None else [part.value])])
    return Result(
        task=samples.task,
        metric=measured.metric,
        candidate=candidate,
        slice=part,
        value=float(value) if np.isfinite(value) else None,
        n=len(members),
        invalid=int(samples.invalid[candidate][members].sum()),
    )


def _with_spread(results: Sequence[Result]) -> list[Result]:
    """Add to the results on all of a task's samples how far the prompts' values lie apart."""
    values: dict[tuple[str, str], list[float]] = {}
    for result in results:
        if result.slice and result.slice.by == PROMPT_SLICE and result.value is not None:
            values.setdefault((result.metric, result.candidate), []).append(result.value)

    def spread(result: Result) -> Spread | None:
        found = values.get((result.metric, result.candidate), [])
        if result.slice or len(found) < 2:
            return None
        return Spread(prompts=len(found), lowest=min(found), highest=max(found), deviation=float(np.std(found, ddof=1)))

    return [result.model_copy(update={"spread": spread(result)}) for result in results]
