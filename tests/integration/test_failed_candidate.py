"""One candidate that fails does not take the report of the others."""

from pathlib import Path

import pytest

from tests.fakes import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


GATES = [
    {"task": "echo", "candidate": "preferred", "metric": "overlap", "must": "be_better"},
    {"task": "echo", "candidate": "few_shot", "metric": "overlap", "must": "at_least", "value": 0},
]


def test_the_rest_is_compared_and_the_failed_one_is_named_with_its_reason(shop: Shop) -> None:
    shop.set("compare.gates", GATES)
    shop.plugin_source('job.output / "adapter"', 'job.output / "adaptor"')
    outcome = shop.run()
    assert outcome.code == 3
    reason = "tune drilled: the method 'drill' left neither `adapter/` nor `model/`"
    assert reason in outcome.output
    assert "the comparison is made without drilled and preferred" in outcome.output
    found = shop.comparison()
    assert [one["name"] for one in found["candidates"]] == ["silence", "base", "few_shot"]
    assert [(one["name"], one["step"], one["reason"]) for one in found["failed"]] == [
        ("drilled", "tune drilled", reason),
        ("preferred", "tune drilled", reason),
    ]
    assert found["recommendation"]["tasks"][0]["cautions"][0].startswith("drilled is not compared, since it failed")
    assert [gate["outcome"] for gate in found["gates"]] == ["failed", "passed"]
    assert "preferred has no result" in found["gates"][0]["saw"]
    gate = shop.run("gate")
    assert (gate.code, "preferred has no result" in gate.output) == (1, True)


def test_debug_shows_its_traceback(shop: Shop) -> None:
    shop.fail("step 3")
    outcome = shop.run("run", "--debug")
    assert outcome.code == 3
    assert "Traceback" in outcome.output


def test_it_is_tried_again_with_the_next_run(shop: Shop) -> None:
    shop.fail("step 3")
    assert shop.run().code == 3
    shop.heal()
    assert shop.run().code == 0
    assert shop.comparison()["failed"] == []
    assert len(shop.comparison()["candidates"]) == 5


def test_a_choice_among_candidates_of_which_one_failed_is_not_made(shop: Shop) -> None:
    shop.set("candidates.best", {"select": {"of": ["base", "drilled"], "task": "echo", "metric": "overlap"}})
    shop.fail("step 3")
    assert shop.run().code == 3
    assert [one["name"] for one in shop.comparison()["failed"]] == ["best", "drilled", "preferred"]


def test_without_the_baseline_there_is_no_comparison(shop: Shop) -> None:
    shop.set("compare.baseline", "drilled")
    shop.fail("step 3")
    assert shop.run().code == 3
    assert not (shop.folder / "reports" / "fake" / "comparison.json").exists()


def test_nor_where_nothing_is_left_to_compare(shop: Shop) -> None:
    for name in ("silence", "few_shot", "preferred"):
        del shop.experiment["candidates"][name]
    shop.fail("step 3")
    assert shop.run().code == 3
    assert not (shop.folder / "reports" / "fake" / "comparison.json").exists()
