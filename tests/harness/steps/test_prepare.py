"""What prepare does with a shop whose products repeat one another, arrive later, or are held out by a file."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from shoptune.data import Example
from shoptune.data_report import DataReport
from shoptune.dataset.splits import SPLITS, Split, split_by_key
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import WORDS, Shop

ADJECTIVES = [f"{word}{ending}" for word in WORDS for ending in ("", "ish", "er", "ly")]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of 100 products, each with a text of its own; nothing is tuned."""
    shop = Shop(tmp_path / "shop")
    shop.write_rows("products.fake", ["id,text,category,date", *rows(range(100))])
    del shop.experiment["data"]["shop"]["tests"]
    shop.experiment["candidates"] = {name: {"baseline": name} for name in ("silence", "echo")}
    shop.experiment["compare"]["baseline"] = "silence"
    return shop


def text_of(number: int) -> str:
    return " ".join(random.Random(number).choices(ADJECTIVES, k=20))


def rows(numbers: range) -> list[str]:
    return [
        f"p{i},{text_of(i)},{['scarves', 'tables', 'lamps', 'rugs'][i % 4]},2026-{1 + i // 10:02}-01" for i in numbers
    ]


def add(shop: Shop, *lines: str) -> None:
    with (shop.folder / "products.fake").open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def examples(shop: Shop) -> dict[str, list[Example]]:
    prepared = shop.stored("prepare", task="echo")
    return {part: list(read_jsonl(prepared.path(f"examples.{part}.jsonl"), Example)) for part in SPLITS}


def parts(shop: Shop) -> Mapping[str, str]:
    return {e.id: part for part, found in examples(shop).items() for e in found}


def report(shop: Shop) -> DataReport:
    return DataReport.model_validate(shop.stored("prepare", task="echo").json("data.json"))


def prepared(shop: Shop) -> Mapping[str, str]:
    outcome = shop.run("data")
    assert outcome.code == 0, outcome.output
    return parts(shop)


