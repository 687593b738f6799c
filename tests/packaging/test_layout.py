"""Folders, packages, entry points and import-linter's contracts say the same."""

from pathlib import Path

import pytest

from tests.packaging.project import PYPROJECT, ROOT, SOURCE_ROOTS, package_folders

CORE = "shoptune"
PACKAGES = package_folders()
HELPERS = {"shoptune_sales"}
"""Packages that bring nothing themselves: what several plugins of a theme share."""
PLUGINS = sorted(PACKAGES.keys() - {CORE} - HELPERS)


def test_every_package_is_in_the_wheels_list() -> None:
    listed = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(listed) == sorted(folder.relative_to(ROOT).as_posix() for folder in PACKAGES.values())


def test_every_plugin_is_an_entry_point_named_as_its_package() -> None:
    points = PYPROJECT["project"]["entry-points"]["shoptune"]
    assert points == {package.removeprefix("shoptune_"): f"{package}.plugin" for package in PLUGINS}


def test_import_linter_watches_every_package() -> None:
    linter = PYPROJECT["tool"]["importlinter"]
    assert sorted(linter["root_packages"]) == sorted(PACKAGES)
    contracts = {contract["name"]: contract for contract in linter["contracts"]}
    core = contracts["The core never imports a plugin"]
    assert core["source_modules"] == [CORE]
    assert sorted(core["forbidden_modules"]) == sorted({*PLUGINS, *HELPERS})
    assert sorted(contracts["Plugins import the public modules alone"]["source_modules"]) == sorted(
        {*PLUGINS, *HELPERS}
    )


def test_ruff_and_mypy_know_the_source_roots() -> None:
    assert set(SOURCE_ROOTS) <= set(PYPROJECT["tool"]["ruff"]["src"])
    assert set(SOURCE_ROOTS) <= set(PYPROJECT["tool"]["mypy"]["files"])


@pytest.mark.parametrize("root", SOURCE_ROOTS)
def test_source_roots_are_no_packages_and_hold_packages_alone(root: str) -> None:
    names = {path.name for path in (ROOT / root).iterdir()} - {"__pycache__"}
    assert names == {package for package, folder in PACKAGES.items() if folder.parent.name == root}


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_typed_and_has_a_name_of_the_project(package: str) -> None:
    assert package == CORE or package.startswith("shoptune_")
    assert (PACKAGES[package] / "__init__.py").is_file()
    assert (PACKAGES[package] / "py.typed").is_file()


@pytest.mark.parametrize("package", PLUGINS)
def test_plugin_has_a_plugin_module(package: str) -> None:
    assert (PACKAGES[package] / "plugin.py").is_file()


@pytest.mark.parametrize("task", sorted((ROOT / "tasks").glob("shoptune_*")), ids=lambda task: task.name)
def test_task_has_a_task_card(task: Path) -> None:
    assert (task / "README.md").read_text("utf-8").startswith("# ")
