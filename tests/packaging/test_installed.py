"""The wheel, installed where shoptune has never been, works there from the first command to the report."""

import json
from pathlib import Path
from typing import Any

import pytest

import shoptune
from tests.packaging.environments import Installed, install, names_in
from tests.packaging.project import PYPROJECT, package_folders
from tests.packaging.small_shop import PRODUCTS, write_experiment, write_products


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel into a fresh environment."""
    return install(wheel, tmp_path_factory.mktemp("installed"))


def test_site_packages_gets_only_names_of_shoptune(installed: Installed) -> None:
    added = names_in(installed.site_packages) - installed.before
    assert added == {*package_folders(), f"shoptune-{shoptune.__version__}.dist-info"}


def test_the_code_that_runs_is_the_installed_one(installed: Installed, tmp_path: Path) -> None:
    names = sorted(package_folders())
    imports = f"import {', '.join(names)}; print(*(m.__file__ for m in ({', '.join(names)})), sep='\\n')"
    files = installed.python(imports, tmp_path).splitlines()
    assert files == [str(installed.site_packages / name / "__init__.py") for name in names]


def test_version(installed: Installed, tmp_path: Path) -> None:
    assert installed.run("--version", cwd=tmp_path).strip() == f"shoptune, version {shoptune.__version__}"


def test_help_lists_own_commands_and_those_of_plugins(installed: Installed, tmp_path: Path) -> None:
    printed = installed.run("--help", cwd=tmp_path)
    for command in ("run", "plan", "data", "report", "gate", "plugins", "doctor", "demo"):
        assert f"\n  {command} " in printed


def test_every_plugin_of_ours_is_well_and_brings_something(installed: Installed, tmp_path: Path) -> None:
    rows = json.loads(installed.run("plugins", "list", "--json", cwd=tmp_path))
    assert {row["name"]: row["status"] for row in rows if row["distribution"] == "shoptune"} == dict.fromkeys(
        PYPROJECT["project"]["entry-points"]["shoptune"], "ok"
    )
    assert all(row["brings"] or "register_commands" in row["hooks"] for row in rows)


def test_data_of_the_demo_that_comes_with_it(installed: Installed, tmp_path: Path) -> None:
    experiment = installed.site_packages / "shoptune_product_description" / "data" / "experiment.yaml"
    report = json.loads(installed.run("data", str(experiment), "--json", cwd=tmp_path))["description"]
    assert report["tables"]["products"]["records"] >= 320
    assert report["parts"]["test"]["examples"] >= 48
    assert report["parts"]["train"]["pairs"] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".shoptune", "reports"]


@pytest.fixture(scope="module")
def comparison(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run a small experiment, tuning included, in a folder with nothing but its data; return its comparison.json."""
    from shoptune.testing import tiny_model

    folder = tmp_path_factory.mktemp("job")
    write_products(folder / "products.csv")
    tiny_model(folder / "model")
    write_experiment(folder / "experiment.yaml", folder / "model")
    installed.run("run", "experiment.yaml", "--plain", cwd=folder)
    reports = folder / "reports" / "small"
    assert {"report.html", "report.md", "comparison.json", "samples.jsonl"} <= names_in(reports)
    read: dict[str, Any] = json.loads((reports / "comparison.json").read_text("utf-8"))
    return read


@pytest.mark.slow
def test_small_job_tunes_predicts_and_compares(comparison: dict[str, Any]) -> None:
    assert [candidate["name"] for candidate in comparison["candidates"]] == ["template", "base", "sft"]
    (training,) = comparison["training"]
    assert training["candidate"] == "sft"
    assert training["loss"]
    whole = {(r["metric"], r["candidate"]): r for r in comparison["results"] if r["slice"] is None}
    assert whole.keys() == {(m, c) for m in ("rouge_l", "invalid_share") for c in ("template", "base", "sft")}
    (task,) = comparison["tasks"]
    assert 0 < task["examples"] < PRODUCTS
    assert {result["n"] for result in whole.values()} == {task["examples"]}


@pytest.mark.slow
def test_small_job_names_the_installed_plugins(comparison: dict[str, Any]) -> None:
    assert set(comparison["provenance"]["plugins"].values()) == {shoptune.__version__}
