"""What it would take to be sure: how large a test would tell a difference of the size seen from chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import NamedTuple

from shoptune.comparison import Result
from shoptune.formatting import difference, integer
from shoptune.recommendation import CandidateOutcome, SampleSize
from shoptune.task_results import MetricResult, TaskResults

__all__ = ["sample_sizes"]

_ALPHA, _POWER = 0.05, 0.8
"""Those of `Result.minimum_detectable_effect`."""
_SHOWN = 4
_BEYOND_REASON = 100
"""A test so many times as large is none that anyone would make."""


def sample_sizes(results: Iterable[Result], task: TaskResults, outcome: CandidateOutcome) -> list[SampleSize]:
    """Say of up to four inconclusive metrics how many test groups would settle them: first what may be a loss.

    A standard error shrinks with the root of the number of groups, so a difference d needs
    (minimum detectable effect / d)² times as many.  That effect is of one comparison by itself; here it is widened by
    what Holm's correction asks of the next of all comparisons that are still open, among all `results` of the
    experiment.
    """
    widening = _widening(sum(result.verdict == "inconclusive" for result in results))
    needs = [n for each in task.pick(outcome.candidate, outcome.inconclusive) if (n := _need(each, widening))]
    needs.sort(key=lambda need: (need.of.metric.name not in outcome.doubtful, need.times))
    return [_sample_size(need, task.info.groups) for need in needs[:_SHOWN]]


class _Need(NamedTuple):
    of: MetricResult
    detectable: float
    """The smallest difference that this test could have shown, after correction."""
    times: float
    """How many times as many groups it takes."""


def _widening(comparisons: int) -> float:
    """Return how much larger a difference must be to be found among so many comparisons."""
    quantile = NormalDist().inv_cdf
    one, all_ = (quantile(1 - _ALPHA / 2 / number) + quantile(_POWER) for number in (1, max(1, comparisons)))
    return all_ / one


def _need(each: MetricResult, widening: float) -> _Need | None:
    seen, effect = each.result.difference, each.result.minimum_detectable_effect
    if not seen or not effect or difference(seen, each.metric.format)[0] not in "+−":
        return None  # there is no difference to be seen, in the digits that are shown
    # Where a test of this size would do, it was bad luck; the next one should still not be smaller.
    return _Need(each, widening * effect, max(1.0, (widening * effect / abs(seen)) ** 2))


def _sample_size(need: _Need, groups: int) -> SampleSize:
    metric = need.of.metric
    wanted = None if need.times > _BEYOND_REASON else _round_up(need.times * groups)
    takes = (
        f"more than {_BEYOND_REASON} times as many test groups"
        if wanted is None
        else f"about {integer(wanted)} test groups"
    )
    seen = difference(need.of.result.difference, metric.format)
    could = difference(need.detectable, metric.format).lstrip("+")
    return SampleSize(
        metric=metric.name,
        groups=wanted,
        detectable=need.detectable,
        sentence=(
            f"{metric.name}: a difference of the size seen ({seen}) takes {takes} to be detected with 80 % power; "
            f"after correction, the {integer(groups)} of this test show {could} or more."
        ),
    )


def _round_up(number: float) -> int:
    """Round up to two significant digits: what is estimated shall not look counted."""
    step = 10 ** max(0, math.floor(math.log10(number)) - 1) if number >= 1 else 1
    return math.ceil(number / step - 1e-9) * step
