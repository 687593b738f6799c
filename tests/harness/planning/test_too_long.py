"""What is too long for a model or a method is named before anything is tuned, with its rows."""

import pytest

from tests.fakes import Shop

LONG = "very " * 30 + "long"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A prompt has 9 words and its answer 8; every fourth has 32 and 31."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    header, *rows = (shop.folder / "products.fake").read_text("utf-8").splitlines()
    texts = [f"p{i},number{i} {LONG},scarves" if i % 4 == 0 else row for i, row in enumerate(rows)]
    shop.write_rows("products.fake", [header, *texts])
    del shop.experiment["candidates"]["preferred"]
    return shop.set("tasks.echo.generate", {"max_new_tokens": 20})


def tuned(shop: Shop) -> list[str]:
    return [line for line in shop.journal() if line.startswith(("trained", "before tune"))]


class TestPrompts:
    def test_a_candidate_that_cant_be_asked_is_left_out_before_anything_is_tuned(self, shop: Shop) -> None:
        shop.set("candidates.roomy", {"model": "fake-model", "context": 500})
        shop.set("candidates.narrow", {"model": "fake-model", "context": 52})
        shop.set("candidates.practised", {"from": "narrow", "tune": {"method": "drill"}})
        outcome = shop.run()
        assert outcome.code == 3, outcome.output
        assert "prompts of echo do not fit into the context of narrow, 52 tokens, with an answer of up to 20" in (
            outcome.output
        )
        assert "(33 tokens)" in outcome.output
        assert "products.fake:" in outcome.output
        assert "the comparison is made without narrow and practised" in outcome.output
        assert [name["name"] for name in shop.comparison()["failed"]] == ["narrow", "practised"]
        assert "before tune practised" not in tuned(shop)

    def test_a_baseline_that_cant_be_asked_ends_the_run_before_anything_is_tuned(self, shop: Shop) -> None:
        outcome = shop.set("candidates.base.context", 52).run()
        assert outcome.code == 3
        assert "do not fit into the context of base" in outcome.output
        assert not tuned(shop)

    def test_examples_in_the_prompt_count(self, shop: Shop) -> None:
        shop.set("candidates.few_shot.few_shot", 10).set("candidates.base.context", 150)
        outcome = shop.run()
        assert "do not fit into the context of few_shot, 150 tokens" in outcome.output
        assert "context of base" not in outcome.output

    def test_what_just_fits_is_asked(self, shop: Shop) -> None:
        del shop.experiment["candidates"]["few_shot"]
        outcome = shop.set("candidates.base.context", 53).run()
        assert outcome.code == 0, outcome.output
        assert "do not fit" not in outcome.output


class TestTrainingRows:
    def test_rows_that_will_be_cut_are_named(self, shop: Shop) -> None:
        outcome = shop.set("candidates.drilled.tune.max_length", 40).run()
        assert outcome.code == 0, outcome.output
        said = "tune drilled learns at most 40 tokens of a row:"
        assert said in outcome.output
        assert "examples are longer than that with their answers, and cut at the end: products.fake:" in outcome.output
        assert "(65 tokens)" in outcome.output
        assert outcome.output.index(said) < outcome.output.index("tune drilled ...")

    def test_rows_whose_prompt_leaves_no_room_are_not_learnt_from(self, shop: Shop) -> None:
        outcome = shop.set("candidates.drilled.tune.max_length", 33).run()
        assert "have prompts that leave no room for an answer, and are not learnt from: products.fake:" in (
            outcome.output
        )
        assert "cut at the end" not in outcome.output

    def test_both_answers_of_a_pair_count(self, shop: Shop) -> None:
        shop.set("candidates.preferred", {"from": "base", "tune": {"method": "prefer", "max_length": 12}})
        outcome = shop.run()
        assert "tune preferred learns at most 12 tokens of a row" in outcome.output
        assert "preference pairs are longer" in outcome.output


class TestCommands:
    def test_a_plan_and_the_data_say_it_where_rows_are_prepared(self, shop: Shop) -> None:
        shop.set("candidates.drilled.tune.max_length", 40).set("candidates.base.context", 52)
        assert "warning" not in shop.run("plan").output
        for command in ("data", "plan"):
            outcome = shop.run(command)
            assert outcome.code == 0
            assert "tune drilled learns at most 40 tokens of a row" in outcome.output
            assert "do not fit into the context of base" in outcome.output

    def test_what_the_store_has_is_not_measured_again(self, shop: Shop) -> None:
        shop.set("candidates.drilled.tune.max_length", 40)
        shop.run()
        assert "warning" not in shop.run().output
        assert "warning" not in shop.run("plan").output
