"""From figures to results: what is said of each metric and candidate of one set of samples, before any correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from shoptune.comparing import statistics
from shoptune.comparing.differences import Differences
from shoptune.comparing.estimates import BoolArray, Estimates, IndexArray, Scores
from shoptune.comparing.measured import TaskSamples
from shoptune.comparison import Interval, Result, Slice
from shoptune.components import FloatArray
from shoptune.metrics.additive import judged_of

__all__ = ["known", "known_interval", "results_of"]


def results_of(
    estimates: Estimates,
    samples: TaskSamples,
    members: IndexArray,
    part: Slice | None,
    candidates: Sequence[str],
    baseline: str,
    *,
    parts: int = 1,
) -> Iterator[Result]:
    """Yield the results, metric by metric; verdicts come later, but for what is the same as the baseline.

    `parts` is the number of slices that the simultaneous intervals of each shall hold for.
    """
    base = list(candidates).index(baseline)
    against = {place: estimates.compare(place, base) for place in range(len(candidates)) if place != base}
    for i, score in enumerate(estimates.scores):
        for j, candidate in enumerate(candidates):
            found: dict[str, object] = {
                "task": samples.task,
                "metric": score.metric,
                "candidate": candidate,
                "slice": part,
                "value": known(estimates.values[i, j]),
                "interval": known_interval(estimates.intervals[i, j]),
                "reference": known(estimates.references[i, j]),
                "n": int(estimates.n[i, j]),
                "invalid": int(samples.invalid[candidate][members].sum()),
                "uncovered": _uncovered(score.uncovered.get(candidate), members),
                "unanswered": _unanswered(score, j, candidate, samples.invalid[candidate], members),
            }
            if j != base and not np.isnan(against[j].values[i]):
                found |= _against(against[j], i, score, (j, base), None if part is None else parts)
            yield Result.model_validate(found)


def _against(
    differences: Differences, metric: int, score: Scores, places: tuple[int, int], parts: int | None
) -> dict[str, object]:
    """Return how far the candidate is from the baseline, their `places`; `parts` is None on all samples."""
    has_direction = score.component.higher_is_better is not None
    found: dict[str, object] = {
        "difference": float(differences.values[metric]),
        "groups": int(differences.groups[metric]),
        "differing": int(differences.differing[metric]),
    }
    if parts is None and has_direction:
        found |= _gains(score, *places)
    if differences.same[metric]:
        return found | {"verdict": "same" if has_direction else None}
    found["difference_interval"] = known_interval(differences.intervals[metric])
    if parts is None:
        found["minimum_detectable_effect"] = known(differences.smallest[metric])
        found["p_value"] = known(differences.p_values[metric]) if has_direction else None
        return found
    of_metric = (differences.bounds[metric], differences.groups[metric], differences.differing[metric])
    return found | {"simultaneous_interval": known_interval(statistics.at_level(*of_metric, statistics.ALPHA / parts))}


def _uncovered(languages: Sequence[str | None] | None, members: IndexArray) -> dict[str, int]:
    """Count the answers that were left out by language, the most frequent first."""
    if languages is None:
        return {}
    counts = Counter(language for place in members if (language := languages[place]))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _unanswered(score: Scores, place: int, candidate: str, invalid: BoolArray, members: IndexArray) -> int:
    """Count the invalid answers that the metric leaves out, though it applies to what another candidate answered."""
    left_out = invalid & ~score.applies[:, place] & score.applies.any(axis=1)
    languages = score.uncovered.get(candidate)
    if languages is not None:
        left_out &= np.array([language is None for language in languages], dtype=np.bool_)
    return int(left_out[members].sum())


def known(value: np.float64) -> float | None:
    """Return None for NaN."""
    return None if np.isnan(value) else float(value)


def known_interval(bounds: FloatArray) -> Interval | None:
    """Return None for what has no bounds."""
    return None if np.isnan(bounds).any() else (float(bounds[0]), float(bounds[1]))


def _gains(score: Scores, candidate: int, baseline: int) -> dict[str, int]:
    """Count the samples on which the candidate does better, worse and alike, where the metric applies to both."""
    both = score.applies[:, candidate] & score.applies[:, baseline]
    ours, theirs = (judged_of(score.component, score.rows[both, place]) for place in (candidate, baseline))
    gain = statistics.paired_difference(ours, theirs)
    if not score.component.higher_is_better:
        gain = -gain
    return {"wins": int((gain > 0).sum()), "losses": int((gain < 0).sum()), "ties": int((gain == 0).sum())}
