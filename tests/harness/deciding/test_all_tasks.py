"""What the recommendations for several tasks come to.  All figures are invented."""

from __future__ import annotations

from typing import Any

import pytest

from shoptune.deciding.recommend import recommend
from tests.harness.deciding.cases import EVEN, GAIN, LOSS, TRADE, make


@pytest.mark.parametrize(
    ("values", "decision", "said"),
    [
        ({"sft": GAIN}, "ship", "Ship sft."),
        ({"a__sft": GAIN, "b__sft": EVEN}, "weigh", "Ship for a alone, if at all: not for b."),
        ({"a__sft": GAIN, "b__sft": LOSS}, "weigh", "Ship for a alone, if at all: not for b."),
        ({"a__sft": GAIN, "b__sft": TRADE}, "weigh", "Do not ship yet: b speaks against it."),
        ({"a__sft": GAIN, "b__sft": EVEN, "b__dpo": GAIN}, "weigh", "No one candidate is the best for every task."),
        ({"a__sft": EVEN, "b__sft": TRADE}, "weigh", "Do not ship yet: b speaks against it."),
        ({"sft": EVEN}, "keep", "Do not tune: no gain over base is certain."),
        ({"a__sft": EVEN, "b__sft": LOSS}, "keep", "Do not tune: no task shows a certain gain."),
        (
            {"a__few_shot": EVEN, "b__few_shot": LOSS},
            "keep",
            "Keep base: no other candidate is certainly better at any task.",
        ),
        ({}, "no_verdict", "No verdict."),
    ],
)
def test_several_tasks_give_one_decision(values: dict[str, Any], decision: str, said: str) -> None:
    whole = make(tasks=["a", "b"], **values)
    found = recommend(whole, whole.gates)
    assert (found.decision, found.headline) == (decision, said)
    headlines = [task.headline for task in found.tasks]
    if len(set(headlines)) > 1:
        assert found.reason == f"a: {headlines[0]} b: {headlines[1]}"
    else:
        assert found.reason == "Both tasks say so."


@pytest.mark.parametrize(
    ("values", "recommended"),
    [
        ({"sft": GAIN}, "sft"),
        ({"a__sft": GAIN, "b__sft": EVEN}, None),
        ({"a__sft": GAIN, "b__sft": EVEN, "b__dpo": GAIN}, None),
        ({"a__sft": EVEN, "b__sft": LOSS}, "base"),
        ({"sft": TRADE}, None),
        ({}, None),
    ],
)
def test_a_candidate_is_recommended_over_all_where_every_task_recommends_it(
    values: dict[str, Any], recommended: str | None
) -> None:
    whole = make(tasks=["a", "b"], **values)
    assert recommend(whole, []).recommended == recommended


def test_what_is_said_of_one_task_is_said_over_all() -> None:
    found = recommend(make(sft=GAIN), [])
    (task,) = found.tasks
    assert (found.decision, found.recommended, found.headline, found.reason) == (
        task.decision,
        task.recommended,
        task.headline,
        task.reason,
    )
