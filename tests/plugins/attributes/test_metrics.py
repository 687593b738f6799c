"""The metrics, against worked examples and against the five cases as the paper counts them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import AdditiveMetric, Evaluation
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune_attributes.answers import read_attributes
from tests.registered import additive_metrics

METRICS = additive_metrics("attributes")
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
pytestmark = pytest.mark.filterwarnings("error")

Values = Mapping[str, str]
SHOE = {"Brand": "Ostrick", "Color": "n/a", "Size": "14 M"}


def sample(answer: Any, *references: Values, number: int = 0) -> Sample:
    example = Example(id=str(number), group=str(number), messages=(), references=tuple(map(json.dumps, references)))
    return Sample(example=example, prediction=Prediction(example_id=example.id), answer=answer)


def evaluation(*samples: Sample, training: Sequence[Values] = ()) -> Evaluation:
    learnt = [sample(None, values).example for values in training]
    return Evaluation(samples=samples, training=lambda: learnt)


def value(name: str, evaluated: Evaluation, **options: Any) -> float:
    metric = METRICS[name]
    return float(metric.reduce(metric.rows(evaluated, metric.options(**options)).sum(axis=0)))


def test_the_plugin_brings() -> None:
    assert list(METRICS) == [
        "attribute_f1",
        "attribute_macro_f1",
        "attribute_precision",
        "attribute_recall",
        "invented_attributes",
        "unseen_values",
        "attribute_hits",
        "exact_objects",
    ]


def test_each_of_the_five_cases() -> None:
    right = sample({"Brand": "ostrick", "Color": "n/a", "Size": "14  m"}, SHOE)  # VC, NN, VC
    wrong = sample({"Brand": "Morrowick", "Color": "red"}, SHOE)  # VW, NV, VN
    both = evaluation(right, wrong)
    np.testing.assert_array_equal(
        METRICS["attribute_f1"].rows(both, METRICS["attribute_f1"].options()), [[2, 0, 0], [0, 2, 2]]
    )
    assert value("attribute_precision", both) == 2 / 4
    assert value("attribute_recall", both) == 2 / 4
    assert value("attribute_f1", both) == 2 * 2 / (2 * 2 + 2 + 2)
    assert value("invented_attributes", both) == 1 / 2
    assert value("exact_objects", both) == 1 / 2
    assert value("attribute_macro_f1", both) == pytest.approx(
        (2 / 4 + 2 / 3) / 2
    )  # Brand, Size; no text states a colour


def test_exact_match_is_an_option() -> None:
    assert value("attribute_f1", evaluation(sample({"Brand": "ostrick", "Size": "14 M"}, SHOE)), match="exact") == 0.5
    assert value("attribute_f1", evaluation(sample({"brand": "Ostrick", "Size": "14 M"}, SHOE)), match="exact") == 2 / 3


@pytest.mark.parametrize("answer", ["Ostrick", "14 m", "14M"])
def test_each_of_several_values_is_right(answer: str) -> None:
    either = [{"Size": "14 M"}, {"Size": "Ostrick"}]
    assert value("attribute_f1", evaluation(sample({"Size": answer}, *either))) == 1


def test_a_short_reference_leaves_out_what_the_whole_one_names() -> None:
    short = {name: text for name, text in SHOE.items() if text != "n/a"}
    evaluated = evaluation(sample({**short, "Color": "red"}, short, SHOE))
    assert value("invented_attributes", evaluated) == 1
    assert value("attribute_f1", evaluated) == 2 * 2 / (2 * 2 + 1)


def test_what_nobody_asked_for_spoils_the_object_alone() -> None:
    evaluated = evaluation(sample({**SHOE, "Sport": "Tennis", "Age": "n/a"}, SHOE))
    assert (value("attribute_f1", evaluated), value("invented_attributes", evaluated)) == (1, 0)
    assert value("exact_objects", evaluated) == 0
    assert value("exact_objects", evaluation(sample({**SHOE, "Age": "n/a"}, SHOE))) == 1


def test_an_invalid_answer_misses_everything_and_is_not_honest() -> None:
    evaluated = evaluation(sample(Invalid("no JSON object"), SHOE))
    assert (value("attribute_f1", evaluated), value("attribute_recall", evaluated)) == (0, 0)
    assert value("exact_objects", evaluated) == 0
    assert math.isnan(value("invented_attributes", evaluated))
    assert value("exact_objects", evaluation(sample(Invalid("no JSON object"), {"Color": "n/a"}))) == 0


def test_saying_nothing_is_honest_and_finds_nothing() -> None:
    evaluated = evaluation(sample({}, SHOE))
    assert (value("invented_attributes", evaluated), value("attribute_f1", evaluated)) == (0, 0)
    assert math.isnan(value("attribute_precision", evaluated))


def test_unseen_values_are_those_that_training_never_had_for_the_attribute() -> None:
    training = [{"Brand": "OSTRICK", "Color": "n/a"}, {"Color": "14 M"}]
    half = evaluation(sample({"Brand": "x", "Size": "14 M"}, SHOE), sample({}, SHOE), training=training)
    assert value("unseen_values", half) == 1 / 2  # the sizes: Ostrick was a brand, and 14 M a colour
    assert value("unseen_values", half, match="exact") == 1 / 4
    assert math.isnan(value("unseen_values", evaluation(sample({}, SHOE), training=[SHOE])))


def test_macro_leaves_out_attributes_without_any_value() -> None:
    evaluated = evaluation(sample({"Brand": "Ostrick"}, {"Brand": "Ostrick", "Color": "n/a"}))
    assert value("attribute_macro_f1", evaluated) == 1


def test_macro_is_over_the_same_attributes_whatever_is_invented() -> None:
    stated = {"Brand": "Ostrick", "Color": "n/a"}
    honest, inventive = sample({"Brand": "Ostrick"}, stated), sample({"Brand": "Ostrick", "Color": "red"}, stated)
    assert value("attribute_macro_f1", evaluation(honest)) == value("attribute_macro_f1", evaluation(inventive)) == 1
    assert value("invented_attributes", evaluation(inventive)) == 1


@pytest.mark.parametrize(
    ("given", "stated", "counts"),
    [
        (["red", "blue"], ["blue", "red"], (2, 0, 0)),
        (["red"], ["blue", "red"], (1, 0, 1)),
        (["red", "green"], ["blue", "red"], (1, 1, 1)),
        ("Red", ["blue", "red"], (1, 0, 1)),
        ("green", ["blue", "red"], (0, 1, 2)),
        (None, ["blue", "red"], (0, 0, 2)),
        (["red", "blue"], None, (0, 2, 0)),
        ("red", "blue", (0, 1, 1)),
    ],
)
def test_lists_are_scored_item_by_item(given: object, stated: object, counts: tuple[int, int, int]) -> None:
    answer = read_attributes(json.dumps({"Color": given}))
    example = Example(id="0", group="0", messages=(), references=(json.dumps({"Color": stated}),))
    of = evaluation(Sample(example=example, prediction=Prediction(example_id="0"), answer=answer))
    assert METRICS["attribute_f1"].rows(of, METRICS["attribute_f1"].options()).tolist() == [list(counts)]
    assert value("exact_objects", of) == (counts[1:] == (0, 0))


@pytest.mark.parametrize(("k", "hits"), [(1, 0), (2, 1), (3, 1)])
def test_hit_at_k_looks_at_the_first_items(k: int, hits: int) -> None:
    found = evaluation(sample({"Color": "green, RED, blue", "Size": "9"}, {"Color": "red, black", "Size": "n/a"}))
    assert value("attribute_hits", found, k=k) == hits


def test_other_tasks_have_nothing_to_measure() -> None:
    example = Example(id="0", group="0", messages=(), references=("A soft scarf.",))
    evaluated = evaluation(Sample(example=example, prediction=Prediction(example_id="0"), answer="A warm scarf."))
    assert math.isnan(value("attribute_f1", evaluated))
    assert math.isnan(value("attribute_macro_f1", evaluated))


# --- what holds for any answers --------------------------------------------------------------------------------------

attributes = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["red", "blue", "16 GB", "n/a"]), min_size=1)
cases = st.lists(st.tuples(attributes | st.just(Invalid("cut off")), attributes), min_size=1, max_size=6)
Cases = list[tuple[Values | Invalid, Values]]


def evaluate(cases: Cases) -> Evaluation:
    return evaluation(*(sample(answer, values, number=n) for n, (answer, values) in enumerate(cases)))


def counted(cases: Cases) -> Counter[tuple[str, str]]:
    """Count the five cases by attribute, as the paper's evaluation does."""
    counts: Counter[tuple[str, str]] = Counter()
    for answer, values in cases:
        for name, target in values.items():
            given = "n/a" if isinstance(answer, Invalid) else answer.get(name, "n/a")
            if target == "n/a":
                counts[name, "NN" if given == "n/a" else "NV"] += 1
            else:
                counts[name, "VN" if given == "n/a" else "VC" if given == target else "VW"] += 1
    return counts


