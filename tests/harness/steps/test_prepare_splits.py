"""What prepare writes: parts that share no product, pairs, the data report, and what it refuses."""

from __future__ import annotations

import json

from shoptune.data import Example
from shoptune.data_report import DataReport, Drops
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop

PARTS = ("train", "validation", "test")


def of(shop: Shop, part: str) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


class TestPrepare:
    def test_no_group_stands_on_two_sides(self, shop: Shop) -> None:
        rows = [f"v{i},text {i} of an invented variant,g{i // 3}" for i in range(60)]
        shop.write_rows("products.fake", ["id,text,group", *rows])
        del shop.experiment["data"]["shop"]["tests"], shop.experiment["candidates"]["preferred"]
        shop.run()
        groups = {part: {e.group for e in of(shop, part)} for part in PARTS}
        assert len(set.union(*groups.values())) == sum(map(len, groups.values())) == 20
        assert sum(len(of(shop, part)) for part in PARTS) == 60

    def test_pairs_go_where_their_products_examples_go(self, shop: Shop) -> None:
        shop.run()
        prepared = shop.stored("prepare", task="echo")
        for part in PARTS:
            groups = {e.group for e in of(shop, part)}
            lines = prepared.path(f"pairs.{part}.jsonl").read_text("utf-8").splitlines()
            assert {json.loads(line)["group"] for line in lines} <= groups
        assert sum(part["rows"]["pairs"] for part in prepared.json("data.json")["parts"].values()) == 20

    def test_the_data_report(self, shop: Shop) -> None:
        shop.set("tasks.echo.shortest", 5)
        with (shop.folder / "products.fake").open("a", encoding="utf-8") as file:
            file.write("q1,,tables\nq2,too short,tables\n")
        with (shop.folder / "tests.fake").open("a", encoding="utf-8") as file:
            file.write("q2,of which there is no example\n")
        shop.run()
        report = DataReport.model_validate(shop.stored("prepare", task="echo").json("data.json"))
        products = report.tables["products"]
        assert (products.files, products.records, products.groups) == (["products.fake"], 41, 41)
        assert products.dropped == {"no text": Drops(count=1, first=["products.fake:42"])}
        assert {field.name: field.filled for field in products.fields} == {"id": 41, "text": 41, "category": 41}
        assert report.examples_dropped == {"too short": Drops(count=1, first=["products.fake:43: 2 words"])}
        assert report.rows_refused["pairs"] == {"no such product": Drops(count=1, first=["tests.fake:22"])}
        assert report.rows_kept["pairs"] == {"unknown": 20}
        assert sum(part.examples for part in report.parts.values()) == 40
        assert sum(part.groups for part in report.parts.values()) == 40
        assert report.split_by == "product"
        assert report.weights is None

    def test_two_examples_of_one_id_are_refused(self, shop: Shop) -> None:
        shop.fail("examples", "twice")
        outcome = shop.run()
        assert outcome.code == 2
        assert (
            "products.fake:2: the id 'p0' stands also at products.fake:2; ids of examples are unique" in outcome.output
        )

    def test_every_example_filtered_out(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.shortest", 100).run()
        assert outcome.code == 2
        assert (
            "products.fake, tests.fake: every row was filtered out. too short (40, first: products.fake:2: 8 words)"
            in (outcome.output)
        )

    def test_every_record_filtered_out(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text", "p1,", "p2,"])
        outcome = shop.run()
        assert outcome.code == 2
        assert "products.fake: every row was filtered out. no text (2, first: products.fake:2)" in outcome.output

    def test_a_file_without_rows(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text"])
        outcome = shop.run()
        assert outcome.code == 2
        assert "products.fake: no records in it" in outcome.output

    def test_one_product_only(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text,group", "p1,one,g", "p2,another,g"])
        shop.write_rows("tests.fake", ["id,text", "p1,x"])
        outcome = shop.run()
        assert outcome.code == 2
        assert (
            "1 product (groups that can't be split) leave none for test at a share of 40\N{NO-BREAK SPACE}%"
            in outcome.output
        )
        assert "more are needed, or another `split`" in outcome.output

    def test_no_validation_examples_where_they_are_scored(self, shop: Shop) -> None:
        shop.set("tasks.echo.split", {"test": 0.4, "validation": 0}).set("tasks.echo.score_on", "validation")
        outcome = shop.run()
        assert outcome.code == 2
        assert "there are no validation examples; give that part of `split` a share" in outcome.output
