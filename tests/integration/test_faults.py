"""One byte flipped, anywhere in what earlier runs left: a run computes again or says what to do, and is never wrong."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import Outcome, Shop

FLIPS = 2
"""Bytes that are flipped in each file, one after the other."""


def make_shop(folder: Path) -> Shop:
    """Return a shop that tunes twice, writes and chooses."""
    shop = Shop(folder, products=30)
    of = {"data": "shop", "split": {"test": 0.4, "validation": 0.2}}
    shop.experiment["tasks"] = {"echo": {"task": "fake_echo", **of}, "sort": {"task": "fake_sort", **of}}
    del shop.experiment["candidates"]["few_shot"]
    return shop


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = make_shop(tmp_path_factory.mktemp("undisturbed") / "shop")
    assert shop.run().code == 0
    return shop


def flips(path: Path, seed: str) -> Iterator[str]:
    """Flip one bit of a file, again and again; yields what was done.

    The last byte is left: without the newline that ends it, a line looks like one that the kill tore.
    """
    content = path.read_bytes()
    chance = random.Random(seed)
    for place in chance.sample(range(len(content) - 1), min(FLIPS, len(content) - 1)):
        bit = chance.randrange(8)
        path.write_bytes(content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :])
        yield f"{path.name}: bit {bit} of byte {place} of {len(content)}"
        path.write_bytes(content)


def run_to_the_end(shop: Shop) -> Outcome:
    """Run, and where that stops with what is to be done, again."""
    outcome = shop.run()
    if outcome.code == 3 and "run the experiment again" in outcome.output:
        outcome = shop.run()
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize("point", ["step 3", "batch 2", "choices 2", "rows"])
def test_in_what_a_killed_run_left(tmp_path: Path, undisturbed: Shop, point: str) -> None:
    killed = make_shop(tmp_path / "killed")
    killed.fail(point, "kill")
    assert killed.spawn().code < 0
    killed.heal()
    left = [path.relative_to(killed.folder) for path in (killed.store.root / "work").rglob("*") if path.is_file()]
    assert left or point == "rows"
    for name in left:
        for number, flip in enumerate(flips(killed.folder / name, f"{point} {name.name}")):
            copy = make_shop(tmp_path / f"{name.name} {number}")
            shutil.rmtree(copy.folder)
            shutil.copytree(killed.folder, copy.folder)
            outcome = run_to_the_end(copy)
            assert outcome.code == 0, f"{flip}: {outcome.output}"
            assert copy.comparison() == undisturbed.comparison(), flip
            if name.parent.name == "state":
                assert "damaged" in outcome.output, flip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["read", "prepare", "tune", "predict", "measure"])
def test_in_a_finished_step(tmp_path: Path, undisturbed: Shop, kind: str) -> None:
    shop = make_shop(tmp_path / "shop")
    shutil.copytree(undisturbed.folder, shop.folder, dirs_exist_ok=True)
    whole = shop.comparison()
    step = next(step for step in shop.plan().steps if step.kind == kind)
    files = [path for path in shop.store.folder(step.fingerprint).rglob("*") if path.is_file()]
    assert {"manifest.json"} < {path.name for path in files}
    for path in files:
        for flip in flips(path, path.name):
            outcome = run_to_the_end(shop)
            assert outcome.code == 0, f"{flip}: {outcome.output}"
            assert f"{step.name}: its result in the store is damaged, and is computed again" in outcome.output, flip
            assert shop.comparison() == whole, flip


def test_in_the_costs_of_a_finished_step(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    assert shop.run().code == 0
    step = shop.step("predict", task="echo", candidate="base")
    manifest = shop.store.folder(step.fingerprint) / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"tokens_in": 1', '"tokens_in": 9', 1).replace('"name"', '"nbme"', 1), "utf-8")
    outcome = shop.run()
    assert f"{step.name}: its result in the store is damaged, and is computed again" in outcome.output
    assert outcome.code == 0


@pytest.mark.slow
def test_in_the_history_and_the_reports(tmp_path: Path, undisturbed: Shop) -> None:
    shop = make_shop(tmp_path / "shop")
    shutil.copytree(undisturbed.folder, shop.folder, dirs_exist_ok=True)
    whole = shop.comparison()
    (kept,) = (shop.store.root / "runs").iterdir()
    reports = shop.folder / "reports" / "fake"
    for path in (*kept.iterdir(), *reports.iterdir()):
        for flip in flips(path, path.name):
            outcome = shop.run()
            assert outcome.code == 0, f"{flip}: {outcome.output}"
            assert shop.comparison() == whole, flip
