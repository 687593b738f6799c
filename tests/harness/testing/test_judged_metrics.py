"""Metrics that ask a judge, held against their contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions
from shoptune.data import Example, Sample
from shoptune.testing import ContractError, check_metric
from tests.outside import judged

ABOUT_ONE, ABOUT_TWO = judged.register_metrics()


def test_those_that_keep_it() -> None:
    check_metric(ABOUT_ONE)
    check_metric(ABOUT_TWO)


def ask_in_one_order(sample: Sample, baseline: Sample | None, options: NoOptions) -> Iterator[Example]:
    yield next(judged.about_two(sample, baseline, options))


def first_wins(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    told = [evaluation.judgements[sample.example.id][0] for sample in evaluation.samples]
    longer = [len(a.text) > len(b.text) for a, b in zip(evaluation.samples, evaluation.baseline, strict=True)]
    rows = [[answer.text == "first" and better, 1] for answer, better in zip(told, longer, strict=True)]
    return np.array(rows, dtype=float)


def test_a_judges_weakness_for_a_place_is_found() -> None:
    assert isinstance(ABOUT_TWO, AdditiveMetric)
    metric = replace(ABOUT_TWO, questions=ask_in_one_order, rows=first_wins)
    with pytest.raises(ContractError, match="ask in both orders, and count a contradiction as a tie"):
        check_metric(metric)


def test_questions_that_change_are_found() -> None:
    numbers = count()

    def ask(sample: Sample, _: Sample | None, options: NoOptions) -> Iterator[Example]:
        yield judged.question("long", f"Is it long? {next(numbers)}\n{sample.text}", ("yes", "no"))

    assert isinstance(ABOUT_ONE, AdditiveMetric)
    with pytest.raises(ContractError, match="asked what to ask twice, it asks differently"):
        check_metric(replace(ABOUT_ONE, questions=ask))


def test_questions_that_share_an_id_are_found() -> None:
    def ask(sample: Sample, _: Sample | None, options: NoOptions) -> Iterator[Example]:
        for _number in range(2):
            yield judged.question("same", sample.text, ("yes", "no"))

    assert isinstance(ABOUT_ONE, AdditiveMetric)
    with pytest.raises(ContractError, match="share an id"):
        check_metric(replace(ABOUT_ONE, questions=ask))
