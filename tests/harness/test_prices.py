"""What computing costs in money, at the prices that the experiment file gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.errors import UsageError
from shoptune.prices import Prices
from tests.fakes import Shop

PRICES: dict[str, Any] = {"currency": "CHF", "machine_hour": 3.6, "million_tokens_in": 2.0, "million_tokens_out": 8.0}


def written_by(shop: Shop) -> dict[str, Any]:
    """The comparison with its costs."""
    found: dict[str, Any] = json.loads((shop.folder / "reports/fake/comparison.json").read_text("utf-8"))
    return found


def test_an_hour_and_a_million_tokens() -> None:
    assert Prices.model_validate(PRICES).of(seconds=3600, tokens_in=500_000, tokens_out=1_000_000) == 3.6 + 1 + 8


@given(seconds=st.floats(0, 1e6), tokens_in=st.integers(0, 10**9), tokens_out=st.integers(0, 10**9))
def test_two_halves_cost_as_much_as_the_whole(seconds: float, tokens_in: int, tokens_out: int) -> None:
    prices = Prices.model_validate(PRICES)
    whole = prices.of(seconds=seconds, tokens_in=tokens_in, tokens_out=tokens_out)
    parts = prices.of(seconds=seconds / 2, tokens_in=tokens_in) + prices.of(seconds=seconds / 2, tokens_out=tokens_out)
    assert parts == pytest.approx(whole)


def test_each_step_of_a_run_has_its_price(shop: Shop) -> None:
    shop.set("compare.prices", PRICES).run()
    comparison = written_by(shop)
    assert comparison["prices"] == PRICES | {"candidates": {}}
    assert {(cost["candidate"], cost["phase"]) for cost in comparison["cost"]} >= {
        ("drilled", "tune"), ("drilled", "predict"), ("silence", "predict"),
    }  # fmt: skip
    for cost in comparison["cost"]:
        asked, written = (cost["tokens_in"], cost["tokens_out"]) if cost["phase"] == "predict" else (0, 0)
        assert cost["money"] == pytest.approx(cost["seconds"] * 0.001 + asked * 2e-6 + written * 8e-6)


PARENTS = {"base": None, "api": None, "few_shot": "api", "twice": "few_shot"}
OF_CANDIDATES = {"api": {"machine_hour": 0, "million_tokens_in": 5.0}, "twice": {"million_tokens_in": 7.0}}


@pytest.mark.parametrize(
    ("candidate", "own"),
    [
        ("base", {}),
        ("api", {"machine_hour": 0.0, "million_tokens_in": 5.0}),
        ("few_shot", {"machine_hour": 0.0, "million_tokens_in": 5.0}),
        ("twice", {"machine_hour": 0.0, "million_tokens_in": 7.0}),
    ],
)
def test_what_a_candidate_has_no_price_of_costs_what_its_parents_pay_or_all(
    candidate: str, own: dict[str, float]
) -> None:
    prices = Prices.model_validate(PRICES | {"candidates": OF_CANDIDATES})
    assert prices.of_candidate(candidate, PARENTS) == Prices.model_validate(PRICES | own)


def test_prices_of_candidates_reach_the_report(shop: Shop) -> None:
    own = {"base": {"machine_hour": 0, "million_tokens_out": 1e6}, "drilled": {"million_tokens_out": 0}}
    assert shop.set("compare.prices", PRICES | {"million_tokens_in": 0, "candidates": own}).run().code == 0
    costs = {(c["candidate"], c["phase"]): c for c in written_by(shop)["cost"]}
    for candidate, token in (("base", 1.0), ("few_shot", 1.0), ("drilled", 0.0), ("preferred", 0.0)):
        cost = costs[candidate, "predict"]
        assert cost["money"] == pytest.approx(token * cost["tokens_out"]), candidate
        assert cost["tokens_out"] > 0
    assert costs["drilled", "tune"]["money"] == 0, "tuned on the machine of the model that it starts from"
    silence = costs["silence", "predict"]
    assert silence["money"] == pytest.approx(silence["seconds"] * 0.001)


def test_prices_of_a_candidate_that_there_is_not(shop: Shop) -> None:
    shop.set("compare.prices", PRICES | {"candidates": {"bass": {"machine_hour": 1}}})
    line = 1 + shop.path.read_text("utf-8").splitlines().index("      bass:")
    with pytest.raises(UsageError) as caught:
        shop.load()
    assert str(caught.value) == (
        f"experiment.yaml:{line}: compare.prices.candidates.bass: there is no candidate 'bass'. Did you mean 'base'?"
    )


def test_no_prices_no_money(shop: Shop) -> None:
    shop.run()
    comparison = written_by(shop)
    assert comparison["prices"] is None
    assert {cost["money"] for cost in comparison["cost"]} == {None}


def test_other_prices_compute_nothing_anew(shop: Shop) -> None:
    shop.set("compare.prices", PRICES).run()
    before = [cost["money"] for cost in written_by(shop)["cost"]]
    shop.journal()
    twice = {name: value if name == "currency" else 2 * value for name, value in PRICES.items()}
    assert shop.set("compare.prices", twice).run().code == 0
    assert shop.journal() == []
    after = [cost["money"] for cost in written_by(shop)["cost"]]
    assert after == pytest.approx([2 * money for money in before])
