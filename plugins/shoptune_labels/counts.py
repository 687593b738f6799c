"""Counts per label: on how many samples a label was right, was answered, and was both.

All that is measured of labels follows from sums of these.  An answer that is invalid or no label at all counts for no
label, so it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shoptune.components import Evaluation, FloatArray
from shoptune.errors import UsageError, did_you_mean

__all__ = ["ANSWERED", "BOTH", "COUNTS", "RIGHT", "label_counts", "labels_of", "the_label"]

BOTH, ANSWERED, RIGHT = range(3)
"""Positions of the counts."""
COUNTS = 3


def labels_of(evaluation: Evaluation) -> list[str]:
    """Return the labels, sorted: all choices and first references, so they are the same for every candidate."""
    examples = [sample.example for sample in evaluation.samples]
    return sorted({label for example in examples for label in (*example.choices, *example.references[:1])})


def the_label(evaluation: Evaluation, name: str | None) -> str:
    """Return the label called `name`, by default the first choice of the examples; "" where there are no samples.

    Raises `UsageError` for a label that there isn't, and where there is no default.
    """
    if not evaluation.samples:
        return ""
    if name is None:
        choices = evaluation.samples[0].example.choices
        if not choices:
            raise UsageError("the examples have no choices whose first could be meant: say which `label`")
        return choices[0]
    if name not in (labels := labels_of(evaluation)):
        raise UsageError(f"no example has the label {name!r}.{did_you_mean(name, labels)}")
    return name


def label_counts(evaluation: Evaluation, labels: Sequence[str]) -> FloatArray:
    """Return 1 or 0 for each sample, label and count: [n, labels, COUNTS]; zeros for a sample without a reference."""
    place = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(evaluation.samples), len(labels), COUNTS))
    for of_sample, sample in zip(counts, evaluation.samples, strict=True):
        if not sample.example.references:
            continue
        right, answered = place.get(sample.example.references[0]), place.get(sample.text)
        if right is not None:
            of_sample[right, RIGHT] = 1
        if answered is not None:
            of_sample[answered, ANSWERED] = 1
            of_sample[answered, BOTH] = right == answered
    return counts
