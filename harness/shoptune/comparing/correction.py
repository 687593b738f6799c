"""How many claims a comparison makes, and what that costs each: the family of hypotheses, and its correction.

A hypothesis is that a candidate does not differ from the baseline in a metric.  Of these

- what is the same in every sample is none: nothing can be claimed of it;
- those with one and the same figures, whatever their sign, are one: a chosen candidate repeats its member's, a metric
  has two names, or an error rate is what an accuracy leaves;
- those of candidates that are no model, and that no gate asks about, are a family of their own (Holm): a filled
  template is there to be beaten, and must not make it harder for a model to be seen to beat the baseline.

All others share 5 %.  Without gates Holm's procedure spends it.  What ``be_better`` gates ask is claimed first: half of
it goes through their hypotheses in the file's order, as long as each is rejected (W. Maurer, L. A. Hothorn and W.
Lehmacher (1995), Multiple Comparisons in Drug Clinical Trials, Biometrie in der chemisch-pharmazeutischen Industrie 6);
where all are, it is handed on to the rest.  The other half is Holm's over all of them, so what a gate leaves open takes
no verdict from the rest.  Either half makes a false claim in 2.5 % of experiments at most.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from shoptune.comparing.statistics import holm

__all__ = ["adjusted"]


def adjusted(
    p_values: Sequence[float | None],
    figures: Sequence[Hashable],
    *,
    first: Sequence[int] = (),
    apart: Collection[int] = (),
) -> list[float | None]:
    """Return each p-value after correction, to be compared with 5 %; None where it is None.

    Args:
        p_values: By place; None: there is nothing to be claimed.
        figures: Where two are the same, so are the hypotheses.
        first: Places of the hypotheses that are tested first, in their order.
        apart: Places of those that are a family of their own, unless they are among the first.

    """
    known = {figure: p for figure, p in zip(figures, p_values, strict=True) if p is not None}
    ordered = [figure for figure in _unique(figures, first) if figure in known]
    others = dict.fromkeys(f for place, f in enumerate(figures) if f in known and place not in apart)
    together = {figure: known[figure] for figure in dict.fromkeys([*ordered, *others])}
    alone = {figure: p for figure, p in known.items() if figure not in together}
    found = _first_in_order(together, ordered) | _holm(alone)
    return [None if p is None else found[figure] for figure, p in zip(figures, p_values, strict=True)]


def _first_in_order(p_values: Mapping[Hashable, float], ordered: Sequence[Hashable]) -> dict[Hashable, float]:
    if not ordered or len(p_values) == 1:  # one hypothesis has nobody to share with
        return _holm(p_values)
    in_turn = itertools.accumulate((2 * p_values[figure] for figure in ordered), max)
    by_order = dict(zip(ordered, in_turn, strict=True))
    handed_on = max(by_order.values())
    rest = {figure: max(handed_on, p) for figure, p in _holm(_without(p_values, ordered)).items()}
    own = by_order | rest
    return {figure: min(own[figure], 2 * p, 1.0) for figure, p in _holm(p_values).items()}


def _holm(p_values: Mapping[Hashable, float]) -> dict[Hashable, float]:
    corrected = holm(list(p_values.values()))
    return {figure: p for figure, p in zip(p_values, corrected, strict=True) if p is not None}


def _unique(figures: Sequence[Hashable], places: Iterable[int]) -> list[Hashable]:
    return list(dict.fromkeys(figures[place] for place in places))


def _without(p_values: Mapping[Hashable, float], left_out: Collection[Hashable]) -> dict[Hashable, float]:
    return {figure: p for figure, p in p_values.items() if figure not in left_out}
