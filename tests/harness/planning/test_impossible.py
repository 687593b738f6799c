"""What can't come to a result is said before anything is tuned, and nothing is tuned where only evaluation is asked."""

import pytest

from tests.fakes import Shop


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"))


def without_pairs(shop: Shop) -> None:
    shop.write_rows("tests.fake", ["id,text", "q1,of no product"])


def tuned(shop: Shop) -> list[str]:
    return [line for line in shop.journal() if line.startswith(("trained", "before tune", "before predict"))]


SAID = "tune preferred: prefer learns from preference pairs and there are none: all were refused: no such product (1)"


def test_all_tasks_are_prepared_before_a_model_is_tuned(shop: Shop) -> None:
    shop.set("tasks.again", {"task": "fake_echo", "data": "shop", "split": {"test": 0.4, "validation": 0.2}})
    shop.set("tasks.again.shortest", 100)
    outcome = shop.run()
    assert outcome.code == 2
    assert "every row was filtered out" in outcome.output
    assert not tuned(shop)


def test_a_run_stops_before_tuning_and_names_all_that_is_impossible(shop: Shop) -> None:
    without_pairs(shop)
    outcome = shop.set("candidates.few_shot.few_shot", 1000).run()
    assert outcome.code == 2
    assert SAID in outcome.output
    assert "candidates.few_shot: few_shot is 1000" in outcome.output
    assert not tuned(shop)


def test_data_shows_what_there_is_and_says_it_too(shop: Shop) -> None:
    without_pairs(shop)
    outcome = shop.run("data")
    assert outcome.code == 2
    assert outcome.output.index("what came of it") < outcome.output.index(SAID)


def test_a_plan_says_it_where_the_data_are_prepared(shop: Shop) -> None:
    without_pairs(shop)
    assert shop.run("plan").code == 0
    shop.run("data")
    outcome = shop.run("plan")
    assert outcome.code == 2
    assert SAID in outcome.output


def test_what_would_be_tuned_after_a_choice_counts_as_well(shop: Shop) -> None:
    without_pairs(shop)
    best = {"select": {"of": ["base", "drilled"], "task": "echo", "metric": "overlap"}}
    shop.set("candidates.best", best).set("candidates.preferred.from", "best")
    outcome = shop.run()
    assert SAID in outcome.output
    assert not tuned(shop)


def test_a_choice_needs_validation_examples(shop: Shop) -> None:
    shop.set("tasks.echo.split", {"test": 0.4, "validation": 0.001})
    shop.set("candidates.best", {"select": {"of": ["base", "drilled"], "task": "echo", "metric": "overlap"}})
    outcome = shop.run()
    assert outcome.code == 2
    assert "candidates.best is chosen on validation examples, and echo has none" in outcome.output
    assert not tuned(shop)


class TestEvaluationAlone:
    def test_needs_no_training_part(self, shop: Shop) -> None:
        shop.set("tasks.echo.split", {"test": 1.0})
        for tuned in ("few_shot", "drilled", "preferred"):
            del shop.experiment["candidates"][tuned]
        outcome = shop.run()
        assert outcome.code == 0, outcome.output
        assert shop.comparison()["tasks"][0]["examples"] == 40
        assert {name: part["examples"] for name, part in shop.comparison()["tasks"][0]["data"]["parts"].items()} == {
            "train": 0,
            "validation": 0,
            "test": 40,
        }

    def test_says_so_where_something_is_to_be_tuned_all_the_same(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.split", {"test": 1.0}).run()
        assert outcome.code == 2
        assert "tune drilled: drill learns from examples and there are none: all 40 are held out" in outcome.output
        assert not tuned(shop)
