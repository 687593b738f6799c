"""What decides an answer decides the name that it is kept under: whole plans with the real backend and a tiny model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoptune.experiment.load import load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.testing import tiny_model
from tests.fakes import Shop

EXPERIMENT: dict[str, Any] = {
    "name": "tiny",
    "data": {"shop": {"products": "products.csv"}},
    "tasks": {"description": {"task": "product_description", "data": "shop", "split": {"test": 0.4}}},
    "candidates": {
        "base": {"model": "./model", "dtype": "float32"},
        "sft": {"from": "base", "tune": {"method": "sft"}},
    },
    "compare": {"baseline": "base"},
}
OF_A_MODEL = {"tune sft", "predict description with base", "predict description with sft"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "model").folder


@pytest.fixture
def folder(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An invented shop beside a copy of the tiny model."""
    monkeypatch.setenv("SHOPTUNE_CACHE", str(tmp_path / "cache"))
    shutil.copytree(model, tmp_path / "model")
    rows = "".join(f'p{i},Vase {i},"A red vase for shelf {i}, made to stay there."\n' for i in range(20))
    (tmp_path / "products.csv").write_text("id,name,description\n" + rows, "utf-8")
    return tmp_path


def fingerprints(folder: Path, **of_base: Any) -> dict[str, str]:
    """Return those of the steps that a model answers or is tuned in."""
    experiment = {**EXPERIMENT, "candidates": {**EXPERIMENT["candidates"]}}
    experiment["candidates"]["base"] = {**EXPERIMENT["candidates"]["base"], **of_base}
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")
    return {s.name: s.fingerprint for s in make_plan(load_experiment(path)).steps if s.kind in ("tune", "predict")}


def differ(one: dict[str, str], other: dict[str, str]) -> set[str]:
    assert one.keys() == other.keys() == OF_A_MODEL
    return {name for name in one if one[name] != other[name]}


def flip(place: float) -> Callable[[Path], None]:
    """Change one bit of the weights."""

    def change(model: Path) -> None:
        path = model / "model.safetensors"
        content = bytearray(path.read_bytes())
        content[round(place * (len(content) - 1))] ^= 1
        path.write_bytes(content)

    return change


def another_template(model: Path) -> None:
    path = model / "tokenizer_config.json"
    settings = json.loads(path.read_text("utf-8"))
    settings["chat_template"] += " "
    path.write_text(json.dumps(settings), "utf-8")


def another_tokenizer(model: Path) -> None:
    path = model / "tokenizer.json"
    tokenizer = json.loads(path.read_text("utf-8"))
    merges = tokenizer["model"]["merges"]
    merges[0], merges[1] = merges[1], merges[0]
    path.write_text(json.dumps(tokenizer), "utf-8")


@pytest.mark.parametrize(
    "change", [flip(0.1), flip(0.5), flip(1), another_template, another_tokenizer], ids=lambda c: c.__qualname__
)
def test_content_of_the_models_folder_decides_its_steps(folder: Path, change: Callable[[Path], None]) -> None:
    before = fingerprints(folder)
    change(folder / "model")
    assert differ(fingerprints(folder), before) == OF_A_MODEL


def test_settings_that_decide_answers_decide(folder: Path) -> None:
    (folder / "chat.jinja").write_text("{{ messages[-1].content }}", "utf-8")
    different: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"chat_template": "none"},
        {"chat_template": "chat.jinja"},
    ]
    found = [fingerprints(folder, **settings) for settings in different]
    for name in OF_A_MODEL:
        assert len({one[name] for one in found}) == len(different)


def test_what_decides_nothing_changes_nothing(folder: Path) -> None:
    before = fingerprints(folder)
    assert differ(fingerprints(folder, batch_tokens=100), before) == set()
    (folder / "model").rename(folder / "elsewhere")
    assert differ(fingerprints(folder, model="./elsewhere"), before) == set()


def test_a_step_of_an_adapter_is_named_by_all_that_made_the_adapter(folder: Path) -> None:
    """Both adapters would be called sft and lie at one path below their step."""
    base = {"predict description with base"}
    before = fingerprints(folder)
    with (folder / "products.csv").open("a", encoding="utf-8") as file:
        file.write('new,A lamp,"A lamp that was not there before."\n')
    assert differ(fingerprints(folder), before) == OF_A_MODEL
    EXPERIMENT["candidates"]["sft"]["tune"]["epochs"] = 7
    try:
        assert differ(fingerprints(folder), before) - base == OF_A_MODEL - base
    finally:
        del EXPERIMENT["candidates"]["sft"]["tune"]["epochs"]


def test_results_from_the_store_are_those_of_a_fresh_one(tmp_path: Path) -> None:
    cached, fresh = Shop(tmp_path / "cached"), Shop(tmp_path / "fresh")
    cached.run()
    cached.set("candidates.drilled.tune.rate", 0.2).run()
    cached.set("candidates.drilled.tune.rate", 0.4).set("tasks.echo.metrics", ["overlap"]).run()
    fresh.set("candidates.drilled.tune.rate", 0.4).set("tasks.echo.metrics", ["overlap"]).run()
    assert cached.comparison() == fresh.comparison()
    for step in fresh.plan().steps:
        ours, theirs = (shop.store.read(step.fingerprint).manifest["files"] for shop in (cached, fresh))
        assert ours == theirs, f"{step.name}: the same files, byte by byte"