class TestSplit:
    def test_stays_put_when_products_arrive(self, shop: Shop) -> None:
        before = prepared(shop)
        add(shop, *rows(range(100, 110)))
        after = prepared(shop)
        assert len(after) == 110
        assert {name: after[name] for name in before} == before

    def test_and_when_they_arrive_in_another_order(self, shop: Shop) -> None:
        before = prepared(shop)
        shop.write_rows("products.fake", ["id,text,category,date", *reversed(rows(range(100)))])
        assert prepared(shop) == before

    def test_by_product_whatever_slice_a_task_calls_so(self, shop: Shop) -> None:
        before = prepared(shop)
        lines = [f"{line},{'one' if number % 2 else 'other'}" for number, line in enumerate(rows(range(100)))]
        shop.write_rows("products.fake", ["id,text,category,date,product", *lines])
        assert prepared(shop) == before

    def test_by_category_keeps_each_on_one_side(self, shop: Shop) -> None:
        shop.set("tasks.echo.split", {"by": "category", "test": 0.5, "validation": 0.1})
        shop.set("seed", 3)
        found = prepared(shop)
        sides = {kind: {found[f"p{i}"] for i in range(100) if i % 4 == k} for k, kind in enumerate("stlr")}
        assert all(len(side) == 1 for side in sides.values())
        assert report(shop).split_by == "category"

    def test_by_time_holds_out_the_newest(self, shop: Shop) -> None:
        shop.set("tasks.echo.split", {"by": "time", "test_from": "2026-09-01", "validation_from": "2026-08-01"})
        found = prepared(shop)
        assert {name for name, part in found.items() if part == "test"} == {f"p{i}" for i in range(80, 100)}
        assert {name for name, part in found.items() if part == "validation"} == {f"p{i}" for i in range(70, 80)}

    def test_by_time_needs_dates(self, shop: Shop) -> None:
        add(shop, "p200,text without a date,rugs,")
        outcome = shop.set("tasks.echo.split", {"by": "time", "test_from": "2026-09-01"}).run("data")
        assert outcome.code == 2
        assert "products.fake:102: a split by time needs a date" in outcome.output

    def test_by_a_slice_that_nobody_has(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.split", {"by": "categroy"}).run("data")
        assert outcome.code == 2
        assert "no example has a slice 'categroy'. Did you mean 'category'?" in outcome.output


class TestNearDuplicates:
    @pytest.fixture
    def planted(self, shop: Shop) -> Shop:
        """A near-duplicate and a copy of test products, under ids that are trained on."""
        before = prepared(shop)
        test = [name for name, part in before.items() if part == "test"]
        near = text_of(int(test[0][1:])).split()
        near[-1] = "new"
        split = Split.model_validate(shop.experiment["tasks"]["echo"]["split"])
        one, other, *_ = (f"p{i}" for i in range(200, 300) if split_by_key(f"p{i}", split, 7) == "train")
        add(shop, f"{one},{' '.join(near)},rugs,")
        add(shop, f"{other},{text_of(int(test[1][1:]))},rugs,")
        return shop

    def test_are_left_out_of_training(self, planted: Shop) -> None:
        found = prepared(planted)
        assert len(found) == 100
        leakage = report(planted).leakage
        assert (leakage.action, leakage.by_id, leakage.exact, leakage.near) == ("leave_out", 0, 1, 1)
        assert leakage.first[0].startswith("products.fake:102 (train) ~ products.fake:")
        assert leakage.first[0].endswith(" (held out)")

    def test_fail_the_run_when_told_to(self, planted: Shop) -> None:
        outcome = planted.set("tasks.echo.split.leakage", "fail").run()
        assert outcome.code == 2
        assert "training data stands in the held-out part as well: 1 word for word, 1 nearly so" in outcome.output
        assert "products.fake:102 (train) ~ products.fake:" in outcome.output

    def test_pass_where_there_are_none(self, shop: Shop) -> None:
        assert shop.set("tasks.echo.split.leakage", "fail").run().code == 0

    def test_may_be_kept_and_are_reported(self, planted: Shop) -> None:
        assert len(prepared(planted.set("tasks.echo.split.leakage", "keep"))) == 102
        assert report(planted).leakage.near == 1

    def test_are_one_group_when_resampled(self, planted: Shop) -> None:
        prepared(planted.set("tasks.echo.split.leakage", "keep"))
        groups = [e.group for found in examples(planted).values() for e in found]
        assert len(groups) - len(set(groups)) == 2
        assert report(planted).duplicates.exact == 2
        assert report(planted).duplicates.near == 2


class TestHeldOutByAFile:
    @pytest.fixture
    def published(self, shop: Shop) -> Shop:
        shop.write_rows("heldout.fake", ["id,text,category,date", *rows(range(300, 320))])
        shop.set("data.heldout", {"products": "heldout.fake"})
        shop.set("tasks.echo.test_data", "heldout").set("tasks.echo.split", {"validation": 0.2})
        return shop

    def test_is_the_whole_test_part(self, published: Shop) -> None:
        found = prepared(published)
        assert {name for name, part in found.items() if part == "test"} == {f"p{i}" for i in range(300, 320)}
        assert len(found) == 120
        assert list(report(published).tables) == ["products", "test: products"]

    def test_a_product_in_both_leaks_by_id(self, published: Shop) -> None:
        add(published, "p301,another text of it,rugs,")
        found = prepared(published)
        assert len(found) == 120
        assert found["p301"] == "test"
        assert report(published).leakage.by_id == 1

    def test_with_a_share_is_refused(self, published: Shop) -> None:
        outcome = published.set("tasks.echo.split", {"test": 0.2}).run("data")
        assert outcome.code == 2
        assert "`test_data` gives the whole test part" in outcome.output

    def test_tasks_that_would_train_on_what_another_holds_out(self, shop: Shop) -> None:
        shop.set("tasks.second", {"task": "fake_echo", "data": "shop", "split": {"test": 0.1}})
        outcome = shop.run("data")
        assert outcome.code == 2
        assert "what one holds out the other would train on" in outcome.output


class TestPatterns:
    def test_files_of_a_pattern_are_one_table(self, shop: Shop) -> None:
        shop.write_rows("more_1.fake", ["id,text,category,date", *rows(range(50))])
        shop.write_rows("more_2.fake", ["id,text,category,date", *rows(range(50, 80))])
        prepared(shop.set("data.shop.products", "more_*.fake"))
        table = report(shop).tables["products"]
        assert (table.files, table.records) == (["more_1.fake", "more_2.fake"], 80)

    def test_that_match_nothing(self, shop: Shop) -> None:
        outcome = shop.set("data.shop.products", "nothing_*.fake").run("data")
        assert outcome.code == 2
        assert "data.shop.products.path: no file matches nothing_*.fake" in outcome.output

    @pytest.mark.parametrize("path", ["../products.fake", "../*.fake", "a/../../products.fake"])
    def test_that_leave_the_folder(self, shop: Shop, path: str) -> None:
        outcome = shop.set("data.shop.products", path).run("data")
        assert outcome.code == 2
        assert f"{path} leaves the experiment's folder" in outcome.output


class TestCanaries:
    @pytest.fixture
    def planted(self, shop: Shop) -> Shop:
        return shop.set("tasks.echo.canaries", 3).set("tasks.echo.metrics", ["overlap", "memorised_canaries"])

    def test_stand_in_training_texts_alone(self, planted: Shop) -> None:
        prepared(planted)
        found = {part: [e for e in some if e.canary] for part, some in examples(planted).items()}
        assert [len(some) for some in found.values()] == [3, 0, 0]
        assert all(e.canary in e.references[0] for e in found["train"])
        assert report(planted).canaries == 3

    def test_what_comes_out_is_measured(self, planted: Shop) -> None:
        assert planted.run().code == 0
        values = {
            result["candidate"]: result["value"]
            for result in planted.comparison()["results"]
            if result["metric"] == "memorised_canaries" and result["slice"] is None
        }
        assert values == {"silence": 0.0, "echo": 1.0}, "the baseline echo repeats the text to learn"

    def test_are_no_part_of_what_is_scored(self, planted: Shop) -> None:
        planted.run()
        step = planted.stored("predict", task="echo", candidate="echo")
        asked = [json.loads(line)["example_id"] for line in step.path("predictions.jsonl").read_text().splitlines()]
        test = [e.id for e in examples(planted)["test"]]
        assert asked[: len(test)] == test
        assert len(asked) == len(test) + 3
        (overlap, *_) = [r for r in planted.comparison()["results"] if r["metric"] == "overlap"]
        assert overlap["n"] == len(test)

    def test_more_than_there_are_texts(self, planted: Shop) -> None:
        outcome = planted.set("tasks.echo.canaries", 90).run("data")
        assert outcome.code == 2
        assert "canaries is 90, and only" in outcome.output


class TestExport:
    def test_writes_what_is_trained_on(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.canaries", 3).run("data", "--export", "fake_texts")
        assert outcome.code == 0
        folder = shop.folder / "reports" / "fake" / "export" / "fake_texts"
        assert sorted(p.name for p in folder.iterdir()) == [f"echo.{part}.jsonl" for part in sorted(SPLITS)]
        written = [json.loads(line)["text"] for line in (folder / "echo.train.jsonl").read_text().splitlines()]
        assert written == [e.references[0] for e in examples(shop)["train"] if not e.canary]

    def test_in_a_form_that_nobody_knows(self, shop: Shop) -> None:
        outcome = shop.run("data", "--export", "fake_text")
        assert outcome.code == 2
        assert "there is no export format 'fake_text'. Did you mean 'fake_texts'?" in outcome.output


class TestRepeatedAnswers:
    """A help desk's: 100 questions, 4 answers."""

    def lines(self, answers: int) -> list[str]:
        return [f"p{i},{text_of(i % answers)},rugs,2026-01-01" for i in range(100)]

    def test_a_run_stops_where_most_of_the_training_part_would_go(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text,category,date", *self.lines(4)])
        outcome = shop.run("data")
        assert outcome.code == 2
        assert "training examples would be left out" in outcome.output
        assert "split: {leakage: keep}" in outcome.output

    def test_and_goes_on_where_the_file_says_that_they_are_kept(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text,category,date", *self.lines(4)])
        shop.set("tasks.echo.split", {"leakage": "keep"})
        assert len(prepared(shop)) == 100

    def test_a_few_are_left_out_as_ever(self, shop: Shop) -> None:
        shop.write_rows(
            "products.fake",
            ["id,text,category,date", *rows(range(100)), *(f"q{i},{text_of(i)},rugs,2026-01-01" for i in range(20))],
        )
        assert 100 < len(prepared(shop)) < 120
