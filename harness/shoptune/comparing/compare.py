"""From measured rows to results: all tasks, their slices and prompts, and the verdicts.

Only `Result.p_adjusted` looks at the whole experiment, and what follows from it: the interval that is drawn, and the
verdict.  See `shoptune.comparing.estimates` for all other figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from shoptune.comparing import statistics
from shoptune.comparing.correction import adjusted
from shoptune.comparing.estimates import Estimates, IndexArray, estimates_on, scores_of
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparing.results import known_interval, results_of
from shoptune.comparing.slicing import breakdown
from shoptune.comparing.verdicts import Claim, correction_of, figures_of, judged, level_of, with_verdicts
from shoptune.comparison import Correction, PromptSensitivity, Result, Slice, Versus
from shoptune.components import CorpusMetric
from shoptune.data import PROMPT_SLICE

__all__ = ["Compared", "compare"]


@dataclass(frozen=True)
class Compared:
    """What a comparison says in figures."""

    results: list[Result]
    correction: Correction
    _tasks: Sequence[tuple[str, Estimates]]
    """What all samples of each task say."""
    _candidates: Sequence[str]
    _baseline: str

    @cached_property
    def versus(self) -> list[Versus]:
        """How far any two candidates are from one another that are not the baseline."""
        return [one for task, of in self._tasks for one in _versus(of, task, self._candidates, self._baseline)]


def compare(
    tasks: Sequence[TaskSamples],
    measured: Sequence[Measured],
    candidates: Sequence[str],
    baseline: str,
    *,
    seed: int,
    resamples: int = statistics.RESAMPLES,
    slices: Sequence[str] | None = None,
    first: Sequence[Claim] = (),
    apart: Collection[str] = (),
) -> Compared:
    """Return one result per metric and candidate of each task, then the same for each slice of the task's samples.

    `slices` names what results are broken down by (None: all that the samples carry), and `breakdown` says which values
    get a slice.  A slice's results have intervals, one of them for all of a task's slices at once, but no verdicts.
    Where a task has several prompts, it is always broken down by them, and prompt sensitivity stands beside the results
    on all samples.

    Verdicts are for all samples: *better* or *worse* where the p-value is at most 0.05 after correction for all
    verdicts of the experiment (`shoptune.comparing.correction`), *same* where there is no difference to be judged, else
    *inconclusive*.  `first` are the claims that gates ask about, in their order; `apart` the candidates that are a
    family of their own.
    """
    results: list[Result] = []
    whole: list[tuple[str, Estimates]] = []
    for samples in tasks:
        metrics = [m for m in measured if m.task == samples.task]
        scores = scores_of(metrics, candidates, samples)
        everything = np.arange(len(samples.groups))
        own: dict[tuple[str, str], Result] = {}
        if scores:
            estimates = estimates_on(samples, everything, None, scores, seed=seed, resamples=resamples)
            of_all = results_of(estimates, samples, everything, None, candidates, baseline)
            own = {(result.metric, result.candidate): result for result in of_all}
            whole.append((samples.task, estimates))
        found = [
            _corpus_result(m, c, samples, everything, None)
            if isinstance(m.component, CorpusMetric)
            else own[m.metric, c]
            for m in metrics
            for c in candidates
        ]
        parts = list(_parts(samples, slices))
        for part, members in parts:
            if scores:
                estimates = estimates_on(samples, members, part, scores, seed=seed, resamples=resamples)
                found += results_of(estimates, samples, members, part, candidates, baseline, parts=len(parts))
            if part.by == PROMPT_SLICE and samples.have_several_prompts:
                found += [_corpus_result(m, c, samples, members, part) for m in metrics if m.values for c in candidates]
        results += _with_prompt_sensitivity(found) if samples.have_several_prompts else found
    directions = {(m.task, m.metric): m.component.higher_is_better for m in measured}
    judged_results = with_verdicts(
        results, [directions[result.task, result.metric] for result in results], first=first, apart=apart
    )
    return Compared(
        results=judged_results,
        correction=correction_of(judged_results, first=first, apart=apart),
        _tasks=whole,
        _candidates=candidates,
        _baseline=baseline,
    )


def _versus(estimates: Estimates, task: str, candidates: Sequence[str], baseline: str) -> Iterator[Versus]:
    """Yield how far any two candidates are from one another that are not the baseline, the later from the earlier."""
    rivals = [place for place, candidate in enumerate(candidates) if candidate != baseline]
    for before, after in combinations(rivals, 2):
        between = estimates.compare(after, before)
        directed = [
            i
            for i, score in enumerate(estimates.scores)
            if score.component.higher_is_better is not None and not np.isnan(between.values[i])
        ]
        p_values = [None if np.isnan(p) else float(p) for p in between.p_values[directed]]
        figures = [
            figures_of(between.values[i], between.bounds[i], p, int(between.differing[i]))
            for i, p in zip(directed, p_values, strict=True)
        ]
        for i, p, p_adjusted in zip(directed, p_values, adjusted(p_values, figures), strict=True):
            up = estimates.scores[i].component.higher_is_better is True
            level = level_of(p, p_adjusted)
            of_metric = between.bounds[i], between.groups[i], between.differing[i]
            yield Versus(
                task=task,
                metric=estimates.scores[i].metric,
                candidate=candidates[after],
                other=candidates[before],
                difference=float(between.values[i]),
                interval=None if between.same[i] else known_interval(statistics.at_level(*of_metric, level)),
                p_adjusted=p_adjusted,
                verdict="same" if between.same[i] else judged(float(between.values[i]), p_adjusted, up=up),
            )


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


def _with_prompt_sensitivity(results: Sequence[Result]) -> list[Result]:
    """Add to the results on all of a task's samples how far the prompts' values lie apart."""
    values: dict[tuple[str, str], list[float]] = {}
    for result in results:
        if result.slice and result.slice.by == PROMPT_SLICE and result.value is not None:
            values.setdefault((result.metric, result.candidate), []).append(result.value)

    def sensitivity(result: Result) -> PromptSensitivity | None:
        found = values.get((result.metric, result.candidate), [])
        if result.slice or len(found) < 2:
            return None
        return PromptSensitivity(
            prompts=len(found), lowest=min(found), highest=max(found), deviation=float(np.std(found, ddof=1))
        )

    return [result.model_copy(update={"prompt_sensitivity": sensitivity(result)}) for result in results]
