"""The text of the experiment file that `init` writes: whatever stands in it, YAML reads it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shoptune.experiment.load import load_experiment
from shoptune.plugins import load_plugins
from shoptune_files.csv_file import csv_adapter
from shoptune_start.catalogue import Catalogue
from shoptune_start.columns import Columns
from shoptune_start.experiment_text import as_yaml, experiment_text, path_in
from shoptune_start.shop_file import PRODUCTS, ShopFile


def text_for(
    *,
    products: int = 40,
    path: Path = Path("a.csv"),
    folder: Path = Path(),
    columns: Columns | None = None,
    language: str = "en",
    attributes: bool = True,
) -> str:
    file = ShopFile(path=path, adapter=csv_adapter, options={"encoding": "cp1252"}, first=())
    catalogue = Catalogue(
        products=products, texts=products, whole=True, bad=0, language=language, attributes=attributes
    )
    return experiment_text("shop", {PRODUCTS: file}, columns, catalogue, folder)


@pytest.mark.parametrize(
    ("count", "split"), [(30, (0.3, 0.15)), (600, (0.3, 0.15)), (1_000, (0.2, 0.1)), (100_000, (0.002, 0.001))]
)
def test_the_fewer_products_the_larger_the_share_for_testing(count: int, split: tuple[float, float]) -> None:
    found = yaml.safe_load(text_for(products=count))["tasks"]["description"]["split"]
    assert (found["test"], found["validation"]) == split


@pytest.mark.parametrize(
    ("language", "attributes", "expected"),
    [
        ("en", True, ["rouge_l", "attribute_coverage", "unsupported_claims"]),
        ("de", False, ["rouge_l", "unsupported_claims"]),
        ("pl", True, ["rouge_l", "attribute_coverage"]),
    ],
)
def test_no_gate_is_written_that_can_apply_to_no_sample(language: str, attributes: bool, expected: list[str]) -> None:
    gates = yaml.safe_load(text_for(language=language, attributes=attributes))["compare"]["gates"]
    assert [gate["metric"] for gate in gates] == expected


def test_a_long_training_is_announced() -> None:
    assert "steps of eight texts" not in text_for(products=1_000)
    assert "about 4,926 steps of eight texts" in text_for(products=20_000)


ANY_TEXT = st.text(st.characters(exclude_characters="\0"), min_size=1)


@given(st.text())
@example("no")
@example("1e-4")
@example("2026-01-01")
@example("a: b # c")
@example("line\nbreak\u2028and\x85more\ufeff")
@example("\udc80 of a file's name")
@example(" ")
@example("~")
@example("日本語")
def test_any_text_is_the_same_when_read_again(text: str) -> None:
    written = as_yaml(text)
    assert len(written.encode("utf-8").splitlines()) == 1
    assert yaml.safe_load(f"{{a: {written}, b: [{written}]}}") == {"a": text, "b": [text]}
    assert yaml.safe_load(f"a:\n  - {written}  # {written}\n") == {"a": [text]}


@given(st.lists(ANY_TEXT, min_size=4, max_size=12, unique=True))
def test_any_columns_can_be_written(names: list[str]) -> None:
    name, description, record_id, group, *others = names
    half = len(others) // 2
    columns = Columns(
        columns={"name": name, "description": description},
        id=record_id,
        group=group,
        attributes=tuple(others[:half]),
        published=None,
        html=True,
        left_out=tuple(others[half:]),
    )
    products = yaml.safe_load(text_for(columns=columns))["data"]["shop"]["products"]
    assert products == {"path": "a.csv", "adapter": "csv", "encoding": "cp1252", **columns.options()}


PLUGINS = load_plugins()
FILE_NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(FILE_NAMES.map(lambda name: name + ".csv"))
@example("export [1]* (final)?.csv")
@example("#1: 50 % off, 'all'.csv")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_name_is_found_again(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / name
    try:
        file.touch()
    except OSError:  # longer than a file's name may be
        return
    output = folder / "experiment.yaml"
    output.write_text(text_for(path=file, folder=folder), "utf-8")
    assert load_experiment(output, PLUGINS).tables["shop"]["products"].paths == (file.resolve(),)


def test_a_path_outside_is_written_whole(tmp_path: Path) -> None:
    assert path_in(tmp_path / "runs", tmp_path / "a.csv") == str(tmp_path / "a.csv")
    assert path_in(tmp_path, tmp_path / "runs" / "a.csv") == "runs/a.csv"
