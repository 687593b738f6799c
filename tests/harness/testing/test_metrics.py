"""The contract of metrics: the healthy pass, and each planted fault is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shoptune.components import (
    AdditiveMetric,
    CorpusMetric,
    Evaluation,
    FloatArray,
    NoOptions,
)
from shoptune.data import Highlight, Sample
from shoptune.errors import UsageError
from shoptune.reductions import ratio
from shoptune.testing import (
    ContractError,
    check_metric,
)
from tests.harness.testing.faults import broken


def overlap(sample: Sample) -> tuple[int, int]:
    wanted = set(sample.example.references[0].split())
    return len(wanted & set(sample.text.split())), len(wanted)


def rows(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return np.array([overlap(s) for s in evaluation.samples], dtype=np.float64).reshape(-1, 2)


def highlights(sample: Sample, options: NoOptions) -> Iterator[Highlight]:
    if sample.text:
        yield Highlight(start=0, end=1, kind="good", note="the first character")


OVERLAP = AdditiveMetric(
    name="overlap",
    summary="Words of the reference",
    options=NoOptions,
    rows=rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    highlights=highlights,
)


def relative_to_the_longest(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    found = rows(evaluation, options)
    found[:, 0] /= max(1.0, found[:, 0].max(initial=0.0))
    return found


def by_place(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return rows(evaluation, options) * np.arange(len(evaluation.samples), dtype=np.float64)[:, None]


def raises_at_blanks(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return np.array([(s.prediction.text.split()[0] == "A", 1) for s in evaluation.samples if s.text], dtype=np.float64)


FAULTY_METRICS: dict[str, dict[str, Any]] = {
    "rows are additive": {"rows": relative_to_the_longest},
    "order does not matter": {"rows": by_place},
    "the same samples give the same value": {"rows": lambda e, o: rows(e, o) * np.random.random((1, 1)) ** [[1, 2]]},
    "samples of every kind are measured": {"rows": raises_at_blanks},
    "reduce is vectorised": {"reduce": lambda totals: np.full(totals.shape[:-1], ratio(totals).ravel()[0])},
    "nothing counted has no value": {"reduce": lambda totals: np.nan_to_num(ratio(totals))},
    "shares lie between 0 and 1": {"reduce": lambda totals: 3 * ratio(totals)},
    "the reference scores best": {"higher_is_better": False},
    "highlights lie in the text": {
        "highlights": lambda sample, options: [
            Highlight(start=0, end=len(sample.text) + 1, kind="good", note="too long")
        ]
    },
}


def test_a_healthy_metric_passes() -> None:
    check_metric(OVERLAP)


@pytest.mark.parametrize("check", FAULTY_METRICS)
def test_a_faulty_metric_is_found(check: str) -> None:
    metric: Any = replace(OVERLAP, **FAULTY_METRICS[check])
    assert check in broken(lambda: check_metric(metric))


def test_a_metric_that_is_not_additive_is_checked_too() -> None:
    def longest(evaluation: Evaluation, options: NoOptions) -> float:
        return float(max((len(s.text) for s in evaluation.samples), default=np.nan))

    def last(evaluation: Evaluation, options: NoOptions) -> float:
        return float(len(evaluation.samples[-1].prediction.text)) if evaluation.samples else float("nan")

    metric = CorpusMetric(
        name="longest", summary="Longest", options=NoOptions, value=longest, higher_is_better=None, format="count"
    )
    check_metric(metric)
    assert broken(lambda: check_metric(replace(metric, value=last))) == {"order does not matter"}


def test_what_could_not_be_checked_at_all_did_not_pass() -> None:
    def refuse(evaluation: Evaluation, options: NoOptions) -> FloatArray:
        raise UsageError("the examples have no such thing")

    with pytest.raises(ContractError, match="no such thing"):
        check_metric(replace(OVERLAP, rows=refuse))
