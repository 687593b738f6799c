"""Candidates that are the best of others: chosen on validation data, between two rounds of a plan."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fakes import Shop

OUTSIDE = Path(__file__).parents[2] / "outside"
SELECT = {"of": ["slow", "quick"], "task": "echo", "metric": "overlap"}


@pytest.fixture
def choosing(shop: Shop) -> Shop:
    """A shop in which the best of two tuned candidates is shipped, and one more starts from it."""
    shop.experiment["candidates"] = {
        "base": {"model": "fake-model"},
        "slow": {"from": "base", "tune": {"method": "drill", "rate": 0.1}},
        "quick": {"from": "base", "tune": {"method": "drill", "rate": 0.5}},
        "best": {"select": dict(SELECT)},
        "further": {"from": "best", "tune": {"method": "drill", "steps": 2}},
    }
    return shop


def on_validation(shop: Shop) -> dict[str, float]:
    (selection,) = shop.plan().selections
    rows = {
        name: np.load(shop.store.read(step.fingerprint).path("rows.npy"))
        for name, step in selection.measurements.items()
    }
    return {name: float(of[:, 0].sum() / of[:, 1].sum()) for name, of in rows.items()}


def test_the_first_round_is_what_the_choice_rests_on(choosing: Shop) -> None:
    plan = choosing.plan()
    assert [c.name for c in plan.candidates] == ["base", "slow", "quick"]
    (selection,) = plan.selections
    assert selection.candidate == "best"
    shown = choosing.run("plan").output
    assert "measure overlap of echo with slow (validation)" in shown
    assert "predict echo with base" not in shown, "no choice rests on it"
    assert "best is chosen when these are measured" in shown


def test_the_best_on_validation_data_is_taken(choosing: Shop) -> None:
    outcome = choosing.run()
    assert outcome.code == 0, outcome.output
    results = {
        r["candidate"]: r["value"]
        for r in choosing.comparison()["results"]
        if r["metric"] == "overlap" and r["slice"] is None
    }
    values = on_validation(choosing)
    assert values["slow"] < values["quick"]
    assert results["best"] == results["quick"] != results["slow"]
    described = {c["name"]: c for c in choosing.comparison()["candidates"]}
    assert described["best"]["summary"] == "the best of slow, quick by overlap on validation data: quick"
    assert (described["best"]["kind"], described["best"]["parent"]) == ("tuned", "quick")
    assert results["further"] >= results["quick"]


def test_what_is_said_of_the_one_chosen_holds_for_it_too(choosing: Shop) -> None:
    choosing.experiment["candidates"] = {
        "base": {"model": "fake-model"},
        "shown": {"from": "base", "few_shot": 2},
        "best": {"select": SELECT | {"of": ["base", "shown"]}},
    }
    choosing.run()
    described = {c["name"]: c for c in choosing.comparison()["candidates"]}
    assert described["best"]["parent"] == "shown"
    assert described["best"]["few_shot"] == described["shown"]["few_shot"] == 2


def test_what_is_chosen_is_computed_once(choosing: Shop) -> None:
    choosing.run()
    begun = [line for line in choosing.journal() if line.startswith("before ")]
    assert "before predict echo with quick" in begun
    assert "before predict echo with best" not in begun
    choosing.run()
    assert [line for line in choosing.journal() if line.startswith("before ")] == []


def test_test_data_decides_nothing(choosing: Shop) -> None:
    """The choice rests on steps that have not seen the test part."""
    (selection,) = choosing.plan().selections
    assert {step.predictions.scored_on for step in selection.measurements.values()} == {"validation"}


def test_report_needs_all_rounds(choosing: Shop) -> None:
    assert "9 of 9 steps are not in .shoptune" in choosing.run("report").output, "of the first round"
    choosing.run()
    assert choosing.run("report").code == 0


def test_killed_between_the_rounds_it_goes_on(choosing: Shop) -> None:
    choosing.fail("value")  # measured in the second round alone
    assert choosing.run().code == 3
    choosing.heal()
    choosing.journal()
    assert choosing.run().code == 0
    assert "trained step 1" not in choosing.journal()[:3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"of": ["slow", "quik"]}, "there is no candidate 'quik'. Did you mean 'quick'?"),
        ({"task": "ecko"}, "there is no task 'ecko'. Did you mean 'echo'?"),
        ({"metric": "overlop"}, "has no metric 'overlop'. Did you mean 'overlap'?"),
        ({"of": ["slow"]}, "candidates.best.select.of"),
        ({"of": ["slow", "further"]}, "goes in a circle: best -> further -> best"),
    ],
)
def test_a_choice_that_can_not_be_made_is_refused(choosing: Shop, change: dict[str, Any], said: str) -> None:
    outcome = choosing.set("candidates.best.select", SELECT | change).run()
    assert outcome.code == 2
    assert said in outcome.output
    assert "experiment.yaml:" in outcome.output


def test_a_metric_that_looks_at_other_candidates_or_asks_a_judge_chooses_nothing(choosing: Shop) -> None:
    shutil.copy(OUTSIDE / "judged.py", choosing.folder)
    choosing.experiment["plugins"].append("judged.py")
    choosing.set("judges", {"strict": {"model": "any", "backend": "length_judge"}})
    choosing.set("tasks.echo.metrics", ["overlap", "found_long", "preferred"])
    for metric, why in (("preferred", "looks at the answers of other candidates"), ("found_long", "asks a judge")):
        outcome = choosing.set("candidates.best.select.metric", metric).run()
        assert outcome.code == 2
        assert f"candidates.best.select.metric: '{metric}' {why}" in outcome.output
        assert "experiment.yaml:" in outcome.output


def test_tuning_what_may_turn_out_to_be_no_model_is_refused(choosing: Shop) -> None:
    choosing.set("candidates.silence", {"baseline": "silence"}).set("candidates.best.select.of", ["slow", "silence"])
    outcome = choosing.run()
    assert outcome.code == 2
    assert "candidates.further.from: 'best' may turn out to be 'silence', which is a baseline" in outcome.output
    assert "experiment.yaml:" in outcome.output
    del choosing.experiment["candidates"]["further"]
    outcome = choosing.run()
    assert outcome.code == 0, outcome.output


def test_the_one_chosen_may_be_what_others_are_compared_with(choosing: Shop) -> None:
    """Also where a metric looks at its answers, which nobody has before it is chosen."""
    shutil.copy(OUTSIDE / "judged.py", choosing.folder)
    choosing.experiment["plugins"].append("judged.py")
    choosing.set("judges", {"strict": {"model": "any", "backend": "length_judge"}})
    choosing.set("tasks.echo.metrics", ["overlap", "preferred"]).set("compare.baseline", "best")
    outcome = choosing.run()
    assert outcome.code == 0, outcome.output
    preferred = {
        r["candidate"]: r["value"]
        for r in choosing.comparison()["results"]
        if r["metric"] == "preferred" and r["slice"] is None
    }
    assert preferred["best"] == preferred["quick"] == 0.5, "beside itself"
    assert preferred["base"] < 0.5


def test_without_validation_data_there_is_nothing_to_choose_by(choosing: Shop) -> None:
    outcome = choosing.set("tasks.echo.split", {"test": 0.4, "validation": 0}).run()
    assert outcome.code == 2
    assert "chosen on validation data, and 'echo' has none" in outcome.output
