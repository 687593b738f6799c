"""What a metric makes of samples, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from shoptune.data import Example, Prediction
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop


def of(shop: Shop, part: str) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


def predictions(shop: Shop, candidate: str) -> list[Prediction]:
    step = shop.stored("predict", task="echo", candidate=candidate)
    return list(read_jsonl(step.path("predictions.jsonl"), Prediction))


class TestMeasure:
    def test_rows_of_an_additive_metric(self, shop: Shop) -> None:
        shop.run()
        rows = np.load(shop.stored("measure", task="echo", candidate="base", metric="overlap").path("rows.npy"))
        expected = [
            [len(set(p.text.split()) & set(e.references[0].split())), len(set(e.references[0].split()))]
            for e, p in zip(of(shop, "test"), predictions(shop, "base"), strict=True)
        ]
        assert rows.dtype == np.float64
        assert rows.tolist() == expected

    def test_value_of_another(self, shop: Shop) -> None:
        shop.run()
        values = shop.stored("measure", task="echo", candidate="base", metric="distinct").json("values.json")
        words = [w for p in predictions(shop, "base") for w in p.text.split()]
        assert values == {"own": len(set(words)) / len(words)}
        of_silence = shop.stored("measure", task="echo", candidate="silence", metric="distinct").json("values.json")
        assert of_silence == {"own": None}

    def test_an_answer_that_does_not_parse_is_invalid(self, shop: Shop) -> None:
        shop.run()
        results = {
            r["candidate"]: r for r in shop.comparison()["results"] if r["metric"] == "overlap" and not r["slice"]
        }
        assert results["silence"]["invalid"] == results["silence"]["n"] == len(of(shop, "test"))
        assert results["silence"]["value"] == 0
        assert results["drilled"]["invalid"] == 0

    def test_a_parse_that_raises_makes_its_answer_invalid(self, shop: Shop) -> None:
        shop.fail("parse")
        assert shop.run().code == 0
        assert all(r["invalid"] == r["n"] for r in shop.comparison()["results"] if not r["slice"])
        samples = (shop.folder / "reports/fake/samples.jsonl").read_text("utf-8").splitlines()
        answer = json.loads(samples[0])["answers"]["base"]
        assert answer["invalid"] == "the task's parse raised ValueError: parse was asked to raise"
        assert answer["text"]

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("np.zeros(3)", "rows have shape (3,); needed is [11, k], one row for each sample"),
            ("np.zeros((3, 2))", "rows have shape (3, 2); needed is [11, k]"),
            (
                "np.full((11, 2), np.nan)",
                "[nan, nan]; rows must be finite. A sample that the metric does not apply to is a row of zeros",
            ),
            ("[[1, 2], [3]] * 11", "rows are no array of numbers"),
        ],
    )
    def test_rows_that_are_none_are_refused(self, shop: Shop, rows: str, said: str) -> None:
        shop.plugin_source("return np.array(rows, dtype=np.float64)", f"return {rows}")
        outcome = shop.run()
        assert outcome.code == 3
        assert said in outcome.output
        assert "overlap" in outcome.output