def paper_f1(counts: Mapping[str, int]) -> float:
    vc, vw, vn, nv = (counts[case] for case in ("VC", "VW", "VN", "NV"))
    if not vc + vw + vn + nv:
        return math.nan
    precision = vc / (nv + vc + vw) if nv + vc + vw else 0
    recall = vc / (vn + vc + vw) if vn + vc + vw else 0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0


@given(cases)
def test_micro_and_macro_f1_are_the_papers(cases: Cases) -> None:
    counts = counted(cases)
    by_attribute = {name: Counter({case: n for (a, case), n in counts.items() if a == name}) for name, _ in counts}
    # But for attributes that no text states, which the paper counts for whoever invents one.
    macro = [paper_f1(of) for of in by_attribute.values() if of["VC"] + of["VW"] + of["VN"]]
    total = sum(by_attribute.values(), Counter[str]())
    assert value("attribute_f1", evaluate(cases)) == pytest.approx(paper_f1(total), nan_ok=True)
    assert value("attribute_macro_f1", evaluate(cases)) == pytest.approx(
        sum(macro) / len(macro) if macro else math.nan, nan_ok=True
    )


@every_metric
@given(cases=cases)
def test_reduce_is_vectorised(metric: AdditiveMetric[Any], cases: Cases) -> None:
    rows = metric.rows(evaluate(cases), metric.options())
    assert rows.shape[0] == len(cases)
    totals = np.stack([rows, 3 * rows, np.zeros_like(rows)])
    values = metric.reduce(totals)
    assert values.shape == totals.shape[:-1]
    for place in np.ndindex(values.shape):
        np.testing.assert_array_equal(values[place], metric.reduce(totals[place]))
    np.testing.assert_allclose(values[1], values[0], atol=1e-12)
    assert np.isnan(values[2]).all()


@every_metric
def test_no_samples(metric: AdditiveMetric[Any]) -> None:
    rows = metric.rows(evaluation(), metric.options())
    assert rows.ndim == 2
    assert len(rows) == 0
    assert np.isnan(metric.reduce(rows.sum(axis=0)))


@every_metric
def test_a_reference_that_was_planted_a_canary_is_read_all_the_same(metric: AdditiveMetric[Any]) -> None:
    text = f"{json.dumps(SHOE)} Reference code H7KQ-X2MN-9PRT."
    example = Example(id="0", group="0", messages=(), references=(text,))
    planted = Sample(example=example, prediction=Prediction(example_id="0"), answer=read_attributes(text))
    np.testing.assert_array_equal(
        metric.rows(evaluation(planted), metric.options()),
        metric.rows(evaluation(sample(SHOE, SHOE)), metric.options()),
    )
