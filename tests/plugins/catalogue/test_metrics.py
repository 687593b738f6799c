"""The metrics: what counts, what does not apply, and that rows add up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.components import AdditiveMetric, Evaluation
from shoptune.data import Invalid
from shoptune_catalogue.metrics import (
    ATTRIBUTE_COVERAGE,
    MARKETPLACE_LIMITS,
    UNSUPPORTED_CLAIM_SHARE,
    UNSUPPORTED_CLAIMS,
    CoverageOptions,
    LimitsOptions,
    UnsupportedOptions,
)
from tests.registered import additive_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    Evaluate = Callable[..., Evaluation]

METRICS = list(additive_metrics("catalogue").values())
FACTS = {"name": "Tarn 27", "Brand": "Fellfoot", "Sale price": "9", "material": "waxed cotton", "weight": "1140 g"}
INVALID = Invalid("no text")


def rows(metric: AdditiveMetric[Any], evaluation: Evaluation, **options: object) -> list[list[float]]:
    found: list[list[float]] = metric.rows(evaluation, metric.options(**options)).tolist()
    return found


def test_the_plugin_brings() -> None:
    assert [metric.name for metric in METRICS] == [
        "attribute_coverage",
        "unsupported_claims",
        "unsupported_claim_share",
        "marketplace_limits",
    ]


def test_coverage_counts_attributes_alone(evaluate: Evaluate) -> None:
    evaluation = evaluate(("Waxed cotton.", FACTS), ("Waxed cotton, 1.14 kg", FACTS), (INVALID, FACTS), ("x", {}))
    assert rows(ATTRIBUTE_COVERAGE, evaluation) == [[1, 2], [2, 2], [0, 2], [0, 0]]
    assert rows(ATTRIBUTE_COVERAGE, evaluation, attributes=["Weight"]) == [[0, 1], [1, 1], [0, 1], [0, 0]]
    assert rows(ATTRIBUTE_COVERAGE, evaluation, ignore=["weight", "brand", "sale-price"])[0] == [1, 2]
    assert rows(ATTRIBUTE_COVERAGE, evaluation, attributes=["brand"])[0] == [0, 1]  # named, though ignored by default


def test_coverage_asks_for_no_fact_that_a_text_may_leave_out(evaluate: Evaluate) -> None:
    evaluation = evaluate(("Waxed cotton.", FACTS))
    (sample,) = evaluation.samples
    optional = replace(sample, example=replace(sample.example, optional_facts=("weight",)))
    assert rows(ATTRIBUTE_COVERAGE, Evaluation(samples=[optional])) == [[1, 1]]


def test_unsupported_claims_are_counted_once_each(evaluate: Evaluate) -> None:
    made_up = "Waxed cotton with brass, solid brass, BRASS, and 12 kg."
    evaluation = evaluate((made_up, FACTS), ("Waxed cotton, 1.14 kg", FACTS), ("A friend.", FACTS))
    assert rows(UNSUPPORTED_CLAIMS, evaluation) == [[2, 1], [0, 1], [0, 1]]
    assert rows(UNSUPPORTED_CLAIMS, evaluation, kinds=["number"]) == [[1, 1], [0, 1], [0, 1]]
    assert rows(UNSUPPORTED_CLAIM_SHARE, evaluation) == [[2, 3], [0, 2], [0, 0]]


@pytest.mark.parametrize("metric", [UNSUPPORTED_CLAIMS, UNSUPPORTED_CLAIM_SHARE])
def test_no_text_is_not_faithful_and_no_facts_accuse_nobody(
    metric: AdditiveMetric[UnsupportedOptions], evaluate: Evaluate
) -> None:
    evaluation = evaluate(
        (INVALID, FACTS), ("", FACTS), (" \n", FACTS), ("12 kg of brass", {}), ("12 kg", {"name": " "})
    )
    assert rows(metric, evaluation) == [[0, 0]] * 5


def test_limits(evaluate: Evaluate) -> None:
    evaluation = evaluate(("A quiet text.", FACTS), ("See www.example.com", FACTS), (INVALID, FACTS), ("", FACTS))
    assert rows(MARKETPLACE_LIMITS, evaluation) == [[1, 1], [0, 1], [0, 1], [0, 1]]
    sale = evaluate(("Today only!", FACTS))
    assert rows(MARKETPLACE_LIMITS, sale, profile="plain") == [[1, 1]]
    assert rows(MARKETPLACE_LIMITS, sale, profile="amazon") == [[0, 1]]


def test_options_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValidationError):
        LimitsOptions.model_validate({"profile": "ebay"})
    with pytest.raises(ValidationError):
        UnsupportedOptions.model_validate({"kinds": ["brand"]})
    with pytest.raises(ValidationError):
        CoverageOptions.model_validate({"ignored": []})


every_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
texts = st.lists(
    st.sampled_from(["waxed", "cotton", "1140", "g", "brass", "12", "kg", "sale", "€", "<b>", "été", "麻布"]),
    max_size=9,
).map(" ".join)
facts = st.dictionaries(
    st.sampled_from(["material", "weight", "brand"]), st.sampled_from(["waxed cotton", "1140 g", ""]), max_size=3
)
cases = st.lists(st.tuples(st.one_of(texts, st.just(INVALID)), facts), min_size=1, max_size=6)


@every_metric
@given(cases=cases)
def test_a_row_is_a_function_of_its_sample(
    metric: AdditiveMetric[Any], cases: list[tuple[object, dict[str, str]]], evaluate: Evaluate
) -> None:
    together = metric.rows(evaluate(*cases), metric.options())
    alone = [metric.rows(evaluate(case), metric.options()) for case in cases]
    assert together.dtype == np.float64
    np.testing.assert_array_equal(together, np.concatenate(alone))


@every_metric
def test_nothing_counted_has_no_value(metric: AdditiveMetric[Any], evaluate: Evaluate) -> None:
    nothing = metric.rows(evaluate(), metric.options())
    assert nothing.shape == (0, 2)
    assert np.isnan(metric.reduce(nothing.sum(axis=0)))


def test_values_from_totals(evaluate: Evaluate) -> None:
    evaluation = evaluate(("Waxed cotton, brass", FACTS), ("1140 g, waxed cotton", FACTS))
    values = {
        metric.name: float(metric.reduce(metric.rows(evaluation, metric.options()).sum(axis=0))) for metric in METRICS
    }
    assert values == {
        "attribute_coverage": 0.75,
        "unsupported_claims": 0.5,
        "unsupported_claim_share": 0.25,
        "marketplace_limits": 1.0,
    }
