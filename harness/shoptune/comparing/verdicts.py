"""The verdicts of all results together: what p-values come to after the correction, and the intervals drawn with it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np

from shoptune.comparing import statistics
from shoptune.comparing.correction import adjusted
from shoptune.comparison import Correction, Result, Verdict
from shoptune.formatting import listed

__all__ = ["Claim", "correction_of", "figures_of", "judged", "level_of", "with_verdicts"]

_DIGITS = 9
"""What is beyond them is rounding: 1 - 0.9 is not quite 0.1."""

Claim = tuple[str, str, str]
"""Task, metric, candidate: that it differs from the baseline."""


def with_verdicts(
    results: Sequence[Result],
    higher_is_better: Sequence[bool | None],
    *,
    first: Sequence[Claim] = (),
    apart: Collection[str] = (),
) -> list[Result]:
    """Correct the p-values of all `results` together, and say what follows for each; of slices nothing does.

    `higher_is_better` is of each result's metric; None: it gets no verdict.  `first` and `apart` as in `compare`.
    """
    corrected = adjusted(
        [result.p_value for result in results],
        [_figures(result) for result in results],
        first=[place for claim in first for place, result in enumerate(results) if _claim(result) == claim],
        apart=[place for place, result in enumerate(results) if result.candidate in apart],
    )
    return [
        _with_verdict(result, direction, p)
        for result, direction, p in zip(results, higher_is_better, corrected, strict=True)
    ]


def _with_verdict(result: Result, direction: bool | None, p_adjusted: float | None) -> Result:
    if result.slice is not None or result.difference is None or direction is None or result.verdict == "same":
        return result
    bounds = result.difference_interval
    drawn = None
    if bounds is not None:
        level = level_of(result.p_value, p_adjusted)
        low, high = statistics.at_level(np.array(bounds), result.groups or 0, result.differing or 0, level)
        drawn = float(low), float(high)
    verdict = judged(result.difference, p_adjusted, up=direction)
    return result.model_copy(update={"p_adjusted": p_adjusted, "simultaneous_interval": drawn, "verdict": verdict})


def judged(difference: float, p_adjusted: float | None, *, up: bool) -> Verdict:
    """Return the verdict on a difference; `up` says whether more is better."""
    if p_adjusted is None or p_adjusted > statistics.ALPHA:
        return "inconclusive"
    return "better" if (difference > 0) == up else "worse"


def level_of(p_value: float | None, p_adjusted: float | None) -> float:
    """Return the level at which a p-value was judged: it is at most this where it is at most ALPHA after correction."""
    return statistics.ALPHA * (p_value / p_adjusted if p_value and p_adjusted else 1.0)


def correction_of(results: Sequence[Result], *, first: Sequence[Claim] = (), apart: Collection[str] = ()) -> Correction:
    """Return how many hypotheses there are of each kind among results with their verdicts, and the same in words."""
    tested = [result for result in results if result.p_value is not None]
    unique = {_figures(result): result for result in reversed(tested)}
    asked = {_figures(result) for result in tested if _claim(result) in first}
    together = {_figures(result) for result in tested if result.candidate not in apart} - asked
    alone = unique.keys() - asked - together
    same = sum(result.verdict == "same" and result.slice is None for result in results)
    found = Correction(
        first=len(asked), together=len(together), apart=len(alone), same=same, repeated=len(tested) - len(unique)
    )
    untested = any(result.verdict == "inconclusive" and result.p_value is None for result in results)
    return found.model_copy(update={"sentence": _sentence(found, untested=untested)})


def _sentence(found: Correction, *, untested: bool) -> str:
    if not found.first + found.together + found.apart:
        return "There were too few examples to test any difference." if untested else "There was no difference to test."
    what = "other" if found.first else "difference"
    others = f"{found.together} {what}{'' if found.together == 1 else 's'}"
    families = [f"what gates claim first and in the file's order ({found.first})"] if found.first else []
    families += [f"{others} (Holm)"] if found.together else []
    said = [f"Verdicts are corrected for one another, at 5 % for all: {', then '.join(families)}."] if families else []
    if found.apart:
        own = "a family of their own" if families else "corrected for one another"
        said.append(f"Those of candidates that are no model are {own} ({found.apart}, Holm).")
    left_out = [
        f"{count} {what}"
        for count, what in ((found.same, "the same in every sample"), (found.repeated, "repeating another"))
        if count
    ]
    if left_out:
        said.append(f"Not counted: {listed(left_out)}.")
    return " ".join(said)


def _figures(result: Result) -> Hashable:
    """Return what tells a result's hypothesis from another."""
    bounds = result.difference_interval or ()
    return (
        result.task,
        result.slice is None,
        result.n,
        figures_of(result.difference or 0.0, bounds, result.p_value, result.differing),
    )


def figures_of(difference: float, bounds: Iterable[float], p: float | None, differing: int | None) -> Hashable:
    """Return what tells a hypothesis from another: two with the same figures are one, whatever their sign."""
    return round(abs(difference), _DIGITS), *sorted(round(abs(bound), _DIGITS) for bound in bounds), p, differing


def _claim(result: Result) -> Claim | None:
    return None if result.slice else (result.task, result.metric, result.candidate)
