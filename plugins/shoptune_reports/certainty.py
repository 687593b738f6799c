"""What it would take to be sure: how large a test would tell a difference of the size seen from chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

from shoptune.comparison import Comparison
from shoptune_reports.board import Board, Finding
from shoptune_reports.standing import Standing
from shoptune_reports.text.numbers import difference, integer

__all__ = ["needed"]

_ALPHA, _POWER = 0.05, 0.8
"""Those of `Result.minimum_detectable_effect`."""
_SHOWN = 4
_BEYOND_REASON = 100
"""A test so many times as large is none that anyone would make."""


@dataclass(frozen=True)
class _Need:
    finding: Finding
    smallest: float
    """The smallest difference that this test could have shown, after correction."""
    times: float
    """How many times as many groups it takes."""


def needed(comparison: Comparison, board: Board, standing: Standing) -> tuple[str, ...]:
    """Say of up to four inconclusive metrics how many test groups would settle them: first what may be a loss.

    A standard error shrinks with the root of the number of groups, so a difference d needs
    (smallest detectable / d)² times as many.  The smallest detectable difference is that of one comparison by itself;
    here it is widened by what Holm's correction asks of the next of all comparisons that are still open.
    """
    widening = _widening(sum(result.verdict == "inconclusive" for result in comparison.results))
    needs = [need for finding in standing.open if (need := _need(finding, widening))]
    needs.sort(key=lambda need: (need.finding not in standing.doubtful, need.times))
    return tuple(_sentences(board, needs[:_SHOWN]))


def _widening(comparisons: int) -> float:
    """Return how much larger a difference must be to be found among so many comparisons."""
    quantile = NormalDist().inv_cdf
    one, all_ = (quantile(1 - _ALPHA / 2 / number) + quantile(_POWER) for number in (1, max(1, comparisons)))
    return all_ / one


def _need(finding: Finding, widening: float) -> _Need | None:
    seen, smallest = finding.result.difference, finding.result.minimum_detectable_effect
    if not seen or not smallest or difference(seen, finding.metric.format)[0] not in "+−":
        return None  # there is no difference to be seen, in the digits that are shown
    # Where a test of this size would do, it was bad luck; the next one should still not be smaller.
    return _Need(finding, widening * smallest, max(1.0, (widening * smallest / abs(seen)) ** 2))


def _sentences(board: Board, needs: list[_Need]) -> Iterator[str]:
    for need in needs:
        metric, groups = need.finding.metric, board.task.groups
        seen = difference(need.finding.result.difference, metric.format)
        could = difference(need.smallest, metric.format).lstrip("+")
        takes = (
            f"more than {_BEYOND_REASON} times as many test groups"
            if need.times > _BEYOND_REASON
            else f"about {integer(_round_up(need.times * groups))} test groups"
        )
        yield (
            f"{metric.name}: a difference of the size seen ({seen}) takes {takes} to be certain of four times in five; "
            f"after correction, the {integer(groups)} of this test show {could} or more."
        )


def _round_up(number: float) -> int:
    """Round up to two significant digits: what is estimated shall not look counted."""
    step = 10 ** max(0, math.floor(math.log10(number)) - 1) if number >= 1 else 1
    return math.ceil(number / step - 1e-9) * step
