import csv
from pathlib import Path

import numpy as np
import pytest

from shoptune.dataset.near_duplicates import TextIndex
from shoptune.experiment.load import load_experiment
from tests.million import COLUMNS, Planted, write_catalogue, write_experiment

ROWS = 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("million")


@pytest.fixture(scope="module")
def planted(folder: Path) -> Planted:
    return write_catalogue(folder / "catalogue.csv", ROWS)


@pytest.fixture(scope="module")
def rows(folder: Path, planted: Planted) -> list[dict[str, str]]:
    with (folder / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == COLUMNS
        return list(reader)


def test_rows_are_products_of_their_own(rows: list[dict[str, str]]) -> None:
    assert len(rows) == ROWS
    assert all(value for row in rows for value in row.values())
    for unique in ("id", "name"):
        assert len({row[unique] for row in rows}) == ROWS
    assert all(0 < float(row["price"]) < 1_000 for row in rows)
    assert all(50 <= len(row["description"].split()) <= 70 for row in rows)
    assert not any(sign in row["description"] for row in rows for sign in "<>&{}")


def test_copies_are_what_was_planted_and_nothing_else(rows: list[dict[str, str]], planted: Planted) -> None:
    assert len(planted.exact) == len(planted.near) == ROWS // 100
    index = TextIndex()
    for row in rows:
        index.add(row["description"])
    found = index.clusters()
    expected = np.arange(ROWS)
    for copy, original in planted.exact.items():
        expected[copy] = original
    assert found.texts.tolist() == expected.tolist()
    for copy, original in planted.near.items():
        expected[copy] = original
    # At a similarity of 0.87 the estimate is 0.8 or more with a probability of 0.99.
    assert np.count_nonzero(found.labels != expected) <= 1


def test_the_same_seed_writes_the_same_catalogue(folder: Path, rows: list[dict[str, str]], tmp_path: Path) -> None:
    write_catalogue(tmp_path / "same.csv", ROWS)
    write_catalogue(tmp_path / "other.csv", ROWS, seed=8)
    catalogue = (folder / "catalogue.csv").read_bytes()
    assert (tmp_path / "same.csv").read_bytes() == catalogue
    assert (tmp_path / "other.csv").read_bytes() != catalogue


def test_the_experiment_file_can_be_read(folder: Path, planted: Planted) -> None:
    experiment = load_experiment(write_experiment(folder))
    assert experiment.file.name == "million"
