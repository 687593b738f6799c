"""The plugin's metrics, all of them made of `shoptune_attributes.outcomes`.

An attribute that the text does not state and the answer does not give counts in no F1, precision or recall; a wrong
value is a false positive and a false negative, so that F1 is 2 TP / (2 TP + FP + FN).  The items of a list are values
each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from pydantic import Field

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, Need, Options
from shoptune.data import Highlight, Invalid, Sample
from shoptune.reductions import ratio
from shoptune_attributes.highlights import highlight_values
from shoptune_attributes.matching import MATCHES, Match, items_of
from shoptune_attributes.outcomes import Counts, Judged, Outcome, judge, stated_values

__all__ = [
    "ATTRIBUTE_F1",
    "ATTRIBUTE_HITS",
    "ATTRIBUTE_MACRO_F1",
    "ATTRIBUTE_PRECISION",
    "ATTRIBUTE_RECALL",
    "EXACT_OBJECTS",
    "INVENTED_ATTRIBUTES",
    "UNSEEN_VALUES",
    "HitOptions",
    "MatchOptions",
]


class MatchOptions(Options):
    """When two values are the same."""

    match: Match = "normalised"
    """``normalised``: whatever their case, white space, forms of numbers and spelling of units; ``exact``: character by
    character."""


class HitOptions(MatchOptions):
    """How many items of a list may hold a right one."""

    k: int = Field(default=1, ge=1)
    """Items from the beginning that are looked at."""


def _judged(evaluation: Evaluation, options: MatchOptions) -> list[Judged]:
    key = MATCHES[options.match]
    return [judge(sample, key) for sample in evaluation.samples]


def _counts(judged: Judged) -> Counts:
    """Return (true positives, false positives, false negatives) over all attributes."""
    right, wrong, missed = zip(*judged.counts.values(), strict=True) if judged.counts else ((), (), ())
    return sum(right), sum(wrong), sum(missed)


def _array(rows: Iterable[tuple[int, ...]], width: int) -> FloatArray:
    return np.array(list(rows), dtype=np.float64).reshape(-1, width)


def _f1_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    return _array(map(_counts, _judged(evaluation, options)), 3)


def _precision_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (right values, values given) per sample."""
    counts = _f1_rows(evaluation, options)
    return np.stack([counts[:, 0], counts[:, 0] + counts[:, 1]], axis=-1)


def _recall_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (right values, values that the text states) per sample."""
    counts = _f1_rows(evaluation, options)
    return np.stack([counts[:, 0], counts[:, 0] + counts[:, 2]], axis=-1)


def f1(totals: FloatArray) -> FloatArray:
    """Return 2 TP / (2 TP + FP + FN) of totals [..., 3]; NaN where there was no value to find and none was given."""
    right, given, missed = totals[..., 0], totals[..., 1], totals[..., 2]
    return ratio(np.stack([2 * right, 2 * right + given + missed], axis=-1))


def _macro_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (true positives, false positives, false negatives) of each attribute of the evaluation, by its name."""
    judged = _judged(evaluation, options)
    names = sorted({name for one in judged for name in one.outcomes})
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(judged), len(names), 3))
    for row, one in zip(rows, judged, strict=True):
        for name, counts in one.counts.items():
            row[place[name]] = counts
    return rows.reshape(len(judged), 3 * len(names))


