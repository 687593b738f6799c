"""Files that never end, lead to themselves, stand for billions of values, or are nested without end: exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes import Shop, shoptune


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def billion(lines: int = 12) -> str:
    """Ten aliases a line, each of which stands for the line before."""
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, lines):
        text += f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n"
    return text


def merged(lines: int = 30) -> str:
    """Mappings that merge the one before twice."""
    text = "m0: &m0 {a: 1}\n"
    for n in range(1, lines):
        text += f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: 1}}\n"
    return text


YAML = {
    "billion laughs": (billion(), "stands for more than 100,000 values; use fewer aliases"),
    "merge keys": (merged(), "stands for more than 100,000 values; use fewer aliases"),
    "an alias within itself": ("name: &a [*a]\n", "stands for more than 100,000 values"),
    "lists within lists": ("name: " + "[" * 5_000, "too many brackets, lists or mappings within one another"),
    "very long": ("# " + "x" * 2**20 + "\nname: fake\n", "is longer than 1 MiB"),
    "a circle of candidates": (
        "name: x\ndata: {}\ntasks: {a: {task: b, data: c}}\ncompare: {baseline: c0}\ncandidates:\n"
        + "".join(f"  c{n}: {{from: c{(n + 1) % 1000}, few_shot: 1}}\n" for n in range(1000)),
        "goes in a circle",
    ),
}


@pytest.mark.parametrize(("text", "said"), YAML.values(), ids=YAML.keys())
def test_experiment_files(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "experiment.yaml").write_text(text, "utf-8")
    outcome = shoptune("plan", str(tmp_path / "experiment.yaml"))
    assert outcome.code == 2
    assert said in outcome.output


def test_aliases_that_stand_for_little_are_fine(shop: Shop) -> None:
    text = shop.path.read_text("utf-8")
    (shop.folder / "aliased.yaml").write_text(text.replace("split:", "split: &split", 1), "utf-8")
    assert shoptune("plan", str(shop.folder / "aliased.yaml")).code == 0


def test_resamples_have_a_limit(shop: Shop) -> None:
    outcome = shop.set("compare.resamples", 10**9).run()
    assert outcome.code == 2
    assert "compare.resamples: Input should be less than or equal to 100000" in outcome.output


@pytest.mark.parametrize("name", ["products.fake", "pro*.fake"])
def test_a_pipe_is_no_data(shop: Shop, name: str) -> None:
    (shop.folder / "products.fake").unlink()
    os.mkfifo(shop.folder / "products.fake")
    outcome = shop.set("data.shop.products", name).run()
    assert outcome.code == 2
    assert "is a pipe or a device, and can't be read twice" in outcome.output


def test_a_pipe_is_no_experiment(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "experiment.yaml")
    outcome = shoptune("plan", str(tmp_path / "experiment.yaml"))
    assert outcome.code == 2
    assert "is a pipe or a device" in outcome.output


@pytest.mark.parametrize("what", ["data", "experiment", "model", "plugin"])
def test_a_link_to_itself(shop: Shop, what: str) -> None:
    loop = shop.folder / "loop.fake"
    loop.symlink_to(loop)
    if what == "experiment":
        outcome = shoptune("run", str(loop))
    else:
        key, value = {
            "data": ("data.shop.products", "loop.fake"),
            "model": ("candidates.base", {"model": "./loop.fake", "backend": "transformers"}),
            "plugin": ("plugins", ["fake_plugin.py", "loop.fake"]),
        }[what]
        outcome = shop.set(key, value).run()
    assert outcome.code == 2, outcome.output


def test_a_hundred_thousand_columns_are_not_listed(shop: Shop) -> None:
    from shoptune.errors import did_you_mean

    said = did_you_mean("x" * 10**6, [f"column {n} {'y' * 1000}" for n in range(100_000)])
    assert said.startswith(" There are: column 0 ")
    assert said.endswith(" and 99,900 more.")
    assert len(said) < 20_000
