"""What holds for every metric that this plugin brings: additive rows, vectorised reductions, no warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune.components import AdditiveMetric, CorpusMetric, Evaluation
from shoptune.data import Invalid
from shoptune.reductions import ratio
from tests.registered import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

METRICS = metrics("text")
ADDITIVE = [metric for metric in METRICS.values() if isinstance(metric, AdditiveMetric)]

pytestmark = pytest.mark.filterwarnings("error")
every_additive_metric = pytest.mark.parametrize("metric", ADDITIVE, ids=lambda metric: metric.name)

TRAINING = ["soft warm wool from the hills of Peru", "丝绸围巾柔软轻盈"]
texts = st.lists(st.sampled_from([*TRAINING[0].split(), "丝绸围巾柔软轻盈", "été", "2.5"]), max_size=12).map(" ".join)
cases = st.lists(
    st.tuples(st.one_of(texts, st.just(Invalid("unreadable"))), st.lists(texts, max_size=2)), min_size=1, max_size=8
)
Cases = list[tuple[str | Invalid, list[str]]]


def test_the_plugin_brings() -> None:
    assert list(METRICS) == [
        "rouge_1",
        "rouge_2",
        "rouge_l",
        "chrf",
        "copy_rate",
        "longest_copy",
        "memorised_canaries",
        "distinct_n",
        "output_length",
        "invalid_share",
        "cut_off_share",
        "perplexity",
        "repetition",
        "looping_share",
    ]


@every_additive_metric
@settings(deadline=None)  # the first example imports the metric's library
@given(cases=cases)
def test_a_row_is_a_function_of_its_sample(
    metric: AdditiveMetric[Any], cases: Cases, evaluate: Callable[..., Evaluation]
) -> None:
    together = metric.rows(evaluate(*cases, training=TRAINING), metric.options())
    alone = [metric.rows(evaluate(case, training=TRAINING), metric.options()) for case in cases]
    backwards = metric.rows(evaluate(*reversed(cases), training=TRAINING), metric.options())
    np.testing.assert_array_equal(together, np.concatenate(alone))
    np.testing.assert_array_equal(together, backwards[::-1])


@every_additive_metric
@settings(deadline=None)  # the first example imports the metric's library
@given(cases=cases)
def test_reduce_is_vectorised(metric: AdditiveMetric[Any], cases: Cases, evaluate: Callable[..., Evaluation]) -> None:
    rows = metric.rows(evaluate(*cases, training=TRAINING), metric.options())
    totals = np.stack([rows, 3 * rows, np.zeros_like(rows)])
    values = metric.reduce(totals)
    assert values.shape == totals.shape[:-1]
    for place in np.ndindex(values.shape):
        np.testing.assert_array_equal(values[place], metric.reduce(totals[place]))
    np.testing.assert_allclose(values[1], values[0], atol=1e-12)  # as if every sample stood there three times
    assert np.isnan(values[2]).all()


@every_additive_metric
def test_no_samples(metric: AdditiveMetric[Any], evaluate: Callable[..., Evaluation]) -> None:
    rows = metric.rows(evaluate(), metric.options())
    assert rows.ndim == 2
    assert len(rows) == 0
    assert np.isnan(metric.reduce(rows.sum(axis=0)))


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_only_what_looks_for_copies_asks_for_training_texts(
    metric: AdditiveMetric[Any] | CorpusMetric[Any], evaluate: Callable[..., Evaluation]
) -> None:
    def refuse() -> list[Any]:
        raise AssertionError("asked for the training examples")

    evaluation = Evaluation(samples=evaluate(("soft wool", ["soft wool"])).samples, training=refuse)
    measure = metric.rows if isinstance(metric, AdditiveMetric) else metric.value
    if metric.name in ("copy_rate", "longest_copy"):
        with pytest.raises(AssertionError, match="asked"):
            measure(evaluation, metric.options())
    else:
        measure(evaluation, metric.options())


def test_ratio_is_undefined_where_nothing_was_counted() -> None:
    totals = np.array([[[3.0, 4.0], [0.0, 0.0]], [[0.0, 2.0], [5.0, 2.0]]])
    np.testing.assert_array_equal(ratio(totals), [[0.75, np.nan], [0.0, 2.5]])
