"""A shop whose order file is full of personal data: nothing of it may be in the store or in the reports."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from shoptune_start.demo import EXPERIMENT
from tests.fakes import shoptune
from tests.harness.planted import PLANTED, order_export


def test_no_planted_value_is_in_any_file(tmp_path: Path) -> None:
    shop, store, reports = tmp_path / "shop", tmp_path / "store", tmp_path / "reports"
    shop.mkdir()
    shutil.copy(EXPERIMENT.parent / "products.csv", shop)
    (shop / "orders.csv").write_text(order_export(), "utf-8")
    experiment = {
        "name": "private",
        "data": {"shop": {"products": "products.csv", "orders": "orders.csv"}},
        "tasks": {"description": {"task": "product_description", "data": "shop"}},
        "candidates": {"template": {"baseline": "template"}},
        "compare": {"baseline": "template", "resamples": 200},
    }
    path = shop / "experiment.yaml"
    path.write_text(yaml.safe_dump(experiment), "utf-8")
    for command in ("data", "run"):
        outcome = shoptune(command, str(path), "--store", str(store), "--reports", str(reports))
        assert outcome.code == 0, outcome.output
        assert not [value for value in PLANTED if value in outcome.output]
    written = [file for folder in (store, reports) for file in folder.rglob("*") if file.is_file()]
    assert len(written) > 10
    found = {(file.name, value) for file in written for value in PLANTED if value.encode() in file.read_bytes()}
    assert not found
    assert "email" in outcome_of_data(path, store, reports)


def outcome_of_data(path: Path, store: Path, reports: Path) -> str:
    """What is said of the personal data that was dropped."""
    return shoptune("data", str(path), "--store", str(store), "--reports", str(reports), "--json").output
