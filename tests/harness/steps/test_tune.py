"""What a tuning step starts from, sees and leaves, and what a kill leaves to the next run."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from shoptune.data import Example
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop


def of(shop: Shop, part: str) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


class TestTune:
    def test_starts_from_its_parent(self, shop: Shop) -> None:
        shop.run()
        weights = [
            json.loads((shop.stored("tune", candidate=c).path("adapter") / "weights.json").read_text("utf-8"))["skill"]
            for c in ("drilled", "preferred")
        ]
        assert weights == [1 - 0.5 * 0.5**4, 1 - 0.5 * 0.5**7]

    def test_sees_training_data_alone(self, shop: Shop) -> None:
        shop.run()
        training = shop.stored("tune", candidate="drilled").json("training.json")
        assert training["data"]["used"] == len(of(shop, "train"))
        assert [point["step"] for point in training["loss"]] == [1, 2, 3, 4]

    def test_killed_and_run_again_it_goes_on(self, shop: Shop, tmp_path: Path) -> None:
        shop.fail("step 3", "kill")
        assert shop.spawn().code == -signal.SIGKILL
        assert [line for line in shop.journal() if line.startswith("trained")] == ["trained step 1", "trained step 2"]
        shop.heal()
        outcome = shop.run()
        assert outcome.code == 0
        assert "tune drilled (resuming)" in outcome.output
        assert [line for line in shop.journal() if line.startswith("trained")][:2] == [
            "trained step 3",
            "trained step 4",
        ]
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        assert shop.comparison() == undisturbed.comparison()

    def test_without_pairs_it_says_why(self, shop: Shop) -> None:
        shop.write_rows("tests.fake", ["id,text", "q1,of no product"])
        outcome = shop.run()
        assert outcome.code == 2
        assert not any(line.startswith("trained") for line in shop.journal())
        assert "prefer learns from preference pairs and there are none: all were refused: no such product (1)" in (
            outcome.output
        )

    def test_without_a_table_of_tests_it_says_so(self, shop: Shop) -> None:
        del shop.experiment["data"]["shop"]["tests"]
        assert "there are none: the data has no table of A/B tests (`tests`)" in shop.run().output

    def test_a_method_that_leaves_no_model_is_told(self, shop: Shop) -> None:
        shop.plugin_source('job.output / "adapter"', 'job.output / "adaptor"')
        outcome = shop.run()
        assert outcome.code == 3
        assert "tune drilled: the method 'drill' left neither `adapter/` nor `model/`" in outcome.output

    def test_a_whole_model_replaces_its_base_and_carries_its_childs_adapter(self, shop: Shop) -> None:
        shop.plugin_source('job.output / "adapter"', 'job.output / ("adapter" if job.options.steps == 3 else "model")')
        shop.plugin_source('"adapter": files.adapter is not None', '"places": [str(files.folder), str(files.adapter)]')
        assert shop.run().code == 0
        model = str(shop.stored("tune", candidate="drilled").path("model"))
        adapter = str(shop.stored("tune", candidate="preferred").path("adapter"))
        for candidate, places in (("drilled", [model, "None"]), ("preferred", [model, adapter])):
            info = shop.stored("predict", task="echo", candidate=candidate).json("info.json")
            assert info["places"] == places