def macro_f1(totals: FloatArray) -> FloatArray:
    """Return the mean F1 over the attributes that texts state, of totals [..., 3 x attributes]; NaN where none is.

    One that no text states is left out for every candidate, also for one that invents it (`invented_attributes`).
    """
    counts = totals.reshape(*totals.shape[:-1], totals.shape[-1] // 3, 3)
    by_attribute, counted = f1(counts), counts[..., 0] + counts[..., 2] > 0
    total = np.where(counted, by_attribute, 0.0).sum(axis=-1)
    return ratio(np.stack([total, counted.sum(axis=-1)], axis=-1))


def _invented_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (attributes given though the text states none, attributes that it states none of) per sample.

    Zeros for an answer that can't be read: it must not look honest.
    """

    def row(sample: Sample, judged: Judged) -> tuple[int, int]:
        if isinstance(sample.answer, Invalid):
            return 0, 0
        invented = sum(outcome is Outcome.INVENTED for outcome in judged.outcomes.values())
        return invented, invented + sum(outcome is Outcome.NOTHING for outcome in judged.outcomes.values())

    return _array(map(row, evaluation.samples, _judged(evaluation, options)), 2)


def _unseen_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (right values, values stated) per sample, of those that no training example has for the attribute."""
    key = MATCHES[options.match]
    learnt = {
        (name, key(value))
        for example in evaluation.training()
        for name, values in stated_values(example).items()
        for value in values
    }

    def row(sample: Sample, judged: Judged) -> tuple[int, int]:
        unseen = [
            judged.outcomes[name]
            for name, values in stated_values(sample.example).items()
            if values and not any((name, key(value)) in learnt for value in values)
        ]
        return sum(outcome is Outcome.RIGHT for outcome in unseen), len(unseen)

    return _array(map(row, evaluation.samples, _judged(evaluation, options)), 2)


def _hit_rows(evaluation: Evaluation, options: HitOptions) -> FloatArray:
    """Return (attributes of which one of the first k items given is right, attributes that the text states)."""
    key = MATCHES[options.match]

    def row(sample: Sample) -> tuple[int, int]:
        answer = sample.answer if isinstance(sample.answer, Mapping) else {}
        given = {key(name): items_of(value)[: options.k] for name, value in answer.items()}
        stated = {name: values for name, values in stated_values(sample.example).items() if values}
        hits = (
            {key(item) for item in given.get(key(name), ())}
            & {key(item) for value in values for item in items_of(value)}
            for name, values in stated.items()
        )
        return sum(map(bool, hits)), len(stated)

    return _array(map(row, evaluation.samples), 2)


def _exact_rows(evaluation: Evaluation, options: MatchOptions) -> FloatArray:
    """Return (1 if the answer can be read, is right in every attribute and gives no other, 1) per sample."""

    def row(sample: Sample, judged: Judged) -> tuple[int, int]:
        right = all(outcome in {Outcome.RIGHT, Outcome.NOTHING} for outcome in judged.outcomes.values())
        return (not isinstance(sample.answer, Invalid) and right and not judged.others), 1

    return _array(map(row, evaluation.samples, _judged(evaluation, options)), 2)


def _value_highlights(sample: Sample, options: MatchOptions) -> Iterable[Highlight]:
    """Highlight right and wrong values; invented ones are marked by the metric that is about them."""
    return highlight_values(sample, MATCHES[options.match], {Outcome.RIGHT, Outcome.PARTLY, Outcome.WRONG})


def _invented_highlights(sample: Sample, options: MatchOptions) -> Iterable[Highlight]:
    return highlight_values(sample, MATCHES[options.match], {Outcome.INVENTED})


def _metric(
    name: str,
    summary: str,
    rows: Callable[[Evaluation, MatchOptions], FloatArray],
    reduce: Callable[[FloatArray], FloatArray] = ratio,
    *,
    higher_is_better: bool = True,
    theme: str = "correctness",
    highlights: Callable[[Sample, MatchOptions], Iterable[Highlight]] | None = None,
    needs: frozenset[Need] = frozenset(),
) -> AdditiveMetric[MatchOptions]:
    return AdditiveMetric(
        name=name,
        summary=summary,
        options=MatchOptions,
        rows=rows,
        reduce=reduce,
        higher_is_better=higher_is_better,
        format="share",
        theme=theme,
        highlights=highlights,
        needs=needs,
        distributions=("Pint", "regex"),
    )


ATTRIBUTE_F1 = _metric(
    "attribute_f1", "F1 of attribute values, over all attributes (micro)", _f1_rows, f1, highlights=_value_highlights
)
ATTRIBUTE_MACRO_F1 = _metric(
    "attribute_macro_f1",
    "F1 of attribute values, as the mean over the attributes that texts state",
    _macro_rows,
    macro_f1,
)
ATTRIBUTE_PRECISION = _metric("attribute_precision", "Share of the values given that are right", _precision_rows)
ATTRIBUTE_RECALL = _metric("attribute_recall", "Share of the values stated in the text that are found", _recall_rows)
INVENTED_ATTRIBUTES = _metric(
    "invented_attributes",
    "Share of the attributes that the text does not state for which a value is given all the same",
    _invented_rows,
    higher_is_better=False,
    theme="faithfulness",
    highlights=_invented_highlights,
)
UNSEEN_VALUES = _metric(
    "unseen_values",
    "Share of the values stated in the text that are found, of those that training never had",
    _unseen_rows,
    needs=frozenset({"training"}),
)
ATTRIBUTE_HITS = AdditiveMetric(
    name="attribute_hits",
    summary="Share of the attributes stated in the text of which one of the first k items given is right (hit at k)",
    options=HitOptions,
    rows=_hit_rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    theme="correctness",
    distributions=("Pint", "regex"),
)
EXACT_OBJECTS = _metric("exact_objects", "Share of answers that are right in every attribute", _exact_rows)
