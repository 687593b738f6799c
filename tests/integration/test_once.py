"""What is finished is not computed again, whoever asks for it and whatever happened to its neighbours."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Prediction
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with two tasks, one answered by writing and one by choosing."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return with_two_tasks(Shop(tmp_path / "shop"))


def with_two_tasks(shop: Shop) -> Shop:
    sort = {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}
    return shop.set("tasks.sort", sort)


def begun(shop: Shop) -> list[str]:
    return [line.removeprefix("before ") for line in shop.journal() if line.startswith("before ")]


def computed(shop: Shop) -> Counter[str]:
    """Count what was computed; not what was looked for."""
    kinds = ("trained", "answered", "scored", "measured", "opened")
    return Counter(line for line in shop.journal() if line.startswith(kinds))


# --- another model ---------------------------------------------------------------------------------------------------


def test_a_model_added_to_a_finished_experiment_of_five_computes_that_model_alone(shop: Shop) -> None:
    models: dict[str, Any] = {f"m{i}": {"model": f"fake-{i}", "skill": 0.3 + i / 10} for i in range(5)}
    shop.set("candidates", models).set("compare.baseline", "m0")
    assert shop.run().code == 0
    first = shop.comparison()
    shop.journal()
    shop.set("candidates.m5", {"model": "fake-5", "skill": 0.9})
    assert shop.run().code == 0
    assert begun(shop) == [
        "predict echo with m5",
        "predict sort with m5",
        *("measure overlap of echo with m5", "measure distinct of echo with m5", "measure overlap of sort with m5"),
    ]
    corrected = {"p_adjusted", "simultaneous_interval", "verdict"}  # for one comparison more

    def figures(comparison: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in result.items() if key not in corrected}
            for result in comparison["results"]
            if result["candidate"] != "m5"
        ]

    assert figures(shop.comparison()) == figures(first)
    assert "m5" in {result["candidate"] for result in shop.comparison()["results"]}


def test_a_name_and_a_path_make_no_model(shop: Shop, tmp_path: Path) -> None:
    """Two adapters of one name, of one base at one path: each has answers of its own."""

    def answers() -> list[Prediction]:
        step = shop.stored("predict", task="echo", candidate="drilled")
        return list(read_jsonl(step.path("predictions.jsonl"), Prediction))

    del shop.experiment["candidates"]["preferred"]
    shop.set("candidates.drilled.tune", {"method": "drill", "rate": 0.1}).run()
    slow = answers()
    shop.set("candidates.drilled.tune.rate", 0.5).run()
    quick = answers()
    assert [p.text for p in quick] != [p.text for p in slow]
    shop.set("candidates.base.skill", 0.1).run()
    of_another_base = answers()
    assert [p.text for p in of_another_base] != [p.text for p in quick]
    shop.journal()
    shop.set("candidates.base.skill", 0.5).run()
    assert (begun(shop), answers()) == ([], quick)
    shop.set("candidates.drilled.tune.rate", 0.1).run()
    assert (begun(shop), answers()) == ([], slow)


# --- damage ----------------------------------------------------------------------------------------------------------

ARTIFACTS: dict[str, tuple[dict[str, str], str]] = {
    "prepare sort": ({"kind": "prepare", "task": "sort"}, "examples.train.jsonl"),
    "tune drilled": ({"kind": "tune", "candidate": "drilled"}, "adapter/weights.json"),
    "predict sort with base": ({"kind": "predict", "task": "sort", "candidate": "base"}, "predictions.jsonl"),
    "measure overlap of echo with base": (
        {"kind": "measure", "task": "echo", "candidate": "base", "metric": "overlap"},
        "rows.npy",
    ),
}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_a_truncated_artifact_is_made_again_and_nothing_else_is(shop: Shop, name: str) -> None:
    shop.run()
    first = shop.comparison()
    shop.journal()
    key, file = ARTIFACTS[name]
    path = shop.stored(**key).path(file)
    content = path.read_bytes()
    os.truncate(path, len(content) // 2)
    outcome = shop.run()
    assert outcome.code == 0
    assert "1 to compute" in outcome.output
    assert begun(shop) == [name]
    assert path.read_bytes() == content
    assert shop.comparison() == first


# --- two runs at once ------------------------------------------------------------------------------------------------


def test_two_runs_at_once_on_one_store_compute_everything_once(shop: Shop, tmp_path: Path) -> None:
    alone = with_two_tasks(Shop(tmp_path / "alone"))
    assert alone.run().code == 0
    with shop.start() as one, shop.start() as two:
        said = [run.communicate()[0] for run in (one, two)]
    assert (one.returncode, two.returncode) == (0, 0), said
    assert computed(shop) == computed(alone)
    assert shop.comparison() == alone.comparison()
    reports = {path.name for path in (shop.folder / "reports/fake").iterdir()}
    assert reports == {path.name for path in (alone.folder / "reports/fake").iterdir()}, "nothing half-written is left"


def test_who_waits_for_another_run_says_so(shop: Shop) -> None:
    shop.fail("batch 2", "pause")
    journal = shop.folder / "journal.txt"
    with shop.start() as one:
        while one.poll() is None and not (journal.exists() and "answered" in journal.read_text("utf-8")):
            time.sleep(0.005)
        with shop.start() as two:
            assert two.stdout is not None
            said = next((line for line in two.stdout if "another run" in line), "")
            shop.heal()
            first, _ = one.communicate()
            rest, _ = two.communicate()
    waited = "predict echo with base: being computed by another run on this store; waiting for it\n"
    assert said == waited
    assert waited not in first, "later on either may wait for the other"
    assert (one.returncode, two.returncode) == (0, 0), rest
    assert computed(shop)["answered 3"] == 8, "for each of four models in each task"
