"""How often labels are right: accuracy, F1, recall.

The right label is an example's first reference, and an invalid answer is wrong.  Accuracy hides collapse: where nine
of ten pairs are no match, who never finds one is right nine times of ten.  So F1 and recall stand beside it, and the
recall of the worst label, which is 0 as soon as one is never found.
"""

from __future__ import annotations

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions, Options
from shoptune.reductions import ratio
from shoptune_labels.counts import ANSWERED, BOTH, COUNTS, RIGHT, label_counts, labels_of, the_label

__all__ = ["ACCURACY", "F1", "LOWEST_RECALL", "MACRO_F1", "RECALL", "LabelOptions"]


class LabelOptions(Options):
    """Which label is measured."""

    label: str | None = None
    """The label, as it stands among the choices; default: the examples' first choice."""


def _accuracy_rows(evaluation: Evaluation, _: NoOptions) -> FloatArray:
    """Return (1 if the answer is right, 1) per sample; zeros where no answer is known to be right."""
    return np.array(
        [
            (sample.text == sample.example.references[0], 1) if sample.example.references else (0, 0)
            for sample in evaluation.samples
        ],
        dtype=np.float64,
    ).reshape(-1, 2)


def _all_rows(evaluation: Evaluation, _: NoOptions) -> FloatArray:
    """Return the counts of all labels, side by side: [n, labels x COUNTS]."""
    counts = label_counts(evaluation, labels_of(evaluation) or [""])  # without samples there is no label to count
    return counts.reshape(len(counts), counts.shape[1] * COUNTS)


def _one_rows(evaluation: Evaluation, options: LabelOptions) -> FloatArray:
    """Return the counts of one label, then a 1, since a sample that is rightly given another label is measured too."""
    counts = label_counts(evaluation, [the_label(evaluation, options.label)])[:, 0]
    known = [bool(sample.example.references) for sample in evaluation.samples]
    return np.column_stack([counts, np.array(known, dtype=np.float64)])


def _recall_rows(evaluation: Evaluation, options: LabelOptions) -> FloatArray:
    """Return (1 if the label was found, 1) per sample that has it; zeros for the others."""
    return label_counts(evaluation, [the_label(evaluation, options.label)])[:, 0, [BOTH, RIGHT]]


def _f1(counts: FloatArray) -> FloatArray:
    """Return F1 of counts [..., COUNTS]; NaN where the label is right nowhere, whatever a candidate answered.

    F1 = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall.
    """
    f1 = ratio(np.stack([2 * counts[..., BOTH], counts[..., ANSWERED] + counts[..., RIGHT]], axis=-1))
    return np.where(counts[..., RIGHT] > 0, f1, np.nan)


def _by_label(totals: FloatArray) -> FloatArray:
    return totals.reshape(*totals.shape[:-1], totals.shape[-1] // COUNTS, COUNTS)


def _macro_f1(totals: FloatArray) -> FloatArray:
    """Return the mean F1 of the labels that are right somewhere; NaN where there are none.

    They are the references', and so the same for all candidates, in each slice and each resample: were a label counted
    for whoever answers it, two candidates would be compared by means over different labels.
    """
    of_labels = _f1(_by_label(totals))
    defined = ~np.isnan(of_labels)
    return ratio(np.stack([np.where(defined, of_labels, 0).sum(axis=-1), defined.sum(axis=-1)], axis=-1))


def _lowest_recall(totals: FloatArray) -> FloatArray:
    """Return the smallest recall of the labels that are right somewhere; NaN where there are none."""
    recalls = ratio(_by_label(totals)[..., [BOTH, RIGHT]])
    lowest = np.where(np.isnan(recalls), np.inf, recalls).min(axis=-1)
    return np.where(np.isinf(lowest), np.nan, lowest)


ACCURACY = AdditiveMetric(
    name="accuracy",
    summary="Share of answers that are the right label",
    options=NoOptions,
    rows=_accuracy_rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    theme="correctness",
)

MACRO_F1 = AdditiveMetric(
    name="macro_f1",
    summary="Mean of F1 over the labels of the references, so that a rare label counts as much as a common one",
    options=NoOptions,
    rows=_all_rows,
    reduce=_macro_f1,
    higher_is_better=True,
    format="score",
    theme="correctness",
)

F1 = AdditiveMetric(
    name="f1",
    summary="F of precision and recall of one label, by default the first choice",
    options=LabelOptions,
    rows=_one_rows,
    reduce=_f1,
    higher_is_better=True,
    format="score",
    theme="correctness",
)

RECALL = AdditiveMetric(
    name="recall",
    summary="Share of the samples of one label, by default the first choice, that were given it",
    options=LabelOptions,
    rows=_recall_rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    theme="correctness",
)

LOWEST_RECALL = AdditiveMetric(
    name="lowest_recall",
    summary="Recall of the label that is found least often; 0 where one is never found",
    options=NoOptions,
    rows=_all_rows,
    reduce=_lowest_recall,
    higher_is_better=True,
    format="share",
    theme="correctness",
)
