"""Accuracy, F1 and recall: against naive definitions, a stated example, and what every metric promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.errors import UsageError
from shoptune_labels.classification import ACCURACY, F1, LOWEST_RECALL, MACRO_F1, RECALL, LabelOptions
from shoptune_labels.plugin import register_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from shoptune.components import AdditiveMetric, Evaluation

pytestmark = pytest.mark.filterwarnings("error")

LABELS = ("a", "b", "c")
Cases = list[tuple[str, str]]
cases = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, "?", "none"])), min_size=1, max_size=20)
ONE_LABEL = {"f1": F1, "recall": RECALL}
ALL = {"accuracy": ACCURACY, "macro_f1": MACRO_F1, "lowest_recall": LOWEST_RECALL, **ONE_LABEL}
every_metric = pytest.mark.parametrize("metric", ALL.values(), ids=ALL)


def value(metric: AdditiveMetric[Any], evaluation: Evaluation, **options: Any) -> float:
    return float(metric.reduce(metric.rows(evaluation, metric.options(**options)).sum(axis=0)))


# --- naive definitions, as in scikit-learn's guide ("Precision, recall and F-measures") ------------------------------


def naive_recall(cases: Cases, label: str) -> float:
    answers = [answer for right, answer in cases if right == label]
    return answers.count(label) / len(answers) if answers else float("nan")


def naive_f1(cases: Cases, label: str) -> float:
    found = sum(right == answer == label for right, answer in cases)
    answered, right = [sum(case[place] == label for case in cases) for place in (1, 0)]
    if not found:
        return 0.0 if right else float("nan")  # one that is right nowhere is no label to be averaged, whoever gives it
    precision, recall = found / answered, found / right
    return 2 * precision * recall / (precision + recall)


@given(cases=cases)
def test_against_naive_definitions(cases: Cases, evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate(cases)
    f1s = [naive_f1(cases, label) for label in LABELS]
    recalls = [naive_recall(cases, label) for label in LABELS]
    assert value(ACCURACY, evaluation) == pytest.approx(sum(r == a for r, a in cases) / len(cases))
    assert value(MACRO_F1, evaluation) == pytest.approx(np.nanmean(f1s))
    assert value(LOWEST_RECALL, evaluation) == pytest.approx(np.nanmin(recalls))
    for label, f1, recall in zip(LABELS, f1s, recalls, strict=True):
        assert value(F1, evaluation, label=label) == pytest.approx(f1, nan_ok=True)
        assert value(RECALL, evaluation, label=label) == pytest.approx(recall, nan_ok=True)


def test_against_a_stated_example(evaluate: Callable[..., Evaluation]) -> None:
    """y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1]: F1 per label is 0.8, 0, 0, macro 0.27.

    From the documentation of scikit-learn's `f1_score`.
    """
    evaluation = evaluate(list(zip("abcabc", "acbaab", strict=True)))
    assert value(MACRO_F1, evaluation) == pytest.approx(0.8 / 3)
    assert [value(F1, evaluation, label=label) for label in LABELS] == pytest.approx([0.8, 0, 0])
    assert value(ACCURACY, evaluation) == pytest.approx(2 / 6)


def test_an_answer_that_is_right_nowhere_does_not_change_what_is_averaged(evaluate: Callable[..., Evaluation]) -> None:
    """Of two candidates that are right about the same samples, one errs with a label that no reference has."""
    one, other = evaluate([("a", "a"), ("b", "a")]), evaluate([("a", "a"), ("b", "c")])
    assert value(MACRO_F1, one) == pytest.approx((2 / 3 + 0) / 2)
    assert value(MACRO_F1, other) == pytest.approx((1 + 0) / 2)
    assert np.isnan(value(F1, one, label="c"))
    assert np.isnan(value(F1, other, label="c"))


# --- what they promise -----------------------------------------------------------------------------------------------


@every_metric
@given(cases=cases)
def test_rows_are_additive_and_reduce_is_vectorised(
    metric: AdditiveMetric[Any], cases: Cases, evaluate: Callable[..., Evaluation]
) -> None:
    rows = metric.rows(evaluate(cases), metric.options())
    np.testing.assert_array_equal(rows, np.concatenate([metric.rows(evaluate([c]), metric.options()) for c in cases]))
    totals = np.stack([rows, 3 * rows, np.zeros_like(rows)])
    values = metric.reduce(totals)
    assert values.shape == totals.shape[:-1]
    for place in np.ndindex(values.shape):
        np.testing.assert_array_equal(values[place], metric.reduce(totals[place]))
    np.testing.assert_allclose(values[1], values[0])
    assert np.isnan(values[2]).all()


@every_metric
@given(cases=cases)
def test_to_be_right_is_best(metric: AdditiveMetric[Any], cases: Cases, evaluate: Callable[..., Evaluation]) -> None:
    perfect = evaluate([(right, right) for right, _ in cases])
    best = value(metric, perfect, **({"label": cases[0][0]} if metric.name in ONE_LABEL else {}))
    assert best == 1
    assert metric.higher_is_better


def test_an_answer_for_all_shows_what_accuracy_hides(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate([("yes", "no")] * 1 + [("no", "no")] * 9, ("yes", "no"))
    assert value(ACCURACY, evaluation) == 0.9
    assert value(F1, evaluation) == value(RECALL, evaluation) == value(LOWEST_RECALL, evaluation) == 0
    assert value(RECALL, evaluation, label="no") == 1


def test_an_invalid_answer_is_wrong_and_no_label(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate([("a", "?"), ("a", "a"), ("b", "b")])
    assert value(ACCURACY, evaluation) == pytest.approx(2 / 3)
    assert value(F1, evaluation, label="a") == pytest.approx(2 / 3)  # precision 1, recall 1/2
    assert value(MACRO_F1, evaluation) == pytest.approx((2 / 3 + 1) / 2)  # c neither is right nor was answered


@every_metric
def test_what_is_not_known_to_be_right_is_not_measured(
    metric: AdditiveMetric[Any], evaluate: Callable[..., Evaluation]
) -> None:
    rows = metric.rows(evaluate([("a", "a"), ("", "a")]), metric.options())
    assert metric.applies(rows).tolist() == [True, False]


def test_f1_rests_on_the_samples_of_other_labels_too(evaluate: Callable[..., Evaluation]) -> None:
    evaluation = evaluate([("a", "a"), ("b", "b")])
    assert F1.applies(F1.rows(evaluation, LabelOptions())).tolist() == [True, True]
    assert RECALL.applies(RECALL.rows(evaluation, LabelOptions())).tolist() == [True, False]


def test_columns_are_the_same_whatever_was_answered(evaluate: Callable[..., Evaluation]) -> None:
    rows = [MACRO_F1.rows(evaluate([("a", answer)]), MACRO_F1.options()) for answer in ("a", "z", "?")]
    assert {row.shape for row in rows} == {(1, 9)}


@every_metric
def test_no_samples(metric: AdditiveMetric[Any], evaluate: Callable[..., Evaluation]) -> None:
    rows = metric.rows(evaluate([]), metric.options())
    assert rows.shape[0] == 0
    assert metric.reduce(rows).shape == (0,)
    assert np.isnan(metric.reduce(rows.sum(axis=0)))


def test_a_label_that_there_is_not(evaluate: Callable[..., Evaluation]) -> None:
    with pytest.raises(UsageError, match=r"no example has the label 'mach'. Did you mean 'match'?"):
        value(F1, evaluate([("match", "match")], ("match", "none")), label="mach")
    with pytest.raises(UsageError, match="say which `label`"):
        value(RECALL, evaluate([("match", "match")], ()))
    assert value(RECALL, evaluate([("match", "match")], ()), label="match") == 1


def test_the_plugin_brings() -> None:
    names = [metric.name for metric in register_metrics()]
    assert names == ["accuracy", "macro_f1", "f1", "recall", "lowest_recall", "ndcg", "mrr"]
